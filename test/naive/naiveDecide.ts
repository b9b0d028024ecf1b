import { evaluateCondition } from '../../src/schema/blueprint/condition.ts';
import type { Blueprint } from '../../src/schema/blueprint.ts';
import type { Authority, GateInput } from '../../src/schema/verdict.ts';
import { Book, type Case } from './book.ts';
import { naiveEvidence } from './naiveEvidence.ts';
import { naiveFleet } from './naiveFleet.ts';
import { naiveMoves } from './naiveMoves.ts';
import { isInsideBounds, naiveResources } from './naiveResources.ts';
import { naiveSafety } from './naiveSafety.ts';
import { naiveUndo } from './naiveUndo.ts';

export interface NaiveVerdict {
  readonly authority: Authority;
  readonly waits: boolean;
  /** Milliseconds; absent: nothing waits, or until it clears. */
  readonly waitUntil?: number;
  /** Rule and effect: `G12 wait`. */
  readonly says: ReadonlySet<string>;
}

/**
 * The gate a second time, written from the text of the rules alone and sharing nothing with src/policy: plain, slow,
 * rule after rule. Where both agree on many random cases, two readings of one text agree.
 */
export function naiveDecide(input: GateInput): NaiveVerdict {
  const book = new Book();
  naiveProtected(book, input);
  naiveIdentity(book, input);

  const { effect, undo, wanted } = input.request;
  if (effect === 'read') {
    naiveReadGrant(book, input);
  } else if (effect === 'unknown' || wanted === undefined) {
    book.forbid('G0');
  } else {
    const subject = caseOf(input);
    if (undo === undefined) naiveGrant(book, input);
    else if (input.blueprint === undefined) book.forbid('G0');
    if (subject !== undefined) {
      if (undo === undefined) {
        naiveEvidence(book, subject);
        naiveMoves(book, subject);
        naiveResources(book, subject);
        naiveFleet(book, subject);
      }
      naiveSafety(book, subject);
      naiveUndo(book, subject);
      if (undo === undefined) naiveAutonomy(book, subject);
    }
  }
  return verdictOf(book, input.blueprint !== undefined && isApproved(input, input.blueprint));
}

function verdictOf(book: Book, approved: boolean): NaiveVerdict {
  const authority = book.has('forbid') ? 'forbidden' : book.has('restrict') && !approved ? 'restricted' : 'allowed';
  let until: number | undefined;
  for (const end of book.ends) {
    if (end === undefined) return { authority, waits: true, says: book.says };
    if (until === undefined || end > until) until = end;
  }
  if (until === undefined) return { authority, waits: false, says: book.says };
  return { authority, waits: true, waitUntil: until, says: book.says };
}

function caseOf(input: GateInput): Case | undefined {
  const { blueprint, workload, request, assessment } = input;
  if (blueprint === undefined || workload === undefined || request.wanted === undefined) return undefined;
  const asked = request.wanted.kind === 'scale' ? request.wanted.replicas : undefined;
  const wanted = request.undo === undefined || asked === undefined ? asked : undoGoal(input, blueprint);
  const down = wanted !== undefined && wanted < workload.replicas;
  const rolls = request.wanted.kind !== 'scale';
  return {
    input,
    blueprint,
    workload,
    agent: request.requester.kind === 'agent',
    kind: request.wanted.kind,
    disrupts: down || rolls,
    rolls,
    wanted,
    up: wanted !== undefined && wanted > workload.replicas,
    down,
    approved: isApproved(input, blueprint),
    breach: assessment !== undefined && assessment.breach.length > 0,
    pressure: assessment !== undefined && assessment.pressure.length > 0,
    readyBelowMin: workload.ready < blueprint.scaling.minReplicas,
  };
}

/** An undo goes back to the value before, or to the nearest bound where nothing allows that value. */
function undoGoal({ request, approval }: GateInput, { scaling }: Blueprint): number {
  const text = request.undo?.before ?? '';
  const before = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (approval?.args['replicas'] === before) return before;
  return Math.min(scaling.maxReplicas, Math.max(scaling.minReplicas, before));
}

/** Spec section 4: a call is an operation by its effect. */
function operationName(input: GateInput, blueprint: Blueprint): string {
  const wanted = input.request.wanted;
  if (wanted === undefined) return input.request.tool;
  if (wanted.kind === 'restart') return 'restart_pods';
  if (wanted.kind === 'rollback') return 'rollback';
  if (wanted.kind === 'resources') {
    // Outside the bounds there is no operation for it.
    return isInsideBounds(wanted.amounts, blueprint) ? 'adjust_resources_within_bounds' : input.request.tool;
  }
  if (wanted.replicas === 0) return 'scale_to_zero';
  if (wanted.replicas < blueprint.scaling.minReplicas) return 'scale_beyond_limits';
  if (wanted.replicas > blueprint.scaling.maxReplicas) return 'scale_beyond_limits';
  return 'scale_within_limits';
}

function isApproved(input: GateInput, blueprint: Blueprint): boolean {
  const approval = input.approval;
  if (approval === undefined) return false;
  if (input.request.undo !== undefined) return false;
  if (approval.operation !== operationName(input, blueprint)) return false;
  if (approval.blueprintHash !== blueprint.hash) return false;
  const asked = Object.entries(input.request.args);
  if (asked.length !== Object.keys(approval.args).length) return false;
  return asked.every(([key, value]) => JSON.stringify(approval.args[key]) === JSON.stringify(value));
}

/** G0 for reads. */
function naiveReadGrant(book: Book, input: GateInput): void {
  if (concernsNoService(input)) return;
  if (input.blueprint === undefined) book.forbid('G0');
  else if (input.request.tool === 'get_logs' && input.blueprint.logs !== 'allowed') book.forbid('G0');
}

function concernsNoService(input: GateInput): boolean {
  const { tool, target, effect } = input.request;
  return effect === 'read' && (tool === 'list_services' || tool === 'validate_blueprint') && target.name === '';
}

/** G0 for changes. */
function naiveGrant(book: Book, input: GateInput): void {
  const { blueprint, global } = input;
  if (blueprint === undefined) {
    book.forbid('G0');
    return;
  }
  if (global === undefined) book.forbid('G0');
  const operation = operationName(input, blueprint);
  const { forbidden, requiresApproval, allowed } = blueprint.authority;
  const named = (list: readonly string[]): boolean => list.includes(operation);
  if (named(forbidden) || (global !== undefined && named(global.forbidden))) book.forbid('G0');
  // Without code: whatever a list says of them.
  if (['delete_deployment', 'modify_namespace', 'change_rbac'].includes(operation)) return;
  let holds = false;
  for (const entry of requiresApproval) {
    if (entry.operation === operation && conditionHolds(input, blueprint, entry.condition)) holds = true;
  }
  if (holds) {
    book.restrict('G0');
  } else if (!named(allowed)) {
    book.forbid('G0');
  }
}

function conditionHolds(input: GateInput, blueprint: Blueprint, condition: string): boolean {
  const { workload, request } = input;
  if (condition === 'always') return true;
  const scaleTo = request.wanted?.kind === 'scale' ? request.wanted.replicas : undefined;
  if (workload === undefined) return true;
  const current = workload.replicas;
  const result = evaluateCondition(condition, {
    service: blueprint.name,
    namespace: blueprint.namespace,
    current_replicas: current,
    target_replicas: scaleTo ?? current,
    min_replicas: blueprint.scaling.minReplicas,
    max_replicas: blueprint.scaling.maxReplicas,
  });
  return !result.ok || result.value;
}

/** G14. */
function naiveIdentity(book: Book, input: GateInput): void {
  if (concernsNoService(input)) return;
  const { blueprint, matches, request } = input;
  if (matches !== 1) book.forbid('G14');
  if (request.target.name === '' || request.target.namespace === '') book.forbid('G14');
  if (`${request.target.namespace}/${request.target.name}`.includes('*')) book.forbid('G14');
  if (request.target.namespace.startsWith('kube-')) book.forbid('G14');
  if (blueprint !== undefined) {
    const { namespace, name } = request.target;
    if (blueprint.namespace !== namespace) book.forbid('G14');
    if (blueprint.target.namespace !== namespace || blueprint.target.name !== name) book.forbid('G14');
  }
  if (request.effect === 'change' && !isThere(input)) book.forbid('G14');
}

function isThere({ workload, request, admission }: GateInput): boolean {
  if (workload === undefined || workload.deleting) return false;
  if (workload.namespace !== request.target.namespace || workload.name !== request.target.name) return false;
  return workload.managed || !admission;
}

/** G22. */
function naiveProtected(book: Book, input: GateInput): void {
  const places = concernsNoService(input) ? [] : [input.request.target.namespace];
  if (input.blueprint !== undefined && places.length > 0) {
    places.push(input.blueprint.namespace, input.blueprint.target.namespace);
  }
  if (places.some((place) => place === 'kube-system' || place === input.ownNamespace)) book.forbid('G22');
  const things = /rbac|role|webhook|admission|secret|node|exec|attach|port_?forward|crd|delete|namespace/;
  if (input.request.effect === 'unknown' && things.test(input.request.tool)) book.forbid('G22');
}

/** G20, its last sentence. */
function naiveAutonomy(book: Book, subject: Case): void {
  const { autonomy } = subject.blueprint;
  if (autonomy === 'observe') {
    book.forbid('G20');
  } else if (autonomy === 'propose' && subject.agent) {
    if (!book.has('forbid') && !book.has('restrict')) book.restrict('G20');
  }
}
