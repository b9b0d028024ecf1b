import type { VerdictRecord } from '../schema/records.ts';
import type { Finding, Verdict } from '../schema/verdict.ts';

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** A verdict as a Decision's status carries it: the same facts, with texts and lists cut to what the record may hold. */
export function verdictRecord(verdict: Verdict): VerdictRecord {
  return {
    operation: cut(verdict.operation, 64),
    authority: verdict.authority,
    ...(verdict.wait !== undefined && {
      wait: {
        ...(verdict.wait.until !== undefined && { until: Math.round(verdict.wait.until) }),
        codes: verdict.wait.codes.slice(0, 32).map((code) => cut(code, 64)),
      },
    }),
    approvers: verdict.approvers.slice(0, 32).map((group) => cut(group, 200)),
    findings: verdict.findings.slice(0, 64).map(findingRecord),
    at: verdict.at,
    ...(verdict.step !== undefined && { step: verdict.step }),
  };
}

function findingRecord(finding: Finding): VerdictRecord['findings'][number] {
  return {
    rule: finding.rule,
    code: cut(finding.code, 64),
    effect: finding.effect,
    message: cut(finding.message, 500),
    values: Object.fromEntries(Object.entries(finding.values).map(([key, value]) => [key, cut(value, 200)])),
    ...(finding.notBefore !== undefined && { notBefore: Math.round(finding.notBefore) }),
    ...(finding.approvers !== undefined && { approvers: finding.approvers.slice(0, 32).map((g) => cut(g, 200)) }),
  };
}

/**
 * The finding that decided, for a person: the first that forbids, else waits, else restricts. `ObserveOnly` only says
 * what else would have been: any other reason comes before it.
 */
export function deciding(verdict: Verdict): Finding | undefined {
  const of = (effect: Finding['effect']): readonly Finding[] => verdict.findings.filter((one) => one.effect === effect);
  const forbids = of('forbid');
  return forbids.find(({ code }) => code !== 'ObserveOnly') ?? forbids[0] ?? of('wait')[0] ?? of('restrict')[0];
}
