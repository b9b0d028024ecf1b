import { useEffect } from 'preact/hooks';
import { useDesk } from '../api/context.ts';
import { CardPage } from '../card/cardPage.tsx';
import { href, type Place } from '../lib/route.ts';
import { Empty } from '../ui/loaded.tsx';
import { BlueprintPage } from './blueprint.tsx';
import { BlueprintsPage } from './blueprints.tsx';
import { BreakersPage } from './breakers.tsx';
import { DecisionPage } from './decision.tsx';
import { DecisionsPage } from './decisions.tsx';
import { InboxPage } from './inbox.tsx';
import { JournalPage } from './journal.tsx';
import { MorePage } from './more.tsx';
import { PeoplePage } from './people.tsx';
import { QueuePage } from './queue.tsx';
import { ServicePage } from './service.tsx';
import { ServicesPage } from './services.tsx';

/** One place, one page. */
export function Page({ place, onSignedOut }: { readonly place: Place; readonly onSignedOut: () => void }) {
  const [namespace, name] = place.rest;
  const { open } = useDesk();
  const waiting = open.data?.items.filter(({ mine }) => mine).length ?? 0;
  useEffect(() => {
    const what = [name ?? '', title(place.page)].filter((part) => part !== '').join(' · ');
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${what} · Fairlead`;
  }, [place, waiting, name]);
  if (namespace !== undefined && name !== undefined) {
    const key = `${namespace}/${name}`;
    switch (place.page) {
      case 'approvals':
        return <CardPage key={key} namespace={namespace} name={name} />;
      case 'services':
        return <ServicePage key={key} namespace={namespace} name={name} minutes={place.query['minutes'] ?? '180'} />;
      case 'decisions':
        return <DecisionPage key={key} namespace={namespace} name={name} />;
      case 'blueprints':
        return <BlueprintPage key={key} namespace={namespace} name={name} />;
      default:
        return <Nowhere />;
    }
  }
  switch (place.page) {
    case 'approvals':
      return <InboxPage />;
    case 'services':
      return <ServicesPage />;
    case 'decisions':
      return <DecisionsPage query={place.query} />;
    case 'journal':
      return <JournalPage query={place.query} />;
    case 'blueprints':
      return <BlueprintsPage />;
    case 'breakers':
      return <BreakersPage />;
    case 'queue':
      return <QueuePage />;
    case 'people':
      return <PeoplePage onSignedOut={onSignedOut} />;
    case 'more':
      return <MorePage />;
    default:
      return <Nowhere />;
  }
}

const TITLES: Readonly<Record<string, string>> = { queue: 'Notices', people: 'People', more: 'More' };
const title = (page: string): string => TITLES[page] ?? page.charAt(0).toUpperCase() + page.slice(1);

function Nowhere() {
  return (
    <Empty page title="There is no such page">
      The address may be of an older version. <a href={href(['approvals'])}>Go to the approvals</a>.
    </Empty>
  );
}
