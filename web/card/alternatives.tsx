import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { Icon } from '../ui/icon.tsx';
import { Tag } from '../ui/tag.tsx';
import type { Answering } from './useAnswer.ts';

type Alternative = ApprovalCard['alternatives'][number];

/** Each one judged by the gate already; the impossible one is shown too, with its reason. */
export function Alternatives({
  card,
  answer,
  stale,
}: {
  readonly card: ApprovalCard;
  readonly answer: Answering;
  readonly stale: boolean;
}) {
  if (card.alternatives.length === 0) return null;
  const takable = card.phase === 'Pending' && !stale;
  return (
    <section class="panel block" aria-labelledby="alts">
      <h2 id="alts" tabIndex={-1}>
        Alternatives <small>each one already judged by the gate</small>
      </h2>
      <fieldset class="alts">
        <legend class="sr">Take one of these instead</legend>
        {card.alternatives.map((one) =>
          one.possible && !one.advice && takable ? (
            <label class="alt" key={one.index}>
              <input
                type="radio"
                name="alt"
                data-alternative
                checked={answer.alternative === one.index}
                onChange={() => answer.choose(one.index)}
              />
              <b class="wrap">{one.title}</b>
              <Verdict one={one} />
              <span class="so wrap">{one.headline}</span>
            </label>
          ) : (
            <div class="alt alt--no" key={one.index}>
              <Icon name={one.possible ? 'info' : 'forbidden'} />
              <span class="wrap">{one.title}</span>
              <Verdict one={one} />
              <span class="so wrap">{one.headline}</span>
            </div>
          ),
        )}
      </fieldset>
    </section>
  );
}

function Verdict({ one }: { readonly one: Alternative }) {
  if (!one.possible) {
    return (
      <Tag tone="forbidden" icon="forbidden">
        Not possible now
      </Tag>
    );
  }
  return one.advice ? (
    <Tag tone="plain" icon="info">
      For a person to do
    </Tag>
  ) : (
    <Tag tone="allowed" icon="allowed">
      Possible now
    </Tag>
  );
}
