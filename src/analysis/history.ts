import type { HistoryFacts } from '../schema/assessment.ts';
import type { History, HistoryPoint } from '../schema/history.ts';

export const HISTORY_MS = 86_400_000;
/** Longer without a usable sample is a gap: what happened in between is not known (G9). */
const GAP_MS = 45_000;
/** So long without a sample of memory may have held a peak that nobody saw (G16). */
const MEMORY_GAP_MS = 600_000;

/**
 * Adds one pass. Points of a day ago leave; a point of the same pass is replaced, and points of the future (a clock that
 * went back) are dropped, so that the ring always runs forward.
 */
export function extended(history: History, point: HistoryPoint): History {
  const oldest = point.at - HISTORY_MS;
  const from = history.findIndex((one) => one.at > oldest);
  let to = history.length;
  while (to > 0 && (history[to - 1]?.at ?? 0) >= point.at) to -= 1;
  const kept = from < 0 ? [] : history.slice(from, Math.max(from, to));
  kept.push(point);
  return kept;
}

/** Facts of a history whose last point is this pass. */
export function historyFacts(history: History, downWindowMs: number): HistoryFacts {
  const last = history.at(-1);
  if (last === undefined) return {};
  const window = last.at - downWindowMs;
  let highestLoadEver = Number.NEGATIVE_INFINITY;
  for (const point of history) {
    if (point.load !== undefined && point.load > highestLoadEver) highestLoadEver = point.load;
  }
  let highestDesired: number | undefined;
  let highestLoad: number | undefined;
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const point = history[index];
    if (point === undefined || point.at < window) break;
    highestDesired = highest(highestDesired, point.desired);
    highestLoad = highest(highestLoad, point.load);
  }
  const unbrokenSince = unbroken(history, last);
  return {
    ...(unbrokenSince === undefined ? {} : { unbrokenSince }),
    ...(highestDesired === undefined ? {} : { highestDesired }),
    ...(highestLoad === undefined ? {} : { highestLoad }),
    ...(Number.isFinite(highestLoadEver) ? { highestLoadEver } : {}),
    ...(last.load === undefined ? {} : { load: last.load }),
    ...memoryFacts(history, last.at),
  };
}

/** The peak of all there is, and since when no peak can have been missed. */
function memoryFacts(history: History, now: number): Pick<HistoryFacts, 'memoryPeak' | 'memorySince'> {
  let peak = 0;
  let since: number | undefined;
  let seenAt = Number.NEGATIVE_INFINITY;
  for (const { at, memory } of history) {
    if (memory === undefined) continue;
    if (memory > peak) peak = memory;
    if (at - seenAt > MEMORY_GAP_MS) since = at;
    seenAt = at;
  }
  if (since === undefined) return {};
  return { memoryPeak: peak, ...(now - seenAt > MEMORY_GAP_MS ? {} : { memorySince: since }) };
}

function unbroken(history: History, last: HistoryPoint): number | undefined {
  if (!last.usable) return undefined;
  let since = last.at;
  for (let index = history.length - 2; index >= 0; index -= 1) {
    const point = history[index];
    if (point === undefined || since - point.at > GAP_MS) break;
    if (point.usable) since = point.at;
  }
  return since;
}

const highest = (so: number | undefined, value: number | undefined): number | undefined =>
  value === undefined ? so : Math.max(so ?? value, value);

type SampleTime = 'cpuAt' | 'latencyAt' | 'errorsAt';

/**
 * The pass that saw the sample before the newest one: the same timestamp again is the same sample. `undefined` when
 * there is none, or it is older than `withinMs` before the newest: then the two are not consecutive.
 */
export function sampleBefore(
  history: History,
  time: SampleTime,
  newestAt: number,
  withinMs: number,
): HistoryPoint | undefined {
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const point = history[index];
    const at = point?.[time];
    if (at === undefined) {
      if (point !== undefined && newestAt - point.at > withinMs) return undefined;
      continue;
    }
    if (at >= newestAt) continue;
    return newestAt - at <= withinMs ? point : undefined;
  }
  return undefined;
}
