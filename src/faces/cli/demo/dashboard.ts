import type picocolors from 'picocolors';
import type { ServiceView } from '../../../observe/serviceView.ts';
import { breakerAt } from '../../../policy/breaker.ts';
import type { History } from '../../../schema/history.ts';

type Colors = ReturnType<typeof picocolors.createColors>;
type Paint = (text: string) => string;

const BARS = '▁▂▃▄▅▆▇█';
const MOST_CELLS = 8;
const CPU_POINTS = 12;
const P95_POINTS = 8;

/** One line of at most 80 columns: replicas inside the limits, CPU, p95 with the last minutes, and what is going on. */
export function dashboardLine(view: ServiceView, history: History, now: number, colors: Colors): string {
  const { blueprint, assessment } = view;
  const cpu = fresh(view, 'cpu');
  const p95 = fresh(view, 'latency_p95');
  const target = blueprint?.performance.latencyP95Ms;
  const busy = cpu !== undefined && blueprint !== undefined && cpu >= blueprint.scaling.upThreshold;
  const slow = assessment?.breach.includes('latency_p95') === true;
  const cpuText = cpu === undefined ? '-' : `${Math.round(cpu * 100)}%`;
  const p95Text = p95 === undefined ? '-' : `${Math.round(p95)} ms`;
  const cpuLine = spark(tail(history, 'cpu', CPU_POINTS), 1);
  const p95Line = spark(tail(history, 'latencyP95', P95_POINTS), (target ?? 200) * 1.5);
  const [state, paint] = stateOf(view, now, colors);
  return [
    ` ${colors.bold(view.name.slice(0, 9).padEnd(9))} `,
    cells(view, colors),
    ` CPU ${(busy ? colors.yellow : same)(cpuText.padStart(4))} ${colors.cyan(cpuLine.padStart(CPU_POINTS))}`,
    `  p95 ${(slow ? colors.red : same)(p95Text.padStart(7))} ${colors.cyan(p95Line.padStart(P95_POINTS))}`,
    `  ${paint(state)}`,
  ].join('');
}

const same: Paint = (text) => text;

/** `2 ■■■▪· 5`: ready, started and not ready yet, free up to the maximum. Twelve columns. */
function cells({ blueprint, workload }: ServiceView, { green, yellow, dim, red }: Colors): string {
  if (blueprint === undefined || workload === undefined) return 'no target'.padEnd(12);
  const { minReplicas: min, maxReplicas: max } = blueprint.scaling;
  const { ready, replicas } = workload;
  if (Math.max(max, replicas) > MOST_CELLS) return `${min} ${ready}/${replicas} ${max}`.slice(0, 18).padEnd(12);
  const up = Math.min(ready, replicas);
  const free = Math.max(0, max - replicas);
  const over = replicas > max ? `+${replicas - max}` : '';
  const inside = Math.min(replicas, max);
  const shown = Math.min(up, inside);
  const length = String(min).length + String(max).length + 2 + inside + free + over.length;
  const room = ' '.repeat(Math.max(0, 12 - length));
  return `${dim(String(min))} ${green('■'.repeat(shown))}${yellow('▪'.repeat(inside - shown))}${dim('·'.repeat(free))} ${dim(String(max))}${red(over)}${room}`;
}

/** The newest values as bars; `full` is the value of the highest bar. */
function spark(values: readonly number[], full: number): string {
  const bar = (value: number): string => {
    const level = Math.min(BARS.length - 1, Math.max(0, Math.floor((value / full) * BARS.length)));
    return BARS.charAt(level);
  };
  return values.map(bar).join('');
}

const tail = (history: History, key: 'cpu' | 'latencyP95', count: number): number[] =>
  history.slice(-count).flatMap((point) => point[key] ?? []);

function fresh({ assessment }: ServiceView, name: 'cpu' | 'latency_p95'): number | undefined {
  return assessment?.signals.find((signal) => signal.name === name && signal.state === 'fresh')?.value;
}

function stateOf(view: ServiceView, now: number, { green, red, yellow, dim }: Colors): [string, Paint] {
  const { counters, holds, assessment } = view;
  const breaker = counters === undefined ? 'closed' : breakerAt(counters.breaker, now);
  if ((holds?.length ?? 0) > 0) return ['on hold', yellow];
  if (breaker === 'open') return ['breaker open', red];
  if (counters?.inFlight !== undefined) return [counters.inFlight.phase, green];
  if (breaker === 'halfOpen') return ['half-open', yellow];
  if ((assessment?.breach.length ?? 0) > 0) return ['missed', red];
  if ((assessment?.pressure.length ?? 0) > 0) return ['busy', yellow];
  return ['calm', dim];
}
