const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
const DAY_MS = 86_400_000;

/**
 * Milliseconds of an RFC 3339 instant, `undefined` for anything else. Arithmetic of its own, since the gate has no access
 * to the machine's clock or calendar.
 */
export function instantOf(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = Math.trunc(Number(`0.${match[7] ?? '0'}`) * 1000);
  const timeOfDay = ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
  return daysSinceEpoch(year, month, day) * DAY_MS + timeOfDay - offsetMs(match[8] ?? 'Z');
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar: years counted from March, so that a leap day comes last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const yearDay = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + yearDay - 719_468;
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
