import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { inWords } from '../lib/format.ts';
import { pastOf } from '../lib/outcome.ts';
import { Change, withUnit } from '../ui/change.tsx';
import { Icon } from '../ui/icon.tsx';
import { LimitRail } from '../ui/limitRail.tsx';
import { RiskMeter, Tag } from '../ui/tag.tsx';
import { endingOf } from './ending.ts';

/** Enough for a low risk, and it fits one phone screen: change, verdict, risk, limits, three facts. */
export function Hero({ card, stale }: { readonly card: ApprovalCard; readonly stale: boolean }) {
  const ending = endingOf(card);
  const past = pastOf(card.similar.map(({ outcome }) => outcome));
  return (
    <section class="panel hero" aria-labelledby="change">
      <p class="status">
        {stale ? (
          <Tag tone="plain" icon="moved" fill>
            Out of date: the world moved
          </Tag>
        ) : ending === undefined ? (
          <Tag tone="restricted" icon="restricted" fill>
            Restricted: {votesOf(card)}
          </Tag>
        ) : (
          <Tag tone={ending.tone} icon={ending.icon} fill>
            {ending.title}
          </Tag>
        )}
        <span class="end">
          <RiskMeter risk={card.risk} />
        </span>
      </p>
      <Change
        service={card.service}
        before={withUnit(card.operation, card.before)}
        after={withUnit(card.operation, card.after)}
      />
      <p class="lead">{card.why}</p>
      <div class="glance">
        {card.rail === undefined ? null : <LimitRail rail={card.rail} />}
        <ul>
          <li>
            <Icon name="undone" />
            {card.reversible ? 'Reversible' : 'Cannot be undone'}
          </li>
          {card.risks[0] === undefined ? null : (
            <li>
              <Icon name="services" />
              {brief(card.risks[0].text)}
            </li>
          )}
          <li>
            <Icon name={past.icon} />
            {past.text}
          </li>
        </ul>
      </div>
    </section>
  );
}

function votesOf({ quorum, votes, approvers }: ApprovalCard): string {
  const groups = approvers.join(' or ');
  if (votes > 0) return `${votes} of ${quorum} votes of ${groups}`;
  return `${inWords(quorum).toLowerCase()} ${quorum === 1 ? 'vote' : 'votes'} of ${groups}`;
}

/** The first sentence; the whole stands under Risk. */
const brief = (text: string): string => (/^.{1,80}?[.;](?=\s|$)/.exec(text)?.[0] ?? text).replace(/[.;]$/, '');
