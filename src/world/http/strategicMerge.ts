import { isDeepStrictEqual } from 'node:util';
import { isObject, isSet, mergeKeyOf } from './mergeKeys.ts';

type Fields = Readonly<Record<string, unknown>>;

const DELETE_FROM = '$deleteFromPrimitiveList/';
const ORDER = '$setElementOrder/';

/**
 * A strategic merge patch as kubectl writes them for the built-in kinds: lists of objects are merged by their key, with the
 * directives `$patch`, `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList`. Nothing given is changed.
 */
export function strategicMerge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const { $patch: directive, $retainKeys: retained, ...fields } = patch;
  if (directive === 'replace') return fields;
  if (directive === 'delete') return undefined;
  const old = isObject(target) ? Object.entries(target) : [];
  const result = new Map(Array.isArray(retained) ? old.filter(([key]) => retained.includes(key)) : old);
  for (const [key, value] of Object.entries(fields)) {
    if (key.startsWith(DELETE_FROM)) removeValues(result, key.slice(DELETE_FROM.length), value);
    if (key.startsWith('$')) continue;
    const merged = value === null ? undefined : mergeField(key, result.get(key), value);
    if (merged === undefined) result.delete(key);
    else result.set(key, merged);
  }
  for (const [key, value] of Object.entries(fields)) {
    if (key.startsWith(ORDER)) setOrder(result, key.slice(ORDER.length), value);
  }
  return Object.fromEntries(result);
}

function mergeField(field: string, old: unknown, given: unknown): unknown {
  if (!Array.isArray(given)) return strategicMerge(old, given);
  const before: readonly unknown[] = Array.isArray(old) ? old : [];
  if (isSet(field)) return [...before, ...given.filter((value) => !before.includes(value))];
  const elements = given.filter(isObject);
  if (elements.some((element) => isWholeListDirective(element))) {
    return given.filter((element) => !(isObject(element) && isWholeListDirective(element)));
  }
  const key = mergeKeyOf(field, [...before, ...given]);
  return key === undefined ? given : mergeList(key, before, elements);
}

/** `{$patch: replace}` alone stands for the list, not for an element. */
const isWholeListDirective = (element: Fields): boolean =>
  element['$patch'] === 'replace' && Object.keys(element).length === 1;

function mergeList(key: string, before: readonly unknown[], given: readonly Fields[]): unknown[] {
  const list = [...before];
  for (const element of given) {
    const at = list.findIndex((each) => isObject(each) && each[key] === element[key]);
    if (element['$patch'] === 'delete') {
      if (at !== -1) list.splice(at, 1);
    } else if (at === -1) list.push(strategicMerge(undefined, element));
    else list[at] = strategicMerge(list[at], element);
  }
  return list;
}

function removeValues(result: Map<string, unknown>, field: string, values: unknown): void {
  const old = result.get(field);
  if (!Array.isArray(old) || !Array.isArray(values)) return;
  result.set(
    field,
    old.filter((each) => !values.some((value) => isDeepStrictEqual(value, each))),
  );
}

/** Elements that the order does not name keep their place behind those that it does. */
function setOrder(result: Map<string, unknown>, field: string, order: unknown): void {
  const list = result.get(field);
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const key = mergeKeyOf(field, list);
  const place = (element: unknown): number => {
    const at = order.findIndex((wanted) =>
      key === undefined ? wanted === element : isObject(wanted) && isObject(element) && wanted[key] === element[key],
    );
    return at === -1 ? order.length : at;
  };
  result.set(
    field,
    [...list].sort((a, b) => place(a) - place(b)),
  );
}
