import type { DecisionSummary } from '../../src/schema/api/services.ts';
import { serverNow } from '../lib/clock.ts';
import { capital, spoken } from '../lib/format.ts';
import { href } from '../lib/route.ts';
import { whenOf } from '../lib/time.ts';
import { Empty } from '../ui/loaded.tsx';
import { Table, Td, Tr } from '../ui/table.tsx';
import { OutcomeTag, VerdictTag } from '../ui/tag.tsx';

const COLUMNS = [
  { title: 'When' },
  { title: 'Proposed' },
  { title: 'Verdict' },
  { title: 'Because' },
  { title: 'Outcome' },
];

export function ServiceDecisions({ decisions }: { readonly decisions: readonly DecisionSummary[] }) {
  return (
    <section class="panel" aria-labelledby="dl">
      <div class="block flush">
        <h2 id="dl">Decisions</h2>
      </div>
      {decisions.length === 0 ? (
        <p class="block small soft">None in this time: nothing was wanted.</p>
      ) : (
        <DecisionRows decisions={decisions} />
      )}
    </section>
  );
}

export function DecisionRows({
  decisions,
  service = false,
}: {
  readonly decisions: readonly DecisionSummary[];
  readonly service?: boolean;
}) {
  if (decisions.length === 0) {
    return (
      <Empty title="No decision fits">Every proposal that was judged stands here, also those that were refused.</Empty>
    );
  }
  return (
    <Table columns={COLUMNS}>
      {decisions.map((one) => (
        <Tr key={`${one.namespace}/${one.name}`}>
          <Td class="nowrap dim beside">{whenOf(one.at, serverNow())}</Td>
          <Td>
            <a class="name" href={href(['decisions', one.namespace, one.name])} data-row>
              {service ? one.service : one.what}
            </a>
            {service ? <small>{one.what}</small> : null}
          </Td>
          <Td>
            <VerdictTag verdict={one.verdict} />
          </Td>
          <Td class="wide soft wrap">{one.message}</Td>
          <Td class="wide">
            <OutcomeTag outcome={one.phase} />
            <small>{capital(spoken(one.reason))}</small>
          </Td>
        </Tr>
      ))}
    </Table>
  );
}
