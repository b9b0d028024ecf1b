/** Milliseconds since the epoch, and a value; null where there is none. */
export type Point = [at: number, value: number | null];

/**
 * At most `most` of the points (at least 5), oldest first. Of each stretch of time the lowest and the highest value stay, and
 * a gap stays a gap; so do the first point and the last: what crossed a limit is never smoothed away.
 */
export function downsampled(points: readonly Point[], most: number): Point[] {
  if (points.length <= most) return points.map(([at, value]) => [at, value]);
  const [first, last] = [points[0], points.at(-1)];
  const inner = points.slice(1, -1);
  const size = Math.ceil(inner.length / Math.max(1, Math.floor((most - 2) / 3)));
  const kept: Point[] = [];
  for (let from = 0; from < inner.length; from += size) kept.push(...extremesOf(inner.slice(from, from + size)));
  return [...(first === undefined ? [] : [first]), ...kept, ...(last === undefined ? [] : [last])];
}

function extremesOf(stretch: readonly Point[]): Point[] {
  let low: Point | undefined;
  let high: Point | undefined;
  let gap: Point | undefined;
  for (const point of stretch) {
    const [, value] = point;
    if (value === null) {
      gap ??= point;
      continue;
    }
    if (low === undefined || value < (low[1] ?? value)) low = point;
    if (high === undefined || value > (high[1] ?? value)) high = point;
  }
  const chosen = new Set([low, high, gap].filter((point) => point !== undefined));
  return [...chosen].sort((a, b) => a[0] - b[0]);
}
