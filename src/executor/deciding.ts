import type { Finding, Verdict } from '../schema/verdict.ts';

/**
 * The finding that decided, for a person: the first that forbids, else waits, else restricts. `ObserveOnly` only says
 * what else would have been: any other reason comes before it.
 */
export function deciding(verdict: Verdict): Finding | undefined {
  const of = (effect: Finding['effect']): readonly Finding[] => verdict.findings.filter((one) => one.effect === effect);
  const forbids = of('forbid');
  return forbids.find(({ code }) => code !== 'ObserveOnly') ?? forbids[0] ?? of('wait')[0] ?? of('restrict')[0];
}
