import type { ApprovalList, ApprovalSummary } from '../../src/schema/api/approvals.ts';
import { useNow } from '../api/hooks.ts';
import { usePages } from '../api/usePages.ts';
import { capital } from '../lib/format.ts';
import { href } from '../lib/route.ts';
import { lengthOf, whenOf } from '../lib/time.ts';
import { changeText } from '../ui/change.tsx';
import { Empty } from '../ui/loaded.tsx';
import { More } from '../ui/more.tsx';
import { Table, Td, Tr } from '../ui/table.tsx';
import { OutcomeTag } from '../ui/tag.tsx';

const COLUMNS = [
  { title: 'When' },
  { title: 'Change' },
  { title: 'Answer' },
  { title: 'After', class: 'num' },
  { title: 'How it ended' },
];

export function DecidedTable({ first }: { readonly first: ApprovalList }) {
  const now = useNow();
  const { items, more, problem } = usePages<ApprovalSummary>(
    first,
    (cursor) => `/api/approvals?state=decided&cursor=${encodeURIComponent(cursor)}`,
  );
  if (items.length === 0)
    return <Empty title="Nothing was decided yet">Every answer stands here, with how it ended.</Empty>;
  return (
    <section class="panel" aria-label="Decided lately">
      <Table columns={COLUMNS}>
        {items.map((item) => (
          <Tr key={`${item.namespace}/${item.name}`}>
            <Td class="nowrap dim beside">{whenOf(Date.parse(item.askedAt) + (item.answeredAfterMs ?? 0), now)}</Td>
            <Td class="nowrap">
              <a class="name" href={href(['approvals', item.namespace, item.name])}>
                {item.service}
              </a>
              <small>{changeText(item.operation, item.before, item.after)}</small>
            </Td>
            <Td class="wide">
              {capital(item.answer ?? item.phase)}
              <small>{item.answeredBy ?? 'nobody answered'}</small>
            </Td>
            <Td class="num nowrap skip-phone">
              {item.answeredAfterMs === undefined ? 'none' : lengthOf(item.answeredAfterMs)}
            </Td>
            <Td class="wide">
              <OutcomeTag outcome={item.outcome ?? (item.phase === 'Approved' ? 'Waiting' : 'No change')} />
            </Td>
          </Tr>
        ))}
      </Table>
      <More more={more} problem={problem} what="answers" />
    </section>
  );
}
