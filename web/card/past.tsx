import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { serverNow } from '../lib/clock.ts';
import { counted } from '../lib/format.ts';
import { href } from '../lib/route.ts';
import { fullOf, whenOf } from '../lib/time.ts';
import { Copy } from '../ui/copy.tsx';
import { Table, Td, Tr } from '../ui/table.tsx';
import { OutcomeTag } from '../ui/tag.tsx';

const COLUMNS = [{ title: 'When' }, { title: 'Change' }, { title: 'How it ended' }];

export function Past({ card }: { readonly card: ApprovalCard }) {
  return (
    <section class="panel block" aria-labelledby="past">
      <h2 id="past">
        Asked before{' '}
        <small>{card.similar.length === 0 ? 'never' : counted(card.similar.length, 'similar request')}</small>
      </h2>
      {card.similar.length === 0 ? (
        <p class="small soft">No request like this one is on record for {card.service}.</p>
      ) : (
        <Table columns={COLUMNS} plain>
          {card.similar.map((one) => (
            <Tr key={one.name}>
              <Td class="nowrap first">{whenOf(one.at, serverNow())}</Td>
              <Td class="right">{one.what}</Td>
              <Td class="wide">
                <OutcomeTag outcome={one.outcome} />
              </Td>
            </Tr>
          ))}
        </Table>
      )}
    </section>
  );
}

export function Who({ card }: { readonly card: ApprovalCard }) {
  const command = `fairlead approve ${card.namespace}/${card.name} --once`;
  return (
    <section class="panel block" aria-labelledby="who">
      <h2 id="who">Who asked</h2>
      <dl class="facts">
        <dt>Requester</dt>
        <dd class="wrap">
          {card.requester.name}.{' '}
          {card.requester.kind === 'agent' ? 'Not a person.' : 'A person, who cannot approve it.'}
        </dd>
        <dt>Asked</dt>
        <dd>
          {fullOf(card.askedAt)} ·{' '}
          <a href={href(['decisions', card.namespace, card.decision])}>decision {card.decision}</a> ·{' '}
          <a href={href(['journal'], { service: card.service })}>journal</a>
        </dd>
        {card.given.length === 0 ? null : (
          <>
            <dt>Votes</dt>
            <dd>
              <ul class="votes-given">
                {card.given.map((vote) => (
                  <li key={`${vote.by} ${vote.at}`} class="wrap">
                    <b>{vote.by}</b> {vote.vote === 'approve' ? 'approved' : 'rejected'}
                    {vote.choice === 'update_blueprint' ? ' and raised' : ''}, {whenOf(vote.at, serverNow())}
                    {vote.comment === undefined ? '' : `: “${vote.comment}”`}
                    {vote.counts ? '' : ' (does not count: signature, group, time or requester is not in order)'}
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
        <dt>Terminal</dt>
        <dd>
          <code class="wrap">{command}</code> <Copy text={command} label="Copy command" />
        </dd>
      </dl>
    </section>
  );
}
