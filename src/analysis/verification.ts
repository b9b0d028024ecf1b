import type { Assessment, Signal } from '../schema/assessment.ts';
import type { Check } from '../schema/blueprint.ts';
import type { Change } from '../schema/change.ts';
import { changeTexts, standing, standsAs } from '../schema/changeText.ts';
import type { History } from '../schema/history.ts';
import type { Baseline, CheckResult } from '../schema/records.ts';
import type { Workload } from '../schema/workload.ts';
import {
  type Answer,
  answer,
  hasLoadGrown,
  type JudgedOutcome,
  type Judging,
  requestsIn,
  valuesWords,
} from './checkOutcome.ts';
import { countsRequests, meets, samplesOf } from './checks.ts';
import { tooFew } from './count.ts';
import { deadlineMs } from './startDeadline.ts';
import { plural, span } from './words.ts';

/** A crash, a failed pull or a pod that fits nowhere will not go away by waiting for the whole deadline. */
const TROUBLE_MS = 60_000;
const STABILIZATION_MS = 60_000;

export interface Converging {
  readonly workload: Workload;
  readonly change: Change;
  /** Time of the write. */
  readonly since: number;
  readonly now: number;
  readonly usualStartMs: number;
}

/**
 * Why convergence failed. `TargetGone` and `Overwritten` are somebody else's doing: nothing is to be undone and nothing
 * counts as a failure of the change. Pod troubles keep Kubernetes' own names.
 */
export type Convergence =
  | { readonly state: 'waiting' | 'converged' }
  | { readonly state: 'failed'; readonly reason: string; readonly message: string };

/**
 * Phase 0: observed generation, updated = ready = desired. The Progressing condition is not asked: it says nothing about
 * scaling, and under a full quota it stays true for ever.
 */
export function convergence({ workload, change, since, now, usualStartMs }: Converging): Convergence {
  if (workload.deleting) return failed('TargetGone', 'the target is being deleted');
  const overwritten = overwrittenBy(workload, change);
  if (overwritten !== undefined) return failed('Overwritten', overwritten);
  if (hasConverged(workload)) return { state: 'converged' };

  const elapsed = now - since;
  const trouble = elapsed >= TROUBLE_MS ? troubleOf(workload, change, since) : undefined;
  if (trouble !== undefined) return trouble;
  const deadline = deadlineMs(workload, change, usualStartMs);
  if (elapsed < deadline) return { state: 'waiting' };
  const progress = `${workload.ready} of ${plural(workload.replicas, 'pod')} ready after ${span(elapsed)}`;
  if (workload.replicaFailure !== undefined) {
    return failed('ReplicaFailure', `${progress}: ${workload.replicaFailure}`);
  }
  return failed('NotConverged', `${progress}, ${workload.updated} updated; at most ${span(deadline)} were given`);
}

export interface Judged {
  readonly outcome: JudgedOutcome;
  readonly checks: CheckResult[];
  readonly message: string;
}

/**
 * The verdict of phase 1, at its end. Each check is held against its limit on its last two samples, not on one lucky
 * one, and where that is missed against the value before the change at similar load: what was missed before and is no
 * worse now is insufficient, never a failure. Checks that are not critical are recorded and decide nothing, except that
 * no evidence at all is never a pass.
 */
export function judge(judging: Judging): Judged {
  const { checks } = judging;
  if (checks.length === 0) return { outcome: 'pass', checks: [], message: 'no check is configured: it converged' };
  const answers = checks.map((check) => ({ check, answer: answer(check, judging) }));
  const results = answers.map(({ check, answer: { outcome, words } }) => resultOf(check, outcome, words));

  const critical = answers.filter(({ check }) => check.critical).map((one) => one.answer.outcome);
  const all = answers.map((one) => one.answer.outcome);
  const outcome = all.every((one) => one === 'inconclusive') ? 'inconclusive' : worst(critical);
  return { outcome, checks: results, message: headline(outcome, answers) };
}

/**
 * Critical checks missed on two fresh samples in a row: after a down this ends phase 1 at once. Too few requests prove
 * nothing here either, and at a load that has grown nothing is the change's doing for certain: a scale-up under pressure
 * takes its place where capacity is short, and the end of phase 1 judges the rest.
 */
export function missedEarly(given: {
  readonly checks: readonly Check[];
  readonly baseline: Baseline;
  readonly after: History;
  readonly stabilizationMs?: number;
}): CheckResult[] {
  if (hasLoadGrown(given.after, given.baseline)) return [];
  const requests = requestsIn(given.after, given.stabilizationMs ?? STABILIZATION_MS);
  const missed: CheckResult[] = [];
  for (const check of given.checks) {
    const [newest, before] = lastTwo(check, given.after);
    if (!check.critical || newest === undefined || before === undefined) continue;
    if (countsRequests(check) && tooFew(requests)) continue;
    if (meets(check, newest) || meets(check, before)) continue;
    missed.push(resultOf(check, 'fail', `${valuesWords(check, newest, before)} on two samples in a row`));
  }
  return missed;
}

function headline(outcome: JudgedOutcome, answers: readonly { check: Check; answer: Answer }[]): string {
  const wanted = answers.filter(
    ({ check, answer: one }) => one.outcome === outcome && (check.critical || outcome !== 'fail'),
  );
  const named = (outcome === 'pass' ? answers : wanted).map(({ check, answer: one }) => `${check.name}: ${one.words}`);
  return named.join('; ').slice(0, 500);
}

function resultOf(check: Check, outcome: JudgedOutcome, words: string): CheckResult {
  return {
    name: check.name,
    outcome: outcome === 'insufficient' ? 'fail' : outcome,
    critical: check.critical,
    message: words.slice(0, 300),
  };
}

const ORDER: readonly JudgedOutcome[] = ['fail', 'inconclusive', 'insufficient'];
const worst = (outcomes: readonly JudgedOutcome[]): JudgedOutcome =>
  ORDER.find((outcome) => outcomes.includes(outcome)) ?? 'pass';

function lastTwo(check: Check, points: History): readonly [number | undefined, number | undefined] {
  const samples = samplesOf(check, points);
  return [samples.at(-1)?.value, samples.at(-2)?.value];
}

/** What the objectives and the load are before a change. */
export function baselineOf(assessment: Assessment): Baseline {
  const latency = freshValue(assessment, 'latency_p95');
  const errors = freshValue(assessment, 'error_rate');
  const cpu = freshValue(assessment, 'cpu');
  const { load } = assessment.history;
  return {
    ...(latency === undefined ? {} : { latencyP95: latency }),
    ...(errors === undefined ? {} : { errorRate: errors }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(load === undefined ? {} : { load }),
    breached: assessment.breach.length > 0,
  };
}

function freshValue({ signals }: Assessment, name: Signal['name']): number | undefined {
  const signal = signals.find((one) => one.name === name);
  return signal?.state === 'fresh' ? signal.value : undefined;
}

/** What stands there instead of what was written, in words; undefined: the change still stands. */
export function overwrittenBy(workload: Workload, change: Change): string | undefined {
  if (change.kind === 'resources' || change.kind === 'rollback') {
    const { after } = changeTexts(change);
    const stands = standing(workload, change.kind);
    // A template that no ReplicaSet keeps yet is not told by it.
    return stands === '' || standsAs(workload, change.kind, after)
      ? undefined
      : `${stands} stands there, not ${after} as written: somebody else changed it`;
  }
  if (change.kind === 'scale') {
    return workload.replicas === change.to
      ? undefined
      : `spec.replicas is ${workload.replicas}, not ${change.to} as written: somebody else changed it`;
  }
  return workload.restartedAt === change.to
    ? undefined
    : `the template says restarted at ${workload.restartedAt ?? 'never'}, not ${change.to ?? 'never'}: somebody else changed it`;
}

const hasConverged = (workload: Workload): boolean =>
  workload.observedGeneration >= workload.generation &&
  !workload.rollout.underWay &&
  workload.ready === workload.replicas &&
  workload.updated === workload.replicas &&
  workload.statusReplicas === workload.replicas;

/** A pod of the change that will not start: where all are replaced the new ones, of a scale-up any that is not ready. */
function troubleOf(workload: Workload, change: Change, since: number): Convergence | undefined {
  for (const pod of workload.pods) {
    if (pod.ready || pod.terminating || (change.kind !== 'scale' && !pod.current)) continue;
    const detail = pod.troubleDetail === undefined ? '' : `: ${pod.troubleDetail}`;
    if (pod.trouble !== undefined) return failed(pod.trouble, `pod ${pod.name} ${pod.trouble}${detail}`);
    const crash = pod.lastRestart;
    if (crash !== undefined && crash.at >= since) {
      return failed('Crashed', `pod ${pod.name} restarted (${crash.reason}) and is not ready${detail}`);
    }
  }
  return undefined;
}

const failed = (reason: string, message: string): Convergence => ({
  state: 'failed',
  reason,
  message: message.slice(0, 500),
});
