import { within } from '../policy/breaker.ts';
import { KEEP } from '../policy/counters.ts';
import type { LastChange } from '../schema/change.ts';
import { type Counters, NEW_COUNTERS } from '../schema/counters.ts';
import { restoredFrom } from './restoredCounters.ts';

const HOUR_MS = 3_600_000;

/**
 * Counters that somebody else changed, or that nobody can read: what they still say is kept where it binds, the write
 * that the target proves is put back (without a readable proof there was one just now), and the hour's budget counts as
 * spent from now on.
 */
export function mistrusted(
  known: Counters | undefined,
  proof: { readonly lastChangeText?: string; readonly lastChange?: LastChange } | undefined,
  now: number,
): Counters {
  const { lastChangeText, lastChange } = proof ?? {};
  const unknown = { decision: '', changeId: 'unknown', direction: 'none', optional: false, undo: false } as const;
  const base: Counters =
    lastChange !== undefined
      ? restoredFrom(lastChange, now)
      : lastChangeText !== undefined
        ? { ...NEW_COUNTERS, operations: [{ ...unknown, at: now, by: 'agent' }] }
        : NEW_COUNTERS;
  // What is in flight the Decisions tell: the one that is being verified takes its slot back.
  const { seal: _, inFlight: _lost, ...kept } = known ?? base;
  const ids = new Set(base.operations.map(({ changeId }) => changeId));
  const operations = [...kept.operations.filter(({ changeId }) => !ids.has(changeId)), ...base.operations]
    .map((operation) => ({ ...operation, at: Math.min(operation.at, now) }))
    .sort((a, b) => a.at - b.at)
    .slice(-KEEP);
  return {
    ...kept,
    ...(base.lastChangeId !== undefined && { lastChangeId: base.lastChangeId }),
    breaker: within(kept.breaker, now),
    optionalBreaker: within(kept.optionalBreaker, now),
    operations,
    spentUntil: now + HOUR_MS,
  };
}
