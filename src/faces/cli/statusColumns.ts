/** The table of `fairlead status`: each column, and what stands in it. */
export const STATUS_COLUMNS = [
  ['SERVICE', 'namespace and name of the blueprint'],
  ['READY', 'pods that are ready / replicas wanted'],
  ['RANGE', 'min_replicas..max_replicas'],
  ['CPU', 'use, as a share of the CPU request'],
  ['P95', '95 of 100 requests are faster'],
  ['ERRORS', 'share of requests that failed'],
  ['MODE', 'autonomy: observe says, propose asks, autonomous acts'],
  ['BREAKER', 'closed: it may act; open: not, after failures; halfOpen: one try; -: no record yet'],
  ['NOW', 'what holds it, is under way, waits, is missed or not seen; calm: all numbers are there and ask for nothing'],
] as const;

const INSTEAD =
  'In place of a number: stale (the newest is too old), missing (there is none), implausible (it cannot be).\n"-" under P95 and ERRORS: the blueprint sets no objective for it (spec.performance), and no fresh number is there.\n"fleet halt" below the table: too much is ill or unseen, so that nothing disruptive starts anywhere.\n"no executor runs" there: nothing of this is carried out, verified or undone until one does.';

export const statusHelp = (): string =>
  `\nColumns:\n${STATUS_COLUMNS.map(([name, means]) => `  ${name.padEnd(8)} ${means}\n`).join('')}\n${INSTEAD}\n`;
