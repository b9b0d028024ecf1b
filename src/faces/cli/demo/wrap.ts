/** Breaks text at spaces so that no piece is longer than `width`; a longer word is cut. At least one piece. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    for (; line.length > width; line = line.slice(width)) lines.push(line.slice(0, width));
  }
  return [...lines, line];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const COLOR = /\u001b\[[0-9;]*m/g;

/** Columns that a text takes: colours take none. */
export const columnsOf = (text: string): number => text.replaceAll(COLOR, '').length;

/** Cut to `width` columns; colours are kept, and reset where something was cut. */
export function cut(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let left = width;
  let kept = '';
  let at = 0;
  for (const match of [...text.matchAll(COLOR), undefined]) {
    const plain = text.slice(at, match?.index ?? text.length).slice(0, left);
    left -= plain.length;
    kept += plain + (match?.[0] ?? '');
    at = match === undefined ? text.length : match.index + match[0].length;
  }
  return kept;
}
