import type { ApprovalRule, Autonomy, Blueprint, Check, FreezeWindow, Safety } from '../blueprint.ts';
import { OPERATIONS, type Operation } from '../operation.ts';
import { formatMemory } from '../quantity.ts';

/**
 * One thing that another version allows differently. `wider`: agents may do more, or less protects from what they do;
 * `changed`: neither. What cannot be told to be narrower counts as wider.
 */
export interface Difference {
  /** As in the document's Kubernetes form, without `spec`. */
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly effect: 'wider' | 'narrower' | 'changed';
}

/** What changes for agents and for those who rely on the limits, in the order of the document. Pure; defaults are in force. */
export function differences(before: Blueprint, after: Blueprint): Difference[] {
  return [
    ...identity(before, after),
    ...scaling(before.scaling, after.scaling),
    ...(['cpu', 'memory'] as const).flatMap((name) => bounds(name, before.resources[name], after.resources[name])),
    ...objectives(before.performance, after.performance),
    ...OPERATIONS.flatMap((operation) => grant(operation, before.authority, after.authority)),
    ...verification(before.verification, after.verification),
    ...approval(before.approval, after.approval),
    ...safety(before.safety, after.safety),
    ...freeze(before.freeze, after.freeze),
    ...when('logs', before.logs, after.logs, after.logs === 'allowed'),
  ];
}

export const differenceWords = ({ what, before, after, effect }: Difference): string =>
  `${what}: ${before} to ${after}${effect === 'changed' ? '' : ` (${effect})`}`;

type Effect = Difference['effect'];

function difference(what: string, before: string, after: string, effect: Effect): Difference[] {
  return before === after ? [] : [{ what, before, after, effect }];
}

/** Where there are only two ways to go. */
const when = (what: string, before: string, after: string, isWider: boolean): Difference[] =>
  difference(what, before, after, isWider ? 'wider' : 'narrower');

/** `more`: a larger number lets agents do more. */
const number = (
  what: string,
  before: number,
  after: number,
  more: 'wider' | 'narrower',
  show: (n: number) => string = String,
): Difference[] => when(what, show(before), show(after), after > before === (more === 'wider'));

const seconds = (ms: number): string => `${ms / 1000}s`;
const percent = (fraction: number): string => `${Number((fraction * 100).toFixed(2))}%`;
const millicores = (value: number): string => `${value}m`;
const on = (value: boolean): string => (value ? 'on' : 'off');

const RANK: Readonly<Record<Autonomy, number>> = { observe: 0, propose: 1, autonomous: 2 };

function identity(before: Blueprint, after: Blueprint): Difference[] {
  return [
    ...difference('target.name', before.target.name, after.target.name, 'wider'),
    ...difference('priority', before.priority, after.priority, 'changed'),
    ...difference('criticality', before.criticality, after.criticality, 'changed'),
    ...when('autonomy', before.autonomy, after.autonomy, RANK[after.autonomy] > RANK[before.autonomy]),
  ];
}

function scaling(before: Blueprint['scaling'], after: Blueprint['scaling']): Difference[] {
  const alarm = (what: string, a: number, b: number): Difference[] =>
    difference(what, percent(a), percent(b), 'changed');
  return [
    ...number('scaling.min_replicas', before.minReplicas, after.minReplicas, 'narrower'),
    ...number('scaling.max_replicas', before.maxReplicas, after.maxReplicas, 'wider'),
    ...alarm('scaling.target_cpu_utilization', before.targetCpu, after.targetCpu),
    ...alarm('scaling.scale_up_threshold', before.upThreshold, after.upThreshold),
    ...alarm('scaling.scale_down_threshold', before.downThreshold, after.downThreshold),
    ...alarm('scaling.tolerance', before.tolerance, after.tolerance),
  ];
}

type Bounds = { readonly min: number; readonly max: number; readonly target: number };

function bounds(name: 'cpu' | 'memory', before: Bounds | undefined, after: Bounds | undefined): Difference[] {
  const show = name === 'cpu' ? millicores : formatMemory;
  const range = (of: Bounds | undefined): string => (of === undefined ? 'none' : `${show(of.min)} to ${show(of.max)}`);
  const what = `resources.${name}`;
  if (before === undefined || after === undefined) return when(what, range(before), range(after), after !== undefined);
  return [
    ...number(`${what}.min`, before.min, after.min, 'narrower', show),
    ...number(`${what}.max`, before.max, after.max, 'wider', show),
    ...difference(`${what}.target`, show(before.target), show(after.target), 'changed'),
  ];
}

/** An objective that is missed later, or not watched, protects from less. */
function objectives(before: Blueprint['performance'], after: Blueprint['performance']): Difference[] {
  const objective = (what: string, a: number | undefined, b: number | undefined, show: (n: number) => string) =>
    when(
      `performance.${what}`,
      a === undefined ? 'not watched' : show(a),
      b === undefined ? 'not watched' : show(b),
      (b ?? Number.POSITIVE_INFINITY) > (a ?? Number.POSITIVE_INFINITY),
    );
  return [
    ...objective('latency_target_p95', before.latencyP95Ms, after.latencyP95Ms, (ms) => `${ms}ms`),
    ...objective('error_rate_threshold', before.errorRate, after.errorRate, percent),
  ];
}

interface Grant {
  /** 0 none, 1 only with an approval, 2 with an approval in some cases, 3 without. */
  readonly rank: number;
  readonly text: string;
  readonly rules: readonly ApprovalRule[];
}

function grantOf(operation: Operation, { allowed, requiresApproval, forbidden }: Blueprint['authority']): Grant {
  const rules = requiresApproval.filter((rule) => rule.operation === operation);
  const isAllowed = allowed.includes(operation);
  if (forbidden.includes(operation)) return { rank: 0, text: 'forbidden', rules: [] };
  if (rules.length === 0) return { rank: isAllowed ? 3 : 0, text: isAllowed ? 'allowed' : 'not granted', rules };
  const asks = rules.map(({ condition, approvers }) => `when ${condition} by ${approvers.join(', ')}`).join('; ');
  return isAllowed
    ? { rank: 2, text: `allowed, with an approval ${asks}`, rules }
    : { rank: 1, text: `with an approval ${asks}`, rules };
}

function grant(operation: Operation, before: Blueprint['authority'], after: Blueprint['authority']): Difference[] {
  const [a, b] = [grantOf(operation, before), grantOf(operation, after)];
  // None of both: forbidden says no more than not granted, save that no later grant can lift it by accident.
  if (a.rank === 0 && b.rank === 0) return difference(operation, a.text, b.text, 'changed');
  const isNarrower = b.rank < a.rank || (b.rank === a.rank && asksAtLeast(a.rules, b.rules));
  return difference(operation, a.text, b.text, isNarrower ? 'narrower' : 'wider');
}

/** Every approval asked for before is still asked for, by no more groups. */
const asksAtLeast = (before: readonly ApprovalRule[], after: readonly ApprovalRule[]): boolean =>
  before.every((old) =>
    after.some(
      (rule) =>
        rule.condition === old.condition && rule.approvers.every((group) => old.approvers.some((g) => g === group)),
    ),
  );

function verification(before: Blueprint['verification'], after: Blueprint['verification']): Difference[] {
  const flag = (what: string, a: boolean, b: boolean): Difference[] => when(`verification.${what}`, on(a), on(b), !b);
  const { rollback: was } = before;
  const { rollback: is } = after;
  const names = [...new Set([...before.checks, ...after.checks].map(({ name }) => name))];
  return [
    ...flag('enabled', before.enabled, after.enabled),
    ...number('verification.stabilization_period', before.stabilizationMs, after.stabilizationMs, 'narrower', seconds),
    ...names.flatMap((name) => check(name, named(name, before.checks), named(name, after.checks))),
    ...flag('rollback.enabled', was.enabled, is.enabled),
    ...flag('rollback.automatic', was.automatic, is.automatic),
    ...flag('rollback.trigger_on_critical_failure', was.onCriticalFailure, is.onCriticalFailure),
  ];
}

const named = (name: string, checks: readonly Check[]): Check | undefined => checks.find((one) => one.name === name);

function check(name: string, before: Check | undefined, after: Check | undefined): Difference[] {
  const text = (of: Check | undefined): string =>
    of === undefined
      ? 'none'
      : `${of.signal} ${of.comparator} ${of.value}${of.critical ? ', critical' : ''}${of.rollbackTrigger ? ', undoes' : ''}`;
  return when(
    `verification.checks.${name}`,
    text(before),
    text(after),
    after === undefined || !isStricter(before, after),
  );
}

/** At least as much is asked for, and at least as much follows from a failure. */
function isStricter(before: Check | undefined, after: Check): boolean {
  if (before === undefined) return true;
  const isUpper = after.comparator === '<' || after.comparator === '<=';
  return (
    before.signal === after.signal &&
    before.comparator === after.comparator &&
    (isUpper ? after.value <= before.value : after.value >= before.value) &&
    (after.critical || !before.critical) &&
    (after.rollbackTrigger || !before.rollbackTrigger)
  );
}

function approval(before: Blueprint['approval'], after: Blueprint['approval']): Difference[] {
  return [
    ...number('approval.quorum', before.quorum, after.quorum, 'narrower'),
    ...number('approval.decide_within', before.decideWithinMs, after.decideWithinMs, 'wider', seconds),
    ...number('approval.execute_within', before.executeWithinMs, after.executeWithinMs, 'wider', seconds),
    ...when('approval.on_approval', before.onApproval, after.onApproval, after.onApproval === 'update_blueprint'),
  ];
}

function safety(before: Safety, after: Safety): Difference[] {
  return [
    ...number('safety.cooldown', before.cooldownMs, after.cooldownMs, 'narrower', seconds),
    ...number('safety.operations_per_hour', before.operationsPerHour, after.operationsPerHour, 'wider'),
    ...number('safety.downs_per_hour', before.downsPerHour, after.downsPerHour, 'wider'),
    ...number('safety.optional_per_hour', before.optionalPerHour, after.optionalPerHour, 'wider'),
    ...number('safety.breaker_failures', before.breakerFailures, after.breakerFailures, 'wider'),
    ...number('safety.freshness', before.freshnessMs, after.freshnessMs, 'wider', seconds),
    ...number('safety.down_window', before.downWindowMs, after.downWindowMs, 'narrower', seconds),
  ];
}

function freeze(before: readonly FreezeWindow[], after: readonly FreezeWindow[]): Difference[] {
  const text = ({ cron, timeZone, durationMs }: FreezeWindow): string =>
    `${cron} ${timeZone} for ${seconds(durationMs)}`;
  const [was, is] = [before.map(text), after.map(text)];
  return [
    ...was.filter((window) => !is.includes(window)).flatMap((window) => when('freeze', window, 'none', true)),
    ...is.filter((window) => !was.includes(window)).flatMap((window) => when('freeze', 'none', window, false)),
  ];
}
