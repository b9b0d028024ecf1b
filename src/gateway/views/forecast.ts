import type { Series } from '../../schema/api/common.ts';
import type { Point } from './downsampled.ts';
import { clock } from './told.ts';

/** What a line is laid through, how much of it there has to be, and how far it is drawn on. */
const PAST_MS = 10 * 60_000;
const LEAST_MS = 5 * 60_000;
const LEAST_POINTS = 12;
const AHEAD_MS = 10 * 60_000;
/** Share of what moves that the line explains; below it there is no trend, only movement. */
const LEAST_FIT = 0.6;

/**
 * Where the last ten minutes lead if they go on as they went: a straight line through them. Undefined where there is too
 * little, a gap, or no trend. It is there to look at; neither a rule nor the sizing reads it.
 */
export function forecastOf(
  points: readonly Point[],
  limit: { readonly value: number; readonly text: string } | undefined,
  told: (value: number) => string,
): Series['forecast'] {
  const last = points.at(-1);
  if (last === undefined) return undefined;
  const recent = points.filter(([at]) => at >= last[0] - PAST_MS);
  const known = recent.filter((point): point is [number, number] => point[1] !== null);
  const first = known[0];
  if (first === undefined || known.length < LEAST_POINTS || known.length < recent.length) return undefined;
  if (last[0] - first[0] < LEAST_MS) return undefined;
  const line = lineThrough(known);
  if (line === undefined) return undefined;
  const [from, to] = [last[0], last[0] + AHEAD_MS];
  const [start, end] = [line(from), Math.max(0, line(to))];
  const crossed = limit !== undefined && start <= limit.value && end > limit.value;
  const at = crossed ? from + ((limit.value - start) / (end - start)) * AHEAD_MS : undefined;
  const crossing = at === undefined ? '' : `, over ${limit?.text ?? ''} from about ${clock(at).slice(0, 5)}`;
  return {
    points: [
      [from, start],
      [to, end],
    ],
    text: `If the last ten minutes go on: ${told(end)} at ${clock(to).slice(0, 5)}${crossing}. No rule uses this.`,
  };
}

/** Least squares; undefined where it explains too little. */
function lineThrough(points: readonly (readonly [number, number])[]): ((at: number) => number) | undefined {
  const n = points.length;
  const origin = points[0]?.[0] ?? 0;
  const meanX = points.reduce((sum, [at]) => sum + at - origin, 0) / n;
  const meanY = points.reduce((sum, [, value]) => sum + value, 0) / n;
  let [xx, xy, yy] = [0, 0, 0];
  for (const [at, value] of points) {
    const [dx, dy] = [at - origin - meanX, value - meanY];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  if (xx === 0 || yy === 0 || (xy * xy) / (xx * yy) < LEAST_FIT) return undefined;
  const slope = xy / xx;
  return (at) => meanY + slope * (at - origin - meanX);
}
