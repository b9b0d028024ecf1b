import type { Clock } from '../../ports/clock.ts';
import type { MetricsSource, MetricTarget, PastReading, PastSpan } from '../../ports/metrics.ts';
import type { MetricFailure, MetricsReading, UsageSample } from '../../schema/samples.ts';

/** Together less than a pass waits for metrics, so that one source that hangs never costs what the other one knew. */
const FIRST_MS = 7_000;
const SECOND_MS = 7_000;
/** Older than this a source does not answer, whatever it says: the other one is asked as well. */
const LATELY_MS = 45_000;

/**
 * Two sources, by signal and service: the first where it has a sample of late, else the second. Use of CPU and memory is
 * taken from one of them for all pods of a service, that of the first unless the second knows more of its pods. Queries of
 * a blueprint's own belong to the first alone. Where both have nothing, one failure says both their words.
 */
export class CombinedMetrics implements MetricsSource {
  readonly #first: MetricsSource;
  readonly #second: MetricsSource;
  readonly #clock: Clock;
  /** The first gave nothing at all: the next pass does not wait for it before it asks the second. */
  #isDown = false;

  constructor(first: MetricsSource, second: MetricsSource, clock: Clock) {
    this.#first = first;
    this.#second = second;
    this.#clock = clock;
  }

  async read(targets: readonly MetricTarget[], signal: AbortSignal): Promise<MetricsReading> {
    const wasDown = this.#isDown;
    const early = wasDown ? this.#within(this.#second, targets, SECOND_MS, signal) : undefined;
    const first = await this.#within(this.#first, targets, FIRST_MS, signal);
    this.#isDown = first.usage.length === 0 && first.objects.length === 0;
    const left = this.#unanswered(targets, first);
    if (left.length === 0) return first;
    return this.#joined(targets, first, (await early) ?? (await this.#within(this.#second, left, SECOND_MS, signal)));
  }

  /** Of the first: the metrics APIs keep nothing. */
  async past(targets: readonly MetricTarget[], span: PastSpan, signal: AbortSignal): Promise<readonly PastReading[]> {
    return (await this.#first.past?.(targets, span, signal)) ?? [];
  }

  async #within(
    source: MetricsSource,
    targets: readonly MetricTarget[],
    ms: number,
    signal: AbortSignal,
  ): Promise<MetricsReading> {
    const stop = new AbortController();
    const late = this.#clock.sleep(ms, stop.signal).then(() => failed(`no answer within ${ms / 1000} s`));
    const read = source
      .read(targets, AbortSignal.any([signal, stop.signal]))
      .catch((error: unknown) => failed(String(error)));
    const reading = await Promise.race([read, late]);
    stop.abort();
    return reading;
  }

  /** Targets of which the first does not say all, each with what is left to ask; pods are sampled by service, so use is asked for with any. */
  #unanswered(targets: readonly MetricTarget[], first: MetricsReading): MetricTarget[] {
    const now = this.#clock.now();
    const used = podsSeen(first.usage, now);
    const known = new Set(first.objects.filter(({ at }) => now - at <= LATELY_MS).map(keyOfObject));
    return targets.flatMap((target) => {
      const { namespace, deployment } = target;
      const metrics = target.metrics.filter((metric) => !known.has(`${namespace}/${deployment} ${metric}`));
      const pods = target.podNames?.() ?? [];
      const isUsed = pods.length > 0 && pods.every((pod) => used.has(`${namespace}/${pod}`));
      return metrics.length === 0 && isUsed ? [] : [{ ...target, metrics }];
    });
  }

  #joined(targets: readonly MetricTarget[], first: MetricsReading, second: MetricsReading): MetricsReading {
    const now = this.#clock.now();
    const [ours, theirs] = [podsSeen(first.usage, now), podsSeen(second.usage, now)];
    const fromSecond = new Set<string>();
    for (const { namespace, podNames } of targets) {
      const pods = (podNames?.() ?? []).map((pod) => `${namespace}/${pod}`);
      const seenBy = (seen: ReadonlySet<string>): number => pods.filter((pod) => seen.has(pod)).length;
      if (seenBy(theirs) > seenBy(ours)) for (const pod of pods) fromSecond.add(pod);
    }
    const podOf = ({ namespace, pod }: UsageSample): string => `${namespace}/${pod}`;
    const lately = new Map(first.objects.map((sample) => [keyOfObject(sample), sample]));
    const better = second.objects.filter((sample) => {
      const rival = lately.get(keyOfObject(sample));
      return rival === undefined || (now - rival.at > LATELY_MS && sample.at > rival.at);
    });
    const replaced = new Set(better.map(keyOfObject));
    return {
      source: `${first.source}+${second.source}`,
      usage: [
        ...first.usage.filter((sample) => !fromSecond.has(podOf(sample))),
        ...second.usage
          .filter((sample) => fromSecond.has(podOf(sample)))
          .map((sample) => ({ ...sample, source: sample.source ?? second.source })),
      ],
      objects: [
        ...first.objects.filter((sample) => !replaced.has(keyOfObject(sample))),
        ...better.map((sample) => ({ ...sample, source: sample.source ?? second.source })),
      ],
      // What one of the two could say is no failure.
      failures: joinedFailures(first.failures, second.failures).filter(
        ({ namespace = '', deployment = '', metric = '' }) =>
          !replaced.has(keyOfObject({ namespace, deployment, metric })),
      ),
    };
  }
}

const failed = (message: string): MetricsReading => ({
  source: 'none',
  usage: [],
  objects: [],
  failures: [
    { what: 'usage', message },
    { what: 'object', message },
  ],
});

const keyOfObject = ({
  namespace,
  deployment,
  metric,
}: {
  namespace: string;
  deployment: string;
  metric: string;
}): string => `${namespace}/${deployment} ${metric}`;

/** Pods whose every container was sampled of late. */
function podsSeen(usage: readonly UsageSample[], now: number): Set<string> {
  const oldest = new Map<string, number>();
  for (const { namespace, pod, at } of usage) {
    const key = `${namespace}/${pod}`;
    oldest.set(key, Math.min(oldest.get(key) ?? at, at));
  }
  return new Set([...oldest].flatMap(([key, at]) => (now - at <= LATELY_MS ? [key] : [])));
}

/** A failure of the first is completed by what the second says of the same; one of the second alone stands for itself. */
function joinedFailures(first: readonly MetricFailure[], second: readonly MetricFailure[]): MetricFailure[] {
  const told = new Set<MetricFailure>();
  const joined = first.map((failure): MetricFailure => {
    const same = second.find((other) => isOfSame(failure, other));
    if (same === undefined) return failure;
    told.add(same);
    return { ...failure, message: `${failure.message}; metrics API: ${same.message}` };
  });
  return [...joined, ...second.filter((failure) => !told.has(failure))];
}

const isOfSame = (one: MetricFailure, other: MetricFailure): boolean =>
  one.what === other.what &&
  matches(one.namespace, other.namespace) &&
  matches(one.deployment, other.deployment) &&
  matches(one.metric, other.metric);

const matches = (one: string | undefined, other: string | undefined): boolean =>
  one === undefined || other === undefined || one === other;
