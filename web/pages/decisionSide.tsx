import type { DecisionDetail } from '../../src/schema/api/records.ts';
import { counted } from '../lib/format.ts';
import { href } from '../lib/route.ts';
import { Hash } from '../ui/copy.tsx';
import { Icon } from '../ui/icon.tsx';

/** What can be proved of it, which model spoke, and what it is bound to. */
export function DecisionSide({ decision }: { readonly decision: DecisionDetail }) {
  const { replay, votes, words, bound } = decision;
  const counting = votes.filter(({ counts }) => counts).length;
  return (
    <div class="stack">
      <section class="panel block">
        <h2>Can be proved</h2>
        <ul class="proof">
          <li>
            <Icon name={replay === undefined ? 'unknown' : replay.agrees ? 'verified' : 'failed'} />
            <span class="wrap">{replay?.text ?? 'Not replayed: the journal at hand does not hold its input.'}</span>
          </li>
          {votes.length === 0 ? null : (
            <li>
              <Icon name={counting === votes.length ? 'verified' : 'failed'} />
              <span>
                {counting} of {counted(votes.length, 'vote')} in order: signature, group, requester, time
              </span>
            </li>
          )}
          <li>
            <Icon name="audit" />
            <span>
              <a href={href(['journal'], { service: decision.service })}>Its records in the journal</a>
            </span>
          </li>
        </ul>
      </section>
      {words.map((said) => (
        <section class="panel block" key={`${said.by} ${said.text}`}>
          <h2>Model</h2>
          <dl class="facts facts--tight">
            <dt>By</dt>
            <dd>{said.by}</dd>
            {said.model === undefined ? null : <Fact name="Model" value={said.model} />}
            {said.prompt === undefined ? null : <Fact name="Prompt" value={said.prompt} />}
            {said.tokens === undefined ? null : <Fact name="Tokens" value={said.tokens.toLocaleString('en-GB')} />}
            {said.cost === undefined ? null : <Fact name="Cost" value={`USD ${said.cost}`} />}
            {said.seconds === undefined ? null : <Fact name="Time" value={`${said.seconds} s`} />}
          </dl>
        </section>
      ))}
      {bound.length === 0 ? null : (
        <section class="panel block">
          <h2>Bound to</h2>
          <dl class="facts facts--tight">
            {bound.map(({ name, value }) => (
              <>
                <dt key={name}>{name}</dt>
                <dd>
                  {/^(sha256:)?[0-9a-f-]{21,}$/.test(value) ? (
                    <Hash short hash={value} what={name} />
                  ) : (
                    <code class="wrap">{value}</code>
                  )}
                </dd>
              </>
            ))}
          </dl>
        </section>
      )}
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
