/** The head of every page: its title, the sentence that says what it answers, and where it comes from. */
export const page = (title: string, about: string, ...lines: readonly string[]): string =>
  [`# ${title}`, '', `${about} Generated from the code by \`npm run gen\`.`, '', ...lines].join('\n').trimEnd() + '\n';

/** A Markdown table. An empty cell is a fact that nobody wrote down, so it is a fault of the page. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  for (const row of rows) {
    const at = row.findIndex((cell) => cell.trim() === '');
    if (at >= 0 || row.length !== head.length) {
      throw new TypeError(`no ${head[at] ?? 'cell'} in the row of ${row.find((cell) => cell !== '')}`);
    }
  }
  const line = (cells: readonly string[]): string => `| ${cells.map(inCell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line), ''];
}

export const code = (text: string): string => `\`${text}\``;
export const codes = (texts: readonly string[]): string => texts.map(code).join(', ');

/** One line, in which nothing ends the cell or is taken for a tag; code stays as it is. */
const inCell = (text: string): string =>
  text
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '\\<')))
    .join('')
    .replaceAll('|', '\\|');

/** With a capital letter at its front and a full stop at its end. */
export function sentence(text: string): string {
  const whole = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
