import { plainLine } from '../../kernel/plainText.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { Series } from '../../schema/api/common.ts';
import type { Signal } from '../../schema/assessment.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import type { History, HistoryPoint } from '../../schema/history.ts';
import { downsampled, type Point } from './downsampled.ts';
import { forecastOf } from './forecast.ts';
import { isOver, limitsOf, MEASURES, nowText, signalOf, valueText } from './signals.ts';

/** As many points as a chart gets. */
const MOST = 2_000;
/** Three passes without a sample: the line is broken there. */
const GAP_MS = 46_000;

type Read = (point: HistoryPoint) => readonly [at: number | undefined, value: number | undefined];

const READS: Readonly<Record<Signal['name'], Read>> = {
  cpu: ({ cpuAt, cpu }) => [cpuAt, cpu],
  latency_p95: ({ latencyAt, latencyP95 }) => [latencyAt, latencyP95],
  error_rate: ({ errorsAt, errorRate }) => [errorsAt, errorRate],
  requests_per_second: ({ at, requestsPerSecond }) => [at, requestsPerSecond],
};

export interface Window {
  readonly from: number;
  readonly to: number;
  /** Points of one series at most. */
  readonly most?: number;
  /** The window ends now: where the signals are going is drawn on. */
  readonly forecast?: boolean;
}

/**
 * The signals of one service over time, each with the lines it is held against, and its replicas. Shares are in percent,
 * latency in ms. A sample stands at its own time, once: a source that stands still is seen to stand still.
 */
export function seriesOf(view: ServiceView, history: History, window: Window): Series[] {
  const { blueprint, assessment } = view;
  if (blueprint === undefined) return [];
  const shown = history.filter(({ at }) => at >= window.from && at <= window.to);
  const names: readonly Signal['name'][] = ['cpu', 'latency_p95', 'error_rate', 'requests_per_second'];
  const signals = names.flatMap((name): Series[] => {
    const signal = signalOf(assessment, name);
    const points = pointsOf(shown, READS[name], MEASURES[name].factor);
    if (signal === undefined && !points.some(([, value]) => value !== null)) return [];
    return [
      {
        name,
        title: MEASURES[name].title,
        unit: MEASURES[name].unit,
        points: downsampled(points, window.most ?? MOST),
        limits: limitsOf(name, blueprint).map((limit) => ({ ...limit })),
        ...(window.forecast === true && forecastIn(name, points, blueprint)),
        now: nowText(signal, name, blueprint),
        over: signal !== undefined && isOver(signal),
        source: plainLine(signal?.source ?? 'not known', 200),
      },
    ];
  });
  return [...signals, ...replicaSeries(view, shown, window.most ?? MOST)];
}

function forecastIn(name: Signal['name'], points: readonly Point[], blueprint: Blueprint): Pick<Series, 'forecast'> {
  const limits = limitsOf(name, blueprint);
  const limit = limits.find((one) => one.name === 'limit');
  const told = (value: number): string => valueText(MEASURES[name], value / MEASURES[name].factor, limits);
  const line = limit && { value: limit.value, text: told(limit.value) };
  const forecast = forecastOf(points, line, told);
  return forecast === undefined ? {} : { forecast };
}

/** CPU alone, small: for a row of a list. */
export function cpuSeries(view: ServiceView, history: History, window: Window): Series | undefined {
  const recent = history.slice(-Math.ceil((window.to - window.from) / 10_000));
  return seriesOf(view, recent, window).find(({ name }) => name === 'cpu');
}

function replicaSeries({ blueprint, workload, global }: ServiceView, shown: History, most: number): Series[] {
  if (blueprint === undefined || workload === undefined) return [];
  const ceiling = global?.ceilings.maxReplicas;
  const { minReplicas, maxReplicas } = blueprint.scaling;
  return [
    {
      name: 'replicas',
      title: 'Replicas',
      unit: 'replicas',
      points: downsampled(
        pointsOf(shown, ({ at, replicas }) => [at, replicas], 1),
        most,
      ),
      limits: [
        { name: 'max', value: maxReplicas },
        { name: 'min', value: minReplicas },
        ...(ceiling === undefined ? [] : [{ name: 'hard ceiling', value: ceiling }]),
      ],
      now: `${workload.replicas}`,
      over: workload.replicas > maxReplicas,
      source: 'Deployment',
    },
  ];
}

function pointsOf(history: History, read: Read, factor: number): Point[] {
  const points: Point[] = [];
  for (const point of history) {
    const [sampleAt, value] = read(point);
    const last = points.at(-1);
    if (value === undefined || !Number.isFinite(value)) {
      if (last !== undefined && last[1] !== null && point.at > last[0]) points.push([point.at, null]);
      continue;
    }
    const at = sampleAt ?? point.at;
    if (last !== undefined && at <= last[0]) continue;
    if (last !== undefined && last[1] !== null && at - last[0] > GAP_MS) points.push([last[0] + 1, null]);
    points.push([at, Number((value * factor).toPrecision(6))]);
  }
  return points;
}
