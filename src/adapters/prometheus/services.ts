import type { MetricTarget } from '../../ports/metrics.ts';
import type { Series } from './answer.ts';
import { COPY_LABELS, PART } from './queries.ts';

/** What was measured of one service under one name: series of one copy, and when. */
export interface Measured {
  readonly series: readonly Series[];
  /** Of the newest sample, ms. */
  readonly at: number;
  /** Between two samples, ms. */
  readonly intervalMs: number;
}

/** Turns the series of a grouped answer into the services they are of: by their `deployment`, else by the pods they own. */
export class Services {
  readonly #byDeployment = new Map<string, MetricTarget>();
  readonly #targets: readonly MetricTarget[];
  #byPod: Map<string, MetricTarget> | undefined;

  constructor(targets: readonly MetricTarget[]) {
    this.#targets = targets;
    for (const target of targets) this.#byDeployment.set(`${target.namespace}/${target.deployment}`, target);
  }

  of({ namespace, deployment, pod }: Series['labels']): MetricTarget | undefined {
    if (deployment) return this.#byDeployment.get(`${namespace}/${deployment}`);
    return pod ? this.#pods().get(`${namespace}/${pod}`) : undefined;
  }

  /**
   * Parts `name rate`, `name at` and `name count` of an answer, by service. Of several copies the one that saw most is
   * taken whole: numbers of two are never mixed, neither added nor the larger of each. A `deployment` label goes before pods.
   * `rare`: there are samples, but too few for a rate.
   */
  measured(series: readonly Series[], name: string, windowMs: number): Map<MetricTarget, Measured | 'rare'> {
    const rates = this.#grouped(series, `${name} rate`);
    const times = this.#grouped(series, `${name} at`);
    const counts = this.#grouped(series, `${name} count`);
    const measured = new Map<MetricTarget, Measured | 'rare'>();
    for (const [target, all] of counts) if (largest(all) < 2) measured.set(target, 'rare');
    for (const [target, all] of rates) {
      const at = largest(times.get(target)) * 1000;
      // A rate outlives its series by the window: without a newest sample it is of something gone.
      if (!Number.isFinite(at)) continue;
      measured.set(target, {
        series: fullestCopy(all),
        at,
        intervalMs: intervalOf(windowMs, largest(counts.get(target))),
      });
    }
    return measured;
  }

  #grouped(series: readonly Series[], part: string): Map<MetricTarget, Series[]> {
    const groups = new Map<MetricTarget, Series[]>();
    for (const one of series) {
      if (one.labels[PART] !== part) continue;
      const target = this.of(one.labels);
      if (target === undefined) continue;
      const group = groups.get(target);
      if (group === undefined) groups.set(target, [one]);
      else group.push(one);
    }
    for (const [target, group] of groups) {
      const named = group.filter(({ labels }) => labels['deployment']);
      if (named.length > 0) groups.set(target, named);
    }
    return groups;
  }

  #pods(): Map<string, MetricTarget> {
    this.#byPod ??= new Map(
      this.#targets.flatMap((target) =>
        (target.podNames?.() ?? []).map((pod) => [`${target.namespace}/${pod}`, target] as const),
      ),
    );
    return this.#byPod;
  }
}

/** Seconds between samples by how many fell into the window; one alone came at most once in it. */
export const intervalOf = (windowMs: number, count: number): number =>
  count >= 1 ? Math.round(windowMs / count) : windowMs;

export const newestValue = ({ points }: Series): number => points.at(-1)?.value ?? Number.NaN;

const largest = (series: readonly Series[] = []): number =>
  series.reduce((most, one) => Math.max(most, newestValue(one)), Number.NEGATIVE_INFINITY);

function fullestCopy(series: readonly Series[]): readonly Series[] {
  const copies = new Map<string, { readonly series: Series[]; total: number }>();
  for (const one of series) {
    const key = COPY_LABELS.map((label) => one.labels[label] ?? '').join('\n');
    const copy = copies.get(key) ?? { series: [], total: 0 };
    copy.series.push(one);
    copy.total += newestValue(one) || 0;
    copies.set(key, copy);
  }
  return [...copies.values()].reduce((a, b) => (b.total > a.total ? b : a)).series;
}
