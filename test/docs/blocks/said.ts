/** Stands in a page for anything. */
const ANYTHING = '…';
/** What ends the name of a Decision in every page; the stage puts that of the newest one in its place. */
export const EXAMPLE_ID = 'k3v9x0a1b2';

/**
 * What a `text` block shows that the command did not print: its first line that is not found, in order, in what was
 * printed. Spaces count as one; `…` and the example's id are anything. Undefined: all of it was said.
 */
export function unsaid(shown: string, printed: string): string | undefined {
  const lines = printed.split('\n').map(tidy);
  let from = 0;
  for (const line of shown.split('\n').map(tidy)) {
    if (line === '' || line === ANYTHING) continue;
    const wanted = pattern(line);
    const at = lines.findIndex((each, n) => n >= from && wanted.test(each));
    if (at === -1) return line;
    from = at + 1;
  }
  return undefined;
}

const tidy = (line: string): string => line.replaceAll(/\s+/g, ' ').trim();

function pattern(line: string): RegExp {
  const parts = line.replaceAll(EXAMPLE_ID, ANYTHING).split(ANYTHING);
  return new RegExp(parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*'));
}
