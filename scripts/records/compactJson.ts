const WIDTH = 120;

/** JSON as the formatter of this repository leaves it: what fits a line stands on one, the rest one property a line. */
export const compactJson = (value: unknown): string => `${printed(value, '', 0)}\n`;

/** `used`: columns of the line that stand before it or have to follow it. */
function printed(value: unknown, indent: string, used: number): string {
  const line = onOneLine(value);
  if (indent.length + used + line.length <= WIDTH || typeof value !== 'object' || value === null) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => `${inner}${printed(item, inner, 1)}`);
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  const fields = fieldsOf(value).map(([key, field]) => {
    const name = `${JSON.stringify(key)}: `;
    return `${inner}${name}${printed(field, inner, name.length + 1)}`;
  });
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

function onOneLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  const fields = fieldsOf(value).map(([key, field]) => `${JSON.stringify(key)}: ${onOneLine(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

const fieldsOf = (value: object): [string, unknown][] =>
  Object.entries(value).filter(([, field]) => field !== undefined);
