/**
 * The two units a blueprint adds to Kubernetes quantities: percentages (`70%`, a fraction in code) and durations
 * (`1m30s`, milliseconds in code). A number without its unit is no value: both parsers answer `undefined`.
 */

const PERCENTAGE = /^(\d{1,6}(?:\.\d{1,6})?)%$/;
const DURATION =
  /^(?:(\d{1,9}(?:\.\d{1,6})?)h)?(?:(\d{1,9}(?:\.\d{1,6})?)m)?(?:(\d{1,9}(?:\.\d{1,6})?)s)?(?:(\d{1,12}(?:\.\d{1,6})?)ms)?$/;

/** `70%` is 0.7. */
export function parsePercent(text: string): number | undefined {
  const digits = PERCENTAGE.exec(text)?.[1];
  // Rounding to 15 digits takes the binary dust of the division away: 0.7%, not 0.006999999999999999.
  return digits === undefined ? undefined : Number((Number(digits) / 100).toPrecision(15));
}

/** 0.7 is `70%`; at most four decimals. */
export function formatPercent(fraction: number): string {
  return `${Number((fraction * 100).toFixed(4))}%`;
}

/** `1h`, `90s`, `1m30s`, `250ms`: units from large to small, each at most once. Milliseconds. */
export function parseDuration(text: string): number | undefined {
  if (text === '') return undefined;
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0', millis = '0'] = match;
  const total = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(millis);
  return Number(total.toPrecision(15));
}

/** 90000 is `1m30s`; rounded to a whole millisecond. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  if (rest === 0) return '0s';
  let text = '';
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}
