import { useState } from 'preact/hooks';
import type { BreakerList } from '../../src/schema/api/lists.ts';
import { useDesk } from '../api/context.ts';
import { useNow } from '../api/hooks.ts';
import { href } from '../lib/route.ts';
import { whenOf } from '../lib/time.ts';
import { PauseButton, ResumeDialog } from '../ui/hold.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { Note } from '../ui/note.tsx';
import { Table, Td, Tr } from '../ui/table.tsx';
import { BreakerTag } from '../ui/tag.tsx';

type Item = BreakerList['items'][number];
interface Asking {
  readonly scope: string;
  readonly what: string;
  readonly action: 'resume' | 'release-breaker';
}

const COLUMNS = [{ title: 'Service' }, { title: 'Breaker' }, { title: 'Why' }, { title: 'Held by' }, { title: 'Do' }];

export function BreakersPage() {
  const { breakers } = useDesk();
  const [asking, setAsking] = useState<Asking>();
  return (
    <>
      <div class="head">
        <h1>Breakers and pause</h1>
        <p>A breaker opens by itself after failures; a pause is a person’s. Pausing is one press, resuming asks why.</p>
      </div>
      <Loaded resource={breakers} what="breakers">
        {(data) => (
          <div class="stack">
            <Namespaces list={data} onAsk={setAsking} />
            <Services items={data.items} onAsk={setAsking} />
          </div>
        )}
      </Loaded>
      {asking === undefined ? null : (
        <ResumeDialog {...asking} onClose={() => setAsking(undefined)} onDone={() => void breakers.reload()} />
      )}
    </>
  );
}

function Namespaces({ list, onAsk }: { readonly list: BreakerList; readonly onAsk: (asking: Asking) => void }) {
  const { me, breakers } = useDesk();
  const now = useNow();
  const names = [
    ...new Set([
      ...list.items.map(({ namespace }) => namespace),
      ...list.holds.flatMap(({ namespace }) => namespace ?? []),
    ]),
  ];
  const may = me.role !== 'viewer';
  return (
    <section class="panel block stack" aria-labelledby="ns">
      <h2 id="ns">Namespaces</h2>
      {names.toSorted().map((namespace) => {
        const hold = list.holds.find((one) => one.namespace === namespace);
        const scope = `namespaces/${encodeURIComponent(namespace)}`;
        return (
          <div class="row" key={namespace}>
            <b class="wrap">{namespace}</b>
            {hold === undefined ? (
              <>
                <span class="small soft">not paused</span>
                <PauseButton
                  small
                  scope={scope}
                  label={`Pause ${namespace}`}
                  may={may}
                  onDone={() => void breakers.reload()}
                />
              </>
            ) : (
              <>
                <span class="small soft wrap">
                  {hold.kind === 'stop' ? 'stopped' : 'paused'} since {whenOf(hold.at, now)} by {hold.by}
                  {hold.reason === '' ? '' : `: ${hold.reason}`}
                </span>
                {may ? (
                  <button
                    class="btn btn--s"
                    type="button"
                    onClick={() => onAsk({ scope, what: namespace, action: 'resume' })}
                  >
                    Resume {namespace}…
                  </button>
                ) : null}
              </>
            )}
          </div>
        );
      })}
      {may ? null : <Note icon="lock">Pausing needs the role operator; yours is viewer.</Note>}
    </section>
  );
}

function Services({ items, onAsk }: { readonly items: readonly Item[]; readonly onAsk: (asking: Asking) => void }) {
  if (items.length === 0)
    return <Empty title="No breaker is known">One appears with the first change on a service.</Empty>;
  const weight = ({ breaker, holds }: Item): number =>
    (breaker.state === 'closed' ? 0 : 2) + (holds.length > 0 ? 1 : 0);
  return (
    <section class="panel" aria-label="Services">
      <Table columns={COLUMNS}>
        {items
          .toSorted((a, b) => weight(b) - weight(a) || a.name.localeCompare(b.name))
          .map((item) => (
            <Row key={`${item.namespace}/${item.name}`} item={item} onAsk={onAsk} />
          ))}
      </Table>
    </section>
  );
}

function Row({ item, onAsk }: { readonly item: Item; readonly onAsk: (asking: Asking) => void }) {
  const { me, breakers } = useDesk();
  const now = useNow();
  const { namespace, name, breaker, holds } = item;
  const scope = `services/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  const may = me.role !== 'viewer';
  const held = breaker.state === 'held' || breaker.state === 'frozen';
  return (
    <Tr>
      <Td class="first">
        <a href={href(['services', namespace, name])}>{name}</a>
        <small>{namespace}</small>
      </Td>
      <Td class="beside">
        <BreakerTag state={breaker.state} />
        {breaker.until === undefined ? null : <small>until {whenOf(breaker.until, now)}</small>}
      </Td>
      <Td class="wide soft wrap">{breaker.text}</Td>
      <Td class="wide wrap">
        {holds.length === 0 ? (
          <span class="dim">nobody</span>
        ) : (
          holds.map((hold) => `${hold.by}${hold.reason === '' ? '' : `: ${hold.reason}`}`).join('; ')
        )}
      </Td>
      <Td class="wide">
        <span class="row">
          {holds.length === 0 ? (
            <PauseButton small scope={scope} label={`Pause ${name}`} may={may} onDone={() => void breakers.reload()} />
          ) : may ? (
            <button class="btn btn--s" type="button" onClick={() => onAsk({ scope, what: name, action: 'resume' })}>
              Resume {name}…
            </button>
          ) : null}
          {held && may ? (
            <button
              class="btn btn--s"
              type="button"
              onClick={() => onAsk({ scope, what: name, action: 'release-breaker' })}
            >
              Release {name}…
            </button>
          ) : null}
        </span>
      </Td>
    </Tr>
  );
}
