import type { MetricsSource, MetricTarget, PastReading, PastSpan } from '../ports/metrics.ts';
import type { MetricFailure, MetricsReading, ObjectSample, UsageSample } from '../schema/samples.ts';

/** A metrics source that answers what it was told, and remembers what it was asked. */
export class FakeMetrics implements MetricsSource {
  readonly asked: (readonly MetricTarget[])[] = [];
  usage: readonly UsageSample[] = [];
  objects: readonly ObjectSample[] = [];
  failures: readonly MetricFailure[] = [];
  /** What happens instead of an answer. */
  fault: 'none' | 'hang' | 'throw' = 'none';

  /** What it kept of the time before; absent: nothing. */
  past?: (targets: readonly MetricTarget[], span: PastSpan) => Promise<readonly PastReading[]>;

  async read(targets: readonly MetricTarget[], _signal: AbortSignal): Promise<MetricsReading> {
    this.asked.push(targets);
    if (this.fault === 'throw') throw new Error('metrics broke');
    if (this.fault === 'hang') return new Promise(() => {});
    const { usage, objects, failures } = this;
    return { source: 'fake', usage, objects, failures };
  }
}
