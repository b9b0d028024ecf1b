import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { movedWord } from '../lib/moved.ts';
import { clockOf } from '../lib/time.ts';
import { Icon } from '../ui/icon.tsx';
import { Table, Td, Tr } from '../ui/table.tsx';

const COLUMNS = [{ title: 'Rests on' }, { title: 'Asked with' }, { title: 'Now' }];

export function MovedNote() {
  return (
    <div class="note is-restricted first" role="status">
      <Icon name="moved" />
      <p>
        <b>This request can no longer be approved, by anyone.</b> It described a world that has changed. Nothing was
        done.
      </p>
    </div>
  );
}

export function Moved({ card }: { readonly card: ApprovalCard }) {
  return (
    <section class="panel first block" aria-labelledby="moved">
      <h2 id="moved">
        What moved since it was asked <small>asked at {clockOf(card.askedAt)}</small>
      </h2>
      <Table columns={COLUMNS} plain extra="moved">
        {card.stale.map((one) => (
          <Tr key={`${one.what} ${one.asked}`}>
            <Td class="wide wrap">{movedWord(one.what)}</Td>
            <Td th="asked with" class="wrap">
              {one.asked}
            </Td>
            <Td th="now" class="right wrap">
              {one.now}
            </Td>
          </Tr>
        ))}
      </Table>
    </section>
  );
}
