import type { KubeObject } from './kube.ts';
import { type DecisionSpec, type DecisionStatus, FINAL, type VerdictRecord } from './records.ts';
import type { Verdict } from './verdict.ts';

/** A Decision as the API server keeps it; its CRD has checked the shape. A fresh one has no status. */
export interface DecisionObject extends KubeObject {
  spec: DecisionSpec;
  status?: DecisionStatus;
}

/** Open: the executor has not ended it. */
export const isOpen = (decision: DecisionObject): boolean =>
  decision.status === undefined || !FINAL.has(decision.status.phase);

/** Cuts text to what the record's schema takes, so that a long rationale can never lose a decision. */
export const cut = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max - 1)}…` : text);

/** The verdict as records keep it: within the bounds of the schema, findings that decide before mere notes. */
export function verdictRecord(verdict: Verdict): VerdictRecord {
  const { findings, step } = asAsked(verdict);
  const weight = { forbid: 0, restrict: 1, wait: 2, note: 3 } as const;
  return {
    operation: cut(verdict.operation, 64),
    authority: verdict.authority,
    ...(verdict.wait
      ? {
          wait: {
            ...(verdict.wait.until === undefined ? {} : { until: verdict.wait.until }),
            codes: verdict.wait.codes.slice(0, 32),
          },
        }
      : {}),
    approvers: verdict.approvers.slice(0, 32),
    findings: findings
      .toSorted((a, b) => weight[a.effect] - weight[b.effect])
      .slice(0, 64)
      .map((f) => ({
        rule: f.rule,
        code: cut(f.code, 64),
        effect: f.effect,
        message: cut(f.message, 500),
        values: Object.fromEntries(Object.entries(f.values).map(([k, v]) => [k, cut(v, 200)])),
        ...(f.notBefore === undefined ? {} : { notBefore: f.notBefore }),
        ...(f.approvers ? { approvers: f.approvers.slice(0, 32) } : {}),
      })),
    at: verdict.at,
    ...(step === undefined ? {} : { step }),
  };
}

/** What people approve is done in one write (G8): whoever is asked must not read of the steps it would have without them. */
function asAsked({ authority, findings, step }: Verdict): Pick<Verdict, 'findings' | 'step'> {
  const { from = '', to = '' } = findings.find(({ code }) => code === 'Stepwise')?.values ?? {};
  if (authority !== 'restricted' || to === '') return { findings, ...(step !== undefined && { step }) };
  const message = `approved once, it is one write: ${from} to ${to}`;
  const whole = { code: 'OneStep', message, values: { from, to, step: to } };
  return {
    findings: findings.map((finding) => (finding.code === 'Stepwise' ? { ...finding, ...whole } : finding)),
    step: Number(to),
  };
}
