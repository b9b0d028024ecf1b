/** As servers write it (RFC 9110, 5.6.7). Anything else that `Date.parse` would take may be no time of any calendar. */
const WRITTEN = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Ms since the epoch, to the second; undefined for what is no such date. */
export function parseHttpDate(text: string | undefined): number | undefined {
  const at = text !== undefined && WRITTEN.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
