/** The one place that knows the reader's clock. What counts is the gateway's: pages show the time by its answers. */
let offset = 0;

/** `date` header of an answer, to the second. Half a second is the best guess for what it leaves out. */
export function heardDate(header: string | null): void {
  const at = header === null ? Number.NaN : Date.parse(header);
  if (!Number.isNaN(at)) offset = at + 500 - Date.now();
}

/** Now, by the gateway's clock, in ms. */
export const serverNow = (): number => Date.now() + offset;

/** Ms of the reader's own clock, for measuring silence. */
export const localNow = (): number => Date.now();
