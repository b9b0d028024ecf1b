import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { endOf } from '../lib/chartScale.ts';
import { serverNow } from '../lib/clock.ts';
import { clockOf } from '../lib/time.ts';
import { Chart } from '../ui/chart.tsx';
import { Numbers } from '../ui/numbers.tsx';
import { Words } from '../ui/words.tsx';

/** Facts first and unmarked; then what was written, quoted. */
export function Why({
  card,
  stale,
  readAt,
}: {
  readonly card: ApprovalCard;
  readonly stale: boolean;
  readonly readAt: number | undefined;
}) {
  const stamp = stale
    ? `as it stood at ${clockOf(card.askedAt)}`
    : `measured, read at ${clockOf(readAt ?? card.now)} UTC`;
  return (
    <section class="panel" aria-labelledby="why">
      <div class="block">
        <h2 id="why">
          Why <small>{stamp}</small>
        </h2>
        {card.series.length === 0 ? (
          <p class="small soft">No signal is at hand for this service now.</p>
        ) : (
          <div class="charts">
            {card.series.map((series) => (
              <Chart
                key={series.name}
                series={series}
                marks={[Date.parse(card.askedAt)]}
                until={Math.max(...card.series.map(endOf))}
                aside={series.over ? 'over its limit' : ''}
              />
            ))}
          </div>
        )}
        {card.evidence.length === 0 ? null : (
          <ul class="evidence small soft">
            {card.evidence.map((line) => (
              <li key={line} class="wrap">
                {line}
              </li>
            ))}
          </ul>
        )}
        {card.series.length === 0 ? null : <Numbers series={card.series} now={serverNow()} />}
      </div>
      {card.words.length === 0 ? null : (
        <div class="block stack">
          {card.words.map((said) => (
            <Words key={`${said.by} ${said.text}`} said={said} person={card.requester.kind === 'person'} />
          ))}
        </div>
      )}
    </section>
  );
}
