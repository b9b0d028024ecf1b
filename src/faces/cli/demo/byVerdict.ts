import type { DecisionObject } from '../../../schema/decisionObject.ts';

/** `10 decisions: 7 allowed, 1 deferred, 2 forbidden.`: by the first verdict of each. */
export function byVerdict(decisions: readonly DecisionObject[]): string {
  const counts = new Map<string, number>();
  for (const { spec } of decisions) {
    const { authority, wait } = spec.verdict;
    const verdict = authority === 'allowed' && wait !== undefined ? 'deferred' : authority;
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  const parts = ['allowed', 'deferred', 'restricted', 'forbidden'].flatMap((verdict) => {
    const count = counts.get(verdict);
    return count === undefined ? [] : [`${count} ${verdict}`];
  });
  return `${decisions.length} ${decisions.length === 1 ? 'decision' : 'decisions'}: ${parts.join(', ') || 'none'}.`;
}
