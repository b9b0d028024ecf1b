import type { DecisionObject } from '../schema/decisionObject.ts';
import type { Verdict } from '../schema/verdict.ts';

/** Same authority for the same reasons. What merely waited is computed anew, so a lifted wait counts as a difference. */
export function sameVerdict(verdict: Verdict, { spec, status }: Pick<DecisionObject, 'spec' | 'status'>): boolean {
  const before = status?.verdict ?? spec.verdict;
  const codes = (findings: readonly { code: string; effect: string }[]): string =>
    findings
      .flatMap((f) => (f.effect === 'note' ? [] : [f.code]))
      .sort()
      .join();
  return before.authority === verdict.authority && codes(before.findings) === codes(verdict.findings);
}
