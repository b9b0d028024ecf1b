/**
 * The same input with every part put back to `calm` that a predicate can do without, and lists shortened: for people who
 * have to read it.
 */
export function simplest<T extends object>(input: T, calm: object, still: (input: T) => boolean): T {
  let best = input;
  for (let again = true; again; ) {
    again = false;
    for (const path of pathsOf(best, calm, [])) {
      if (JSON.stringify(at(best, path)) === JSON.stringify(at(calm, path))) continue;
      const simpler = replaced(best, path, at(calm, path)) as T;
      if (!still(simpler)) continue;
      best = simpler;
      again = true;
      break;
    }
  }
  return best;
}

/** What `value` says otherwise than `calm`, a line each: all that a person has to read of it. */
export function besides(value: unknown, calm: unknown, path = ''): string[] {
  const text = JSON.stringify(value);
  if (text === JSON.stringify(calm)) return [];
  if (!isObject(value) || !isObject(calm)) return [`${path}: ${text ?? 'absent'}`];
  return Object.keys({ ...calm, ...value }).flatMap((key) =>
    besides(value[key], calm[key], path === '' ? key : `${path}.${key}`),
  );
}

/** Outermost first, and no deeper than `calm` goes: a required part is never left out. */
function pathsOf(value: unknown, calm: unknown, path: readonly string[]): string[][] {
  const own = path.length === 0 ? [] : [[...path]];
  if (!isObject(value) || !isObject(calm)) return own;
  const keys = Array.isArray(value) ? Object.keys(value).reverse() : Object.keys({ ...calm, ...value });
  return [...own, ...keys.flatMap((key) => pathsOf(value[key], calm[key], [...path, key]))];
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((here, key) => (isObject(here) ? here[key] : undefined), value);
}

function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.flatMap((item, index) => {
      if (String(index) !== key) return [item];
      return rest.length === 0 && by === undefined ? [] : [replaced(item, rest, by)];
    });
  }
  if (!isObject(value)) return value;
  const part = replaced(value[key], rest, by);
  const { [key]: _left, ...others } = value;
  return part === undefined ? others : { ...others, [key]: part };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
