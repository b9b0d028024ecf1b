import type { History, HistoryPoint } from '../../schema/history.ts';

/**
 * The numbers that were sampled after `since`. A point may carry values of different age: those sampled before are taken
 * out, and a point with none left is dropped. What a source still reports from before a change says nothing about it; a
 * value averaged over some time counts once more than half of that time lies after the change.
 */
export function sampledAfter(history: History, converged: number): History {
  return history.flatMap((point) => {
    if (point.at <= converged) return [];
    const since = converged + (point.overMs ?? 0) / 2;
    const { cpu, cpuAt, load, latencyP95, latencyAt, errorRate, errorsAt, requestsPerSecond, ...rest } = point;
    const hasCpu = cpuAt !== undefined && cpuAt > since;
    const hasLatency = latencyAt !== undefined && latencyAt > since;
    const hasErrors = errorsAt !== undefined && errorsAt > since;
    if (!hasCpu && !hasLatency && !hasErrors) return [];
    const kept: HistoryPoint = {
      ...rest,
      ...(hasCpu && { cpuAt, ...(cpu !== undefined && { cpu }), ...(load !== undefined && { load }) }),
      ...(hasLatency && { latencyAt, ...(latencyP95 !== undefined && { latencyP95 }) }),
      ...(hasErrors && { errorsAt, ...(errorRate !== undefined && { errorRate }) }),
      ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    };
    return [kept];
  });
}
