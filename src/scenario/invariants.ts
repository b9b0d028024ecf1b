import { noSecretLeak } from './assertions/noSecretLeak.ts';
import { processAlive } from './assertions/processAlive.ts';
import { everyChangeRecorded, everyRefusalReasoned } from './invariants/records.ts';
import {
  approvedByPeople,
  boundObjectsOnly,
  budgetKept,
  cooldownKept,
  grantedOnly,
  nothingDeleted,
  openBreakerKept,
  replicasInBounds,
  resourcesInBounds,
} from './invariants/safety.ts';
import type { Seen } from './seen.ts';

export interface Violation {
  readonly id: string;
  readonly kind: 'safety' | 'record' | 'liveness';
  readonly message: string;
}

type Invariant = readonly [id: string, kind: Violation['kind'], holds: (seen: Seen) => string[]];

/** What holds in every run of every scenario. */
const INVARIANTS: readonly Invariant[] = [
  ['INV-01', 'safety', boundObjectsOnly],
  ['INV-02', 'safety', nothingDeleted],
  ['INV-03', 'safety', replicasInBounds],
  ['INV-04', 'safety', resourcesInBounds],
  ['INV-05', 'safety', grantedOnly],
  ['INV-06', 'safety', budgetKept],
  ['INV-07', 'safety', cooldownKept],
  ['INV-08', 'safety', approvedByPeople],
  ['INV-09', 'safety', (seen) => noSecretLeak({ surfaces: ['reply', 'audit', 'log'] }, seen)],
  ['INV-10', 'safety', openBreakerKept],
  ['INV-11', 'record', everyChangeRecorded],
  ['INV-12', 'record', everyRefusalReasoned],
  ['INV-13', 'liveness', staysUp],
  ['INV-14', 'liveness', othersServed],
];

export const violations = (seen: Seen): Violation[] =>
  INVARIANTS.flatMap(([id, kind, holds]) => holds(seen).map((message) => ({ id, kind, message })));

function staysUp(seen: Seen): string[] {
  const late = seen.process.late.map((tick) => `the pass of tick ${tick} did not end within it`);
  return [...processAlive({ alive: true }, seen), ...late.slice(0, 3)];
}

/** While the API server itself answers, each governed service that is there was looked at in every tick. */
function othersServed(seen: Seen): string[] {
  const { stimulus } = seen.scenario;
  if (stimulus.some(({ api_fault, process }) => api_fault !== undefined || process !== undefined)) return [];
  const failures: string[] = [];
  for (const { tick, at, services, observed } of seen.samples) {
    if (tick === 0) continue;
    for (const target of services.keys()) {
      const since = seen.inForce.find((entry) => entry.target === target)?.at;
      if (since === undefined || since >= at || observed.has(target)) continue;
      failures.push(`${target} was not looked at in tick ${tick - 1}`);
    }
  }
  return failures.slice(0, 3);
}
