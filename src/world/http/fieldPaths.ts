import { isObject, mergeKeyOf } from './mergeKeys.ts';

/** A step to a field, or to the element of a list that has this key. */
export type Step = string | { readonly key: string; readonly value: unknown };

export interface Leaf {
  readonly steps: readonly Step[];
  readonly value: unknown;
}

/** What identifies an object and what the server sets is owned by nobody. */
const UNOWNED = new Set(['apiVersion', 'kind', 'status']);
const OWNED_METADATA = new Set(['labels', 'annotations', 'finalizers', 'ownerReferences']);

/** The fields of an object that a manager can own, by their path as the API server writes it: `.spec.replicas`. */
export function leavesOf(object: unknown): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  collect(object, [], leaves);
  return leaves;
}

function collect(value: unknown, steps: readonly Step[], leaves: Map<string, Leaf>): void {
  const elements = Array.isArray(value) ? keyed(value, steps) : undefined;
  if (isObject(value) && Object.keys(value).length > 0) {
    for (const [field, inner] of Object.entries(value)) {
      if (steps.length === 0 && UNOWNED.has(field)) continue;
      if (steps.length === 1 && steps[0] === 'metadata' && !OWNED_METADATA.has(field)) continue;
      collect(inner, [...steps, field], leaves);
    }
  } else if (elements !== undefined) {
    for (const [step, element] of elements) collect(element, [...steps, step], leaves);
  } else if (steps.length > 0) {
    leaves.set(pathText(steps), { steps, value });
  }
}

function keyed(list: readonly unknown[], steps: readonly Step[]): [Step, unknown][] | undefined {
  const field = steps.at(-1);
  const key = typeof field === 'string' && list.length > 0 ? mergeKeyOf(field, list) : undefined;
  if (key === undefined) return undefined;
  return list.map((element) => [{ key, value: isObject(element) ? element[key] : undefined }, element]);
}

const pathText = (steps: readonly Step[]): string =>
  steps.map((step) => (typeof step === 'string' ? `.${step}` : `[${step.key}=${JSON.stringify(step.value)}]`)).join('');

/** Whether it is the field by which an element of a list is told apart. */
export function isKey(steps: readonly Step[]): boolean {
  const [element, field] = steps.slice(-2);
  return typeof element === 'object' && element.key === field;
}

/**
 * Removes a field in place, and what it leaves empty behind. The key of an element goes only with the whole element, when
 * nothing else is left of it: remove the others first.
 */
export function removeAt(root: unknown, steps: readonly Step[]): void {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  if (typeof step === 'object') {
    if (Array.isArray(root)) removeInElement(root, step, rest);
    return;
  }
  if (!isObject(root) || !Object.hasOwn(root, step)) return;
  const inner = root[step];
  removeAt(inner, rest);
  const empty = typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0;
  if (rest.length === 0 || empty) Reflect.deleteProperty(root, step);
}

function removeInElement(list: unknown[], { key, value }: Exclude<Step, string>, rest: readonly Step[]): void {
  const at = list.findIndex((each) => isObject(each) && each[key] === value);
  const element = list[at];
  if (!isObject(element)) return;
  if (rest.length !== 1 || rest[0] !== key) removeAt(element, rest);
  else if (Object.keys(element).length === 1) list.splice(at, 1);
}
