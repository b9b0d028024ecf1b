import type { Params } from '../expectation.ts';
import { type LedgerEntry, ledgerOf } from '../ledger.ts';
import { matchesTarget, shown, when, within } from '../observed.ts';
import type { Seen } from '../seen.ts';

export function audit({ operation, target, outcome, count }: Params<'audit'>, seen: Seen): string[] {
  const about = ledgerOf(seen).filter(
    (entry) => (operation === '*' || entry.operation === operation) && matchesTarget(target, entry.target),
  );
  const found = about.filter((entry) => outcome.some((wanted) => wanted === entry.outcome));
  if (within(found.length, count)) return [];
  const words = (entry: LedgerEntry): string =>
    `${when(seen, entry.at)} ${entry.operation} ${entry.outcome} (${entry.reason.slice(0, 120)})`;
  const kept = about.slice(0, 10).map(words).join('; ') || 'none';
  return [`${found.length} entries ${operation} ${outcome.join(' or ')}, wanted ${shown(count)}; there were: ${kept}`];
}
