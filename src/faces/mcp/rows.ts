import type { ApprovalSummary } from '../../schema/api/approvals.ts';
import type { FindingView, VerdictView } from '../../schema/api/common.ts';
import type { DecisionSummary } from '../../schema/api/services.ts';
import type { McpDesk } from './desk.ts';
import { gateWords, given, nameWords, ours, repeatedIn, theirs } from './told.ts';

/** Lines of lists, the same wherever they stand. Who writes to the cluster may have had a hand in messages and outcomes. */

/** `scale 2 to 6`, `rollback to revision 3`; whatever else it may be called was made up by whoever asked. */
export const whatWords = (what: string): string =>
  /^(?:scale|scale_to_zero|restart_pods|adjust_resources|rollback|undo|delete_deployment|modify_namespace|change_rbac)\b[\w .,:%]*$/.test(
    what,
  )
    ? ours(what, 200)
    : nameWords(what, 200);

const isSentence = (text: string): boolean => /\s/.test(text);

export const decisionRow = (one: DecisionSummary) => ({
  decision: `${ours(one.namespace, 63)}/${ours(one.name, 253)}`,
  service: `${ours(one.namespace, 63)}/${ours(one.service, 253)}`,
  what: whatWords(one.what),
  verdict: one.verdict,
  phase: one.phase,
  reason: ours(one.reason, 64),
  message: theirs(one.message),
  by: ours(one.by, 100),
  at: one.at,
});

export const decisionLine = ({ decision, what, phase, message, at }: ReturnType<typeof decisionRow>): string =>
  `- ${at} ${decision}: ${what}: ${phase} ${message}`;

export const approvalRow = (desk: McpDesk, one: ApprovalSummary) => ({
  approval: `${ours(one.namespace, 63)}/${ours(one.name, 253)}`,
  service: `${ours(one.namespace, 63)}/${ours(one.service, 253)}`,
  phase: one.phase,
  what: `${nameWords(one.operation, 64)} ${ours(one.before, 100)} to ${ours(one.after, 100)}`,
  risk: one.risk,
  why: theirs(one.why),
  rule: ours(one.rule, 80),
  approvers: one.approvers.map((group) => ours(group, 100)),
  votes: `${one.votes} of ${one.quorum}`,
  asked_at: one.askedAt,
  decide_by: one.decideBy,
  ...given('answer', one.answer && theirs(one.answer)),
  ...given('answered_by', one.answeredBy && ours(one.answeredBy, 200)),
  ...given('outcome', one.outcome && theirs(one.outcome)),
  ...given('link', linkTo(desk, 'approvals', one.namespace, one.name)),
});

export const approvalLine = (one: ReturnType<typeof approvalRow>): string => {
  const { approval, what, risk, phase, approvers, decide_by: by, link } = one;
  const open = phase === 'Pending' ? `waits for ${approvers.join(', ')} until ${by}` : phase;
  return `- ${approval}: ${what} (${risk} risk) ${open}${link === undefined ? '' : ` ${link}`}`;
};

/** A page of the gateway for people. */
export const linkTo = (
  desk: McpDesk,
  page: 'approvals' | 'decisions',
  namespace: string,
  name: string,
): string | undefined => {
  const url = desk.url();
  return url === undefined
    ? undefined
    : `${url}/#/${page}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
};

const findingRow = ({ rule, code, effect, message, values }: FindingView) => ({
  rule: ours(rule, 8),
  code: ours(code, 64),
  effect,
  message: gateWords(message, 400, repeatedIn(values)),
});

export const verdictRow = ({ verdict, operation, headline, approvers, notBefore, findings }: VerdictView) => ({
  verdict,
  operation: nameWords(operation, 64),
  headline: gateWords(
    headline,
    400,
    [operation, ...findings.flatMap(({ values }) => repeatedIn(values))].filter(isSentence),
  ),
  approvers: approvers.map((group) => ours(group, 100)),
  ...given('not_before', notBefore),
  findings: findings.map(findingRow),
});
