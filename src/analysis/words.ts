/** Numbers as a person reads them at night: `85%`, `0.4%`, `280 ms`, `12.1 s`, `4 min`. */
export function percent(fraction: number): string {
  const value = fraction * 100;
  return `${Math.abs(value) < 10 && !Number.isInteger(value) ? trim(value, 2) : trim(value, 1)}%`;
}

export const milliseconds = (ms: number): string => (ms < 10_000 ? `${trim(ms, 1)} ms` : `${trim(ms / 1000, 1)} s`);

export function span(ms: number): string {
  if (ms < 0) return `-${span(-ms)}`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const trim = (value: number, digits: number): string => String(Number(value.toFixed(digits)));
