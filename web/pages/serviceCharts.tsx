import type { DecisionSummary, ServiceDetail } from '../../src/schema/api/services.ts';
import { endOf } from '../lib/chartScale.ts';
import { limitText } from '../lib/format.ts';
import { href } from '../lib/route.ts';
import { whenOf } from '../lib/time.ts';
import { Chart } from '../ui/chart.tsx';
import { Numbers } from '../ui/numbers.tsx';

const RANGES = [
  ['60', '1 h'],
  ['180', '3 h'],
  ['1440', '24 h'],
] as const;
/** Signs closer than this on the lane would lie on each other. */
const LEAST_GAP = 0.028;

export function ServiceCharts({
  service,
  minutes,
  now,
}: {
  readonly service: ServiceDetail;
  readonly minutes: string;
  readonly now: number;
}) {
  const { series, decisions } = service;
  const times = series.flatMap(({ points }) => points.map(([at]) => at));
  const from = times.length === 0 ? now - Number(minutes) * 60_000 : Math.min(...times);
  const to = times.length === 0 ? now : Math.max(...series.map(endOf));
  const inside = decisions.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) <= to);
  const marks = inside.map(({ at }) => Date.parse(at));
  return (
    <section class="panel" aria-label={`Signals and decisions, last ${minutes} minutes`}>
      <div class="block lane-block">
        <h2>
          Decisions on the time axis <small>UTC</small>
          <span class="end">
            <nav class="seg" aria-label="Range">
              {RANGES.map(([value, word]) => (
                <a
                  key={value}
                  href={href(['services', service.namespace, service.name], { minutes: value })}
                  aria-current={value === minutes ? 'true' : undefined}
                >
                  {word}
                </a>
              ))}
            </nav>
          </span>
        </h2>
        <Lane decisions={inside} from={from} to={to} now={now} />
      </div>
      {series.length === 0 ? (
        <p class="block small soft">No signal was seen in this time.</p>
      ) : (
        series.map((one) => (
          <div class="block chart-block" key={one.name}>
            <Chart
              series={one}
              height={one.unit === 'replicas' ? 108 : 112}
              marks={marks}
              until={to}
              aside={one.limits.map(({ name, value }) => `${name} ${limitText(value, one.unit)}`).join(', ')}
            />
          </div>
        ))
      )}
      <div class="block">
        <Numbers series={series} now={now} />
      </div>
    </section>
  );
}

/** One sign per decision at its time; those that would cover each other move aside, newest in its place. */
function Lane({
  decisions,
  from,
  to,
  now,
}: {
  readonly decisions: readonly DecisionSummary[];
  readonly from: number;
  readonly to: number;
  readonly now: number;
}) {
  const span = Math.max(1, to - from);
  let edge = 1 + LEAST_GAP;
  const placed = decisions
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .flatMap((one) => {
      const at = Math.min((Date.parse(one.at) - from) / span, edge - LEAST_GAP);
      edge = at;
      return at < 0 ? [] : [{ one, at: Math.min(0.985, at) }];
    });
  return (
    <div class="lane">
      <svg aria-hidden={placed.length === 0 ? 'true' : undefined}>
        {placed.map(({ one, at }) => (
          <svg key={one.name} x={`${(at * 100).toFixed(2)}%`} overflow="visible">
            <line class="stem" y1={15} y2={30} />
            <a
              href={href(['decisions', one.namespace, one.name])}
              class={`is-${one.verdict}`}
              aria-label={`${whenOf(one.at, now)} ${one.verdict}: ${one.what}`}
            >
              <circle cy={14} r={12} />
              <use href={`#i-${one.verdict}`} class="i" x={-8} y={6} width={16} height={16} />
            </a>
          </svg>
        ))}
      </svg>
    </div>
  );
}
