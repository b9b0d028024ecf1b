import type { FindingView, VerdictView } from '../../schema/api/common.ts';
import { headline } from '../../schema/headline.ts';
import type { VerdictRecord } from '../../schema/records.ts';
import { RULE_IDS, type RuleId } from '../../schema/verdict.ts';
import { RULE_NAMES } from './ruleNames.ts';
import { capital, instant, name, sentence } from './told.ts';

/** A verdict as pages show it. One with a wait is deferred only when nothing else stands in its way. */
export function verdictView(verdict: VerdictRecord): VerdictView {
  const { operation, wait, approvers, findings } = verdict;
  const until = wait?.until;
  const known = { ...verdict, ...(until !== undefined && { wait: { ...wait, until: Date.parse(instant(until)) } }) };
  const objected = new Set(findings.filter(({ effect }) => effect !== 'note').map(({ rule }) => rule));
  return {
    verdict: verdictWord(verdict),
    operation: name(operation),
    headline: capital(sentence(headline(known))),
    approvers: approvers.map(name),
    ...(until !== undefined && { notBefore: instant(until) }),
    findings: findings.map(findingView),
    passed: RULE_IDS.filter((rule) => !objected.has(rule)).map(ruleWords),
  };
}

export const verdictWord = ({ authority, wait }: Pick<VerdictRecord, 'authority' | 'wait'>): VerdictView['verdict'] =>
  authority === 'allowed' && wait !== undefined ? 'deferred' : authority;

const isRule = (rule: string): rule is RuleId => RULE_IDS.some((one) => one === rule);

/** `steps and ceilings (G8)`. */
export const ruleWords = (rule: string): string => (isRule(rule) ? `${RULE_NAMES[rule]} (${rule})` : name(rule));

export const findingView = ({
  rule,
  code,
  effect,
  message,
  values,
}: VerdictRecord['findings'][number]): FindingView => ({
  rule: name(rule),
  ...(isRule(rule) && { about: RULE_NAMES[rule] }),
  code: name(code),
  effect,
  message: sentence(message),
  values: Object.fromEntries(Object.entries(values).map(([key, value]) => [name(key), sentence(value)])),
});
