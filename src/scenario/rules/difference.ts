import { isDeepStrictEqual } from 'node:util';
import type { Scenario } from '../format.ts';
import { isObject } from '../loose.ts';

/** One fact in which two scenarios differ; `undefined` where one of them does not say it. */
export interface Difference {
  /** `cluster.deployments.0.replicas`. */
  readonly path: string;
  readonly here: unknown;
  readonly there: unknown;
}

/** What a scenario says about itself, and what it expects: no facts of the run. */
const NO_FACTS: ReadonlySet<string> = new Set([
  'id',
  'title',
  'category',
  'polarity',
  'tags',
  'source',
  'expect',
  'why',
  'notes',
]);

/**
 * The facts in which two scenarios differ, up to `most` of them. What only one of them says is one fact, however large;
 * lists are compared place by place.
 */
export function differences(here: Scenario, there: Scenario, most = 2): Difference[] {
  const found: Difference[] = [];
  compare('', factsOf(here), factsOf(there), found, most);
  return found;
}

const factsOf = (scenario: Scenario): object =>
  Object.fromEntries(Object.entries(scenario).filter(([key]) => !NO_FACTS.has(key)));

function compare(path: string, here: unknown, there: unknown, found: Difference[], most: number): void {
  if (found.length >= most || isDeepStrictEqual(here, there)) return;
  const [left, right] = [partsOf(here), partsOf(there)];
  if (left === undefined || right === undefined || Array.isArray(here) !== Array.isArray(there)) {
    found.push({ path, here, there });
    return;
  }
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    compare(path === '' ? key : `${path}.${key}`, left.get(key), right.get(key), found, most);
  }
}

function partsOf(value: unknown): Map<string, unknown> | undefined {
  return Array.isArray(value) || isObject(value) ? new Map(Object.entries(value)) : undefined;
}
