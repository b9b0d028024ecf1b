import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { useNow } from '../api/hooks.ts';
import { clockOf } from '../lib/time.ts';
import { Countdown } from '../ui/countdown.tsx';

export function Expiry({ card, stale }: { readonly card: ApprovalCard; readonly stale: boolean }) {
  const now = useNow();
  // The heading says the first half already.
  const unanswered = card.ifUnanswered.replace(/^No answer means rejected[.:]\s*/, '');
  const [asked, end] = [Date.parse(card.askedAt), Date.parse(card.decideBy)];
  const whole = Math.max(1, end - asked);
  const left = Math.min(100, Math.max(0, ((end - now) / whole) * 100));
  const half = card.escalatesAt === undefined ? undefined : ((end - Date.parse(card.escalatesAt)) / whole) * 100;
  const escalated = card.escalatesAt !== undefined && Date.parse(card.escalatesAt) <= now;
  return (
    <section class="panel expiry" aria-label="Expiry">
      {stale ? (
        <>
          <p class="clock">
            <span>Closes at</span> <b>{clockOf(card.decideBy)}</b>
          </p>
          <p>If nobody evaluates again, it closes then. {unanswered}</p>
        </>
      ) : (
        <>
          <p class="clock">
            <span>Expires in</span>{' '}
            <Countdown until={card.decideBy} what={`${card.service} ${card.before} to ${card.after}`} />{' '}
            <time class="end tiny" dateTime={card.decideBy}>
              {clockOf(card.decideBy)}
            </time>
          </p>
          <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect width={left} height={4} />
            {half === undefined ? null : <rect class="half" x={half} width={0.6} height={4} />}
          </svg>
          <p>
            <b>No answer means rejected.</b>
            <br />
            {unanswered}
          </p>
          {card.escalatesAt === undefined ? null : (
            <p>
              {escalated ? 'A second group was asked' : 'A second group is asked too'} at {clockOf(card.escalatesAt)}.
            </p>
          )}
        </>
      )}
    </section>
  );
}
