import type { Check } from '../schema/blueprint.ts';
import type { History } from '../schema/history.ts';
import type { Baseline } from '../schema/records.ts';
import { baselineValue, countsRequests, meets, samplesOf, valueWords, worse } from './checks.ts';
import { FEWEST_REQUESTS, tooFew } from './count.ts';
import { freshFor } from './freshness.ts';
import { plural, span } from './words.ts';

/** Loads closer than this are alike. */
const ALIKE = 0.2;
/** A value is worse than before from this ratio on; below it is noise. */
const WORSE = 1.1;
/** Still within its limit, but near it and half as bad again as before at the same load: not to be called good. */
const MUCH_WORSE = 1.5;
const NEAR_LIMIT = 0.8;
const FRESH_MS = 45_000;

export type JudgedOutcome = 'pass' | 'insufficient' | 'fail' | 'inconclusive';

export interface Judging {
  readonly checks: readonly Check[];
  readonly baseline: Baseline;
  /** Points whose samples were all taken after convergence, oldest first. */
  readonly after: History;
  readonly now: number;
  readonly stabilizationMs: number;
  /** What the change did to capacity; with it, a miss under a load that has grown is told from one the change made. */
  readonly direction?: 'up' | 'down' | 'none';
}

/** One check's outcome, with its values in words. */
export interface Answer {
  readonly outcome: JudgedOutcome;
  readonly words: string;
}

/**
 * Holds one check against its limit on its last two samples and, where that is missed, against the value before the
 * change: what was missed before and is no worse now is insufficient.
 */
export function answer(check: Check, judging: Judging): Answer {
  const load = loadAfter(judging.after);
  const requests = requestsIn(judging.after, judging.stabilizationMs);
  const samples = samplesOf(check, judging.after);
  const last = samples.at(-1);
  const previous = samples.at(-2);
  if (last === undefined || previous === undefined) {
    return { outcome: 'inconclusive', words: `${plural(samples.length, 'sample')} since the change, two are needed` };
  }
  const age = judging.now - last.at;
  if (age > freshFor(FRESH_MS, last.at - previous.at)) {
    return { outcome: 'inconclusive', words: `the newest sample is ${span(age)} old` };
  }
  const seen = valuesWords(check, last.value, previous.value);
  if (countsRequests(check) && tooFew(requests)) {
    const count = `${plural(Math.floor(requests ?? 0), 'request')} in ${span(judging.stabilizationMs)}`;
    return { outcome: 'inconclusive', words: `${seen}, but ${count}: at least ${FEWEST_REQUESTS} are needed` };
  }
  const before = baselineValue(check, judging.baseline);
  const words = before === undefined ? seen : `${seen} (before: ${valueWords(check, before)})`;
  const held = [last.value, previous.value].filter((value) => meets(check, value)).length;
  if (held === 1) return { outcome: 'inconclusive', words: `${words}: one of the last two samples is good` };
  return held === 2
    ? againstBefore(check, last.value, before, alike(load, judging.baseline.load), words)
    : excused(check, last.value, before, judging, load, words);
}

/** Met: still not to be called good when it came near the limit by the change alone. */
function againstBefore(
  check: Check,
  value: number,
  before: number | undefined,
  isAlike: boolean,
  words: string,
): Answer {
  const isNear = worse(check, value, check.value) >= NEAR_LIMIT;
  if (before === undefined || !isAlike || !isNear || worse(check, value, before) < MUCH_WORSE) {
    return { outcome: 'pass', words };
  }
  return { outcome: 'inconclusive', words: `${words}: within its limit, but much worse than before at the same load` };
}

/** Missed: the change's fault, or what it was made against. */
function excused(
  check: Check,
  value: number,
  before: number | undefined,
  judging: Judging,
  load: number | undefined,
  words: string,
): Answer {
  const { baseline, direction } = judging;
  const hasGrown = isGrown(load, baseline);
  const wasMissed = before === undefined ? baseline.breached : !meets(check, before);
  if (wasMissed) {
    if (before !== undefined && worse(check, value, before) < WORSE) {
      return { outcome: 'insufficient', words: `${words}: still missed, no worse than before` };
    }
    if (before === undefined || hasGrown) return { outcome: 'insufficient', words: `${words}: still missed` };
    return { outcome: 'fail', words: `${words}: worse than before` };
  }
  if (hasGrown && direction === 'up') {
    return { outcome: 'insufficient', words: `${words}: load has grown since, more is needed` };
  }
  if (hasGrown) {
    return { outcome: 'inconclusive', words: `${words}: load has grown since, not comparable` };
  }
  // More pods cannot make the use per pod worse; where they did not suffice, the next step may follow.
  if (check.signal === 'cpu_utilization' && direction === 'up') return { outcome: 'insufficient', words };
  return { outcome: 'fail', words };
}

const isGrown = (load: number | undefined, { load: before }: Baseline): boolean =>
  load !== undefined && before !== undefined && load > before * (1 + ALIKE);

/** More than a fifth over the load before the change: what is missed then need not be the change's doing. */
export const hasLoadGrown = (after: History, baseline: Baseline): boolean => isGrown(loadAfter(after), baseline);

/** `280 ms, then 310 ms, wanted < 200 ms`; one value when both read the same. */
export function valuesWords(check: Check, newest: number, before: number): string {
  const [last, first] = [valueWords(check, newest), valueWords(check, before)];
  const wanted = `wanted ${check.comparator} ${valueWords(check, check.value)}`;
  return `${first === last ? last : `${first}, then ${last}`}, ${wanted}`;
}

/** Requests in a window of this length, by the mean rate seen; undefined when no rate was. */
export function requestsIn(points: History, windowMs: number): number | undefined {
  const rates = points.map((point) => point.requestsPerSecond).filter((rate) => rate !== undefined);
  if (rates.length === 0) return undefined;
  return (rates.reduce((total, rate) => total + rate, 0) / rates.length) * (windowMs / 1000);
}

/** Load of the newest points that have one. */
function loadAfter(points: History): number | undefined {
  const loads = points
    .map((point) => point.load)
    .filter((load) => load !== undefined)
    .slice(-2);
  return loads.length === 0 ? undefined : loads.reduce((total, load) => total + load, 0) / loads.length;
}

const alike = (now: number | undefined, before: number | undefined): boolean =>
  now !== undefined && before !== undefined && Math.abs(now - before) <= ALIKE * before;
