/** Text that stands in one cell of a table as it is, and comes out of it as it was. */
export const cellText = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('<', '&lt;')
    .trim() || '–';

export const textOfCell = (cell: string): string => cell.replaceAll('&lt;', '<').replaceAll(/\\([\\|])/g, '$1');
