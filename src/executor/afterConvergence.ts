import type { History, HistoryPoint } from '../schema/history.ts';

/**
 * The numbers that were sampled after `since`. A point may carry values of different age: those sampled before are taken
 * out, and a point with none left is dropped. What a source still reports from before a change says nothing about it.
 */
export function sampledAfter(history: History, since: number): History {
  return history.flatMap((point) => {
    if (point.at <= since) return [];
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
