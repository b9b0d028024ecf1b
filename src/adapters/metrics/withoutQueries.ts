import type { MetricsSource } from '../../ports/metrics.ts';
import type { MetricFailure } from '../../schema/samples.ts';

const MESSAGE =
  'the blueprint has a query for it, and no Prometheus is set up: set FAIRLEAD_PROMETHEUS_URL, or take the query out';

/** A source where there is no Prometheus: a blueprint's own query has nobody to ask, and its signal says so. */
export const withoutQueries = (source: MetricsSource): MetricsSource => ({
  read: async (targets, signal) => {
    const reading = await source.read(targets, signal);
    const unasked = targets.flatMap(({ namespace, deployment, signals = [] }) =>
      signals.flatMap(({ query, metric }): MetricFailure[] =>
        query === undefined ? [] : [{ what: 'object', namespace, deployment, metric, message: MESSAGE }],
      ),
    );
    return unasked.length === 0 ? reading : { ...reading, failures: [...reading.failures, ...unasked] };
  },
});
