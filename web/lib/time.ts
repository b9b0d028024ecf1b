const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (value: number): string => String(value).padStart(2, '0');

/** `03:22:10`, UTC. An instant that is none is shown as it came. */
export function clockOf(instant: string | number): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return String(instant);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

/** `03:22` of the reader's day, `23 Nov 22:40` of another. UTC. */
export function whenOf(instant: string | number, now: number): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return String(instant);
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  const sameDay = Math.floor(at.getTime() / DAY) === Math.floor(now / DAY);
  return sameDay ? time : `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ''} ${time}`;
}

/** `Tue 24 Nov 2026, 03:07:10 UTC`. */
export function fullOf(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][at.getUTCDay()] ?? '';
  return `${day} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ''} ${at.getUTCFullYear()}, ${clockOf(instant)} UTC`;
}

/** What is left, rounded down, so that it never says more than there is: `11:42`, `1 h 21`, `3 d 4 h`. */
export function leftOf(ms: number): string {
  const left = Math.max(0, ms);
  if (left < HOUR) return `${two(Math.floor(left / MINUTE))}:${two(Math.floor((left % MINUTE) / SECOND))}`;
  if (left < DAY) return `${Math.floor(left / HOUR)} h ${two(Math.floor((left % HOUR) / MINUTE))}`;
  return `${Math.floor(left / DAY)} d ${Math.floor((left % DAY) / HOUR)} h`;
}

/** A length of time in words: `0.4 s`, `37 s`, `1 min 50 s`, `15 min`, `2 h 5 min`. */
export function lengthOf(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < 10 * SECOND) return `${(Math.floor(whole / 100) / 10).toString()} s`;
  if (whole < MINUTE) return `${Math.floor(whole / SECOND)} s`;
  const [big, small, one, other] = whole < HOUR ? [MINUTE, SECOND, 'min', 's'] : [HOUR, MINUTE, 'h', 'min'];
  const rest = Math.floor((whole % big) / small);
  return `${Math.floor(whole / big)} ${one}${rest === 0 ? '' : ` ${rest} ${other}`}`;
}
