import type { Assessment, Signal } from '../schema/assessment.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import type { Pacing } from '../schema/request.ts';
import type { GateInput } from '../schema/verdict.ts';
import { containersAfter, repairs, type TemplateChange, templateWrite } from '../schema/wantedChange.ts';
import type { Container, Owner, Workload } from '../schema/workload.ts';
import { approvalMatches } from './approval.ts';
import { type Share, shareOf } from './arbiter.ts';
import { breakerAt } from './breaker.ts';
import { operationOf } from './operationOf.ts';
import { nextStep, rolloutLock, undoReplicas } from './step.ts';

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

/** A change or an undo of a target that was seen and that a blueprint governs: what most rules are about. */
export interface ChangeFacts extends Facts {
  readonly blueprint: Blueprint;
  readonly workload: Workload;
  readonly field: Owner['field'];
  /** Replicas now, wanted in the end, and what one write may go to; undefined for a restart. */
  readonly scale: { readonly from: number; readonly to: number; readonly step: number } | undefined;
  /** Other resources, or another revision; undefined where nothing could be written, which G18 refuses. */
  readonly template: TemplateChange | undefined;
  /** Containers of the template as the change leaves it. */
  readonly containersAfter: readonly Container[];
  /** Every pod is replaced. */
  readonly rolls: boolean;
  /** Of a template change: it mends a rollout whose new pods all fail, seen in two passes; or no pod is ready and their states say why. */
  readonly repairs: 'rollout' | 'pods' | undefined;
  readonly direction: 'up' | 'down' | 'none';
  /** Scale-down, or all pods replaced: takes capacity away, if only for a while. */
  readonly disruptive: boolean;
  /** An agent's restart or resource change, or its scale-up beyond the floor: beyond what the analysis alone would do now. */
  readonly optional: boolean;
  /** Breach, or a signal over its up threshold. False when it cannot be known, since it only ever excuses. */
  readonly pressure: boolean;
  readonly breach: boolean;
  readonly readyBelowMin: boolean;
  /** What binds its next step besides the rules; capacity that is needed now is never paced. */
  readonly pace: Pacing | undefined;
  /** Of a scale-up: its part of what all share. */
  readonly share: Share | undefined;
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

/** `undefined` for reads, for what nothing could carry out, and where blueprint or target are missing: G0 and G14 refuse. */
export function changeFactsOf(facts: Facts): ChangeFacts | undefined {
  const { blueprint, workload, assessment, request, approval } = facts.input;
  const { wanted, undo } = request;
  if (request.effect !== 'change' || !wanted || !blueprint || !workload) return undefined;
  const rolls = wanted.kind !== 'scale';
  const from = workload.replicas;
  const goal = wanted.kind === 'scale' ? wanted.replicas : from;
  const to = undo && !rolls ? undoReplicas(undo, blueprint, approval?.args['replicas']) : goal;
  const floor = assessment?.recommendation;
  const isFloor = floor?.direction === 'up' && floor.started && to <= floor.replicas;
  const optional =
    !facts.person && facts.call === 'change' && (to > from ? !isFloor : rolls && wanted.kind !== 'rollback');
  const breach = (assessment?.breach.length ?? 0) > 0;
  const pressure = breach || (assessment?.pressure.length ?? 0) > 0;
  const readyBelowMin = workload.ready < blueprint.scaling.minReplicas;
  const pace = paceOf(facts, to > from, [pressure, readyBelowMin, isFloor]);
  const share = shareOf(facts.input, to - from);
  const limits = {
    pace: pace?.replicas,
    person: facts.person,
    approved: facts.approved,
    range: blueprint.scaling,
    smallest: isHalfOpen(facts, optional),
    rollout: rolloutLock(workload, facts.now) !== undefined,
    share,
  };
  const template = templateWrite(request, workload, blueprint.resources);
  return {
    ...facts,
    blueprint,
    workload,
    field: ({ scale: 'replicas', restart: 'template', resources: 'resources', rollback: 'image' } as const)[
      wanted.kind
    ],
    template,
    containersAfter: containersAfter(template, workload),
    rolls,
    repairs: repairs(wanted.kind, workload),
    scale: rolls ? undefined : { from, to, step: undo ? to : nextStep({ from, to, ...limits }) },
    direction: to > from ? 'up' : to < from ? 'down' : 'none',
    disruptive: rolls || to < from,
    optional,
    pressure,
    breach,
    readyBelowMin,
    pace,
    share,
  };
}

const paceOf = ({ input: { request }, approved }: Facts, up: boolean, needs: readonly unknown[]): Pacing | undefined =>
  approved || (up && needs.includes(true)) ? undefined : request.pace;

const isHalfOpen = ({ input: { counters }, now }: Facts, optional: boolean): boolean =>
  counters !== undefined &&
  (breakerAt(counters.breaker, now) === 'halfOpen' ||
    (optional && breakerAt(counters.optionalBreaker, now) === 'halfOpen'));

/** The signals decisions are made from: CPU, and the objectives the blueprint declares. Absent ones are `missing`. */
export function usedSignals({ blueprint: { performance } }: ChangeFacts, assessment: Assessment): readonly Signal[] {
  const names: Signal['name'][] = ['cpu'];
  if (performance.latencyP95Ms !== undefined) names.push('latency_p95');
  if (performance.errorRate !== undefined) names.push('error_rate');
  const absent = { state: 'missing', intervalMs: 0, source: 'none', says: 'nothing' } as const;
  return names.map((name) => assessment.signals.find((signal) => signal.name === name) ?? { ...absent, name });
}
