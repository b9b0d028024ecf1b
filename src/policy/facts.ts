import type { Assessment, Signal } from '../schema/assessment.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import type { UndoFacts } from '../schema/request.ts';
import type { GateInput } from '../schema/verdict.ts';
import type { Workload } from '../schema/workload.ts';
import { approvalMatches } from './approval.ts';
import { breakerAt } from './breaker.ts';
import { operationOf } from './operationOf.ts';
import { nextStep, rolloutLock } from './step.ts';

/** What several rules need to know of one call. Every field is computed from the input alone. */
export interface Facts {
  readonly input: GateInput;
  readonly now: number;
  /** `unknown`: nothing that exists by that name. `undo`: the automatic one, bound by fewer rules. */
  readonly call: 'read' | 'change' | 'undo' | 'unknown';
  readonly operation: string;
  readonly person: boolean;
  /** An approval for exactly this is at hand. */
  readonly approved: boolean;
}

/** A change or an undo of a target that a blueprint governs: the calls that most rules are about. */
export interface ChangeFacts extends Facts {
  readonly call: 'change' | 'undo';
  readonly blueprint: Blueprint;
  readonly workload: Workload | undefined;
  readonly restart: boolean;
  /** Replicas now, wanted in the end, and what one write may go to; undefined for a restart or an unread workload. */
  readonly scale: { readonly from: number; readonly to: number; readonly step: number } | undefined;
  /** `unknown` when the workload could not be read: rules then assume what is worst for them. */
  readonly direction: 'up' | 'down' | 'none' | 'unknown';
  /** An agent's restart, or its scale-up beyond what the analysis alone would do. */
  readonly optional: boolean;
  /** Breach, or a signal over its up threshold. False when it cannot be known: it only ever excuses. */
  readonly pressure: boolean;
  readonly breach: boolean;
  readonly readyBelowMin: boolean;
}

export function factsOf(input: GateInput): Facts {
  const { request } = input;
  const operation = operationOf(request, input.blueprint);
  return {
    input,
    now: input.now,
    call: request.effect === 'change' && request.undo !== undefined ? 'undo' : request.effect,
    operation,
    person: request.requester.kind === 'person',
    approved: approvalMatches(input, operation),
  };
}

/** `undefined` for reads, for what nothing could carry out, and where no blueprint governs. */
export function changeFactsOf(facts: Facts): ChangeFacts | undefined {
  const { input, call } = facts;
  const { blueprint, workload, assessment, request } = input;
  if ((call !== 'change' && call !== 'undo') || blueprint === undefined || request.wanted === undefined)
    return undefined;
  const restart = request.wanted.kind === 'restart';
  const scale = scaleOf(facts, blueprint);
  const direction = directionOf(restart, scale);
  return {
    ...facts,
    call,
    blueprint,
    workload,
    restart,
    scale,
    direction,
    optional: !facts.person && call === 'change' && (restart || isBeyondFloor(scale, assessment)),
    pressure: (assessment?.pressure.length ?? 0) > 0 || (assessment?.breach.length ?? 0) > 0,
    breach: (assessment?.breach.length ?? 0) > 0,
    readyBelowMin: workload !== undefined && workload.ready < blueprint.scaling.minReplicas,
  };
}

function scaleOf(facts: Facts, blueprint: Blueprint): ChangeFacts['scale'] {
  const { workload, request, counters, assessment } = facts.input;
  if (workload === undefined || request.wanted?.kind !== 'scale') return undefined;
  const from = workload.replicas;
  if (request.undo !== undefined) {
    const to = undoReplicas(request.undo, blueprint, facts.input.approval?.args['replicas']);
    return { from, to, step: to };
  }
  const to = request.wanted.replicas;
  const { minReplicas, maxReplicas } = blueprint.scaling;
  const optional = facts.person ? false : isBeyondFloor({ from, to }, assessment);
  const halfOpen =
    counters !== undefined &&
    (breakerAt(counters.breaker, facts.now) === 'halfOpen' ||
      (optional && breakerAt(counters.optionalBreaker, facts.now) === 'halfOpen'));
  const rollout = rolloutLock(workload, facts.now) !== undefined;
  const { person, approved } = facts;
  return {
    from,
    to,
    step: nextStep({ from, to, person, approved, minReplicas, maxReplicas, smallest: halfOpen, rollout }),
  };
}

/**
 * Replicas an undo goes back to: the value before, or the nearest bound where that lay outside the blueprint's range and
 * no allowance names it. NaN when the value before is not a number of replicas (G17 refuses that).
 */
export function undoReplicas(undo: UndoFacts, blueprint: Blueprint, allowance: unknown): number {
  const before = /^\d{1,5}$/.test(undo.before) ? Number(undo.before) : Number.NaN;
  if (before === allowance) return before;
  return Math.min(blueprint.scaling.maxReplicas, Math.max(blueprint.scaling.minReplicas, before));
}

function directionOf(restart: boolean, scale: ChangeFacts['scale']): ChangeFacts['direction'] {
  if (restart) return 'none';
  if (scale === undefined) return 'unknown';
  if (scale.to === scale.from) return 'none';
  return scale.to > scale.from ? 'up' : 'down';
}

/** The floor is what the analysis alone would do now; without an analysis nothing is. */
function isBeyondFloor(scale: { from: number; to: number } | undefined, assessment: Assessment | undefined): boolean {
  if (scale === undefined || scale.to <= scale.from) return false;
  const floor = assessment?.recommendation;
  return floor?.direction !== 'up' || !floor.started || scale.to > floor.replicas;
}

/** The signals decisions are made from: CPU always, and the objectives the blueprint declares. Absent ones are `missing`. */
export function usedSignals(blueprint: Blueprint, assessment: Assessment): readonly Signal[] {
  const names: Signal['name'][] = ['cpu'];
  if (blueprint.performance.latencyP95Ms !== undefined) names.push('latency_p95');
  if (blueprint.performance.errorRate !== undefined) names.push('error_rate');
  return names.map(
    (name) =>
      assessment.signals.find((signal) => signal.name === name) ?? {
        name,
        state: 'missing',
        intervalMs: 0,
        source: 'none',
        says: 'nothing',
      },
  );
}
