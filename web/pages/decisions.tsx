import type { DecisionList } from '../../src/schema/api/records.ts';
import type { DecisionSummary } from '../../src/schema/api/services.ts';
import { PHASES } from '../../src/schema/phases.ts';
import { useResource } from '../api/hooks.ts';
import { usePages } from '../api/usePages.ts';
import { href } from '../lib/route.ts';
import { Filters } from '../ui/filters.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { More } from '../ui/more.tsx';
import { DecisionRows } from './serviceDecisions.tsx';

export function DecisionsPage({ query }: { readonly query: Readonly<Record<string, string>> }) {
  const asked = { service: query['service'] ?? '', phase: query['phase'] ?? '' };
  const search = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== '')).toString();
  const path = `/api/decisions${search === '' ? '' : `?${search}`}`;
  const list = useResource<DecisionList>(path, ['decisions']);
  return (
    <>
      <div class="head">
        <h1>Decisions</h1>
        <p>Every proposal, with what the gate said and what became of it</p>
      </div>
      <Filters
        values={asked}
        choices={[{ name: 'phase', label: 'Phase', all: 'All phases', options: PHASES }]}
        onChange={(next) => {
          location.hash = href(['decisions'], next);
        }}
      />
      <Loaded resource={list} what="decisions">
        {(data) => <Rows key={path} first={data} path={path} />}
      </Loaded>
    </>
  );
}

function Rows({ first, path }: { readonly first: DecisionList; readonly path: string }) {
  const { items, more, problem } = usePages<DecisionSummary>(
    first,
    (cursor) => `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`,
  );
  return (
    <section class="panel" aria-label="Decisions">
      <DecisionRows decisions={items} service />
      <More more={more} problem={problem} what="decisions" />
    </section>
  );
}
