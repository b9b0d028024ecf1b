import { assess } from '../analysis/assess.ts';
import type { Clock } from '../ports/clock.ts';
import type { MetricsSource, MetricTarget } from '../ports/metrics.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import type { History } from '../schema/history.ts';
import type { MetricsReading, UsageSample } from '../schema/samples.ts';
import type { Workload } from '../schema/workload.ts';
import { ReadingIndex } from './readings.ts';

/** Longer than the down window of most blueprints (450 s), by some steps. */
const SPAN_MS = 600_000;
/** Under the 45 s that count as a gap. */
const STEP_MS = 30_000;
/** For all of it: the first pass waits for it. */
const DEADLINE_MS = 8_000;
/** Kubernetes cuts the name that pods are named after. */
const MOST_PREFIX = 47;

interface Step {
  readonly at: number;
  readonly index: ReadingIndex;
  /** By namespace. */
  readonly usage: ReadonlyMap<string, readonly UsageSample[]>;
}

/**
 * What a source that keeps its samples says of the time before this process looked: the ring of a service begins with it,
 * as if it had been watched. Only of the time in which the service stood as it stands now: every pod of it, and no other.
 */
export class PastNumbers {
  readonly #steps: readonly Step[];

  private constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  /** Empty where the source keeps nothing, or does not answer in time. Never rejects. */
  static async of(
    source: MetricsSource,
    targets: readonly MetricTarget[],
    clock: Clock,
    signal: AbortSignal,
  ): Promise<PastNumbers> {
    if (source.past === undefined || targets.length === 0) return new PastNumbers([]);
    const stop = new AbortController();
    const to = Math.floor(clock.now() / 1000) * 1000 - STEP_MS;
    const span = { from: to - SPAN_MS, to, stepMs: STEP_MS };
    const read = source.past(targets, span, AbortSignal.any([signal, stop.signal])).catch(() => []);
    const late = clock.sleep(DEADLINE_MS, stop.signal).then(() => []);
    const readings = await Promise.race([read, late]);
    stop.abort();
    return new PastNumbers(
      readings.map(({ at, reading }) => ({ at, index: new ReadingIndex(reading), usage: byNamespace(reading) })),
    );
  }

  /** `podsNow`: names of all pods of its namespace, whoever owns them. */
  historyOf(workload: Workload, blueprint: Blueprint, podsNow: ReadonlySet<string>): History {
    if (workload.rollout.underWay || workload.deleting) return [];
    let history: History = [];
    for (const { at, index, usage } of this.#steps) {
      const then = { ...workload, at };
      const reading = index.of(then, blueprint);
      // Whatever came before was of another set of pods.
      history = stoodSo(then, reading, usage.get(workload.namespace) ?? [], podsNow)
        ? assess({ now: at, blueprint, workload: then, reading, history }).history
        : [];
    }
    return history;
  }
}

function stoodSo(
  { at, name, pods }: Workload,
  { usage }: MetricsReading,
  around: readonly UsageSample[],
  podsNow: ReadonlySet<string>,
): boolean {
  const overMs = usage.reduce((longest, sample) => Math.max(longest, sample.overMs ?? sample.windowMs), 0);
  const prefix = `${name}-`.slice(0, MOST_PREFIX);
  return (
    pods.length > 0 &&
    pods.every(
      ({ ready, terminating, readyAt }) => ready && !terminating && readyAt !== undefined && readyAt + overMs <= at,
    ) &&
    // A pod that is gone and may have been one of ours carried load that nobody knows of.
    !around.some(({ pod }) => pod.startsWith(prefix) && !podsNow.has(pod))
  );
}

function byNamespace({ usage }: MetricsReading): Map<string, UsageSample[]> {
  const groups = new Map<string, UsageSample[]>();
  for (const sample of usage) {
    const group = groups.get(sample.namespace);
    if (group === undefined) groups.set(sample.namespace, [sample]);
    else group.push(sample);
  }
  return groups;
}
