/**
 * The value at a printer column's path: dotted fields, `[0]`, and `[?(@.key=="value")]`, which is all that our definitions
 * use. Undefined when there is none.
 */
export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const [, field, index, key, wanted] of path.matchAll(STEP)) {
    if (value === undefined || value === null) return undefined;
    if (field !== undefined) value = own(value, field);
    else if (!Array.isArray(value)) return undefined;
    else if (index !== undefined) value = value[Number(index)];
    else value = value.find((item) => own(item, key ?? '') === wanted);
  }
  return value;
}

const STEP = /\.([A-Za-z_][\w-]*)|\[(\d+)\]|\[\?\(@\.([\w-]+)=="([^"]*)"\)\]/g;

export function own(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
