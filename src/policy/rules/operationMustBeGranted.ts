import { evaluateCondition } from '../../schema/blueprint/condition.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import { NEVER, OPERATIONS, type Operation } from '../../schema/operation.ts';
import type { Facts } from '../facts.ts';
import { isFleetRead, isKnownRead } from '../operationOf.ts';
import { type CallRule, type Findings, forbid, noData, note, restrict } from '../rule.ts';

/** G0: what no human granted is refused, whoever asks. */
export const operationMustBeGranted: CallRule = (facts) => {
  const { blueprint, global, request } = facts.input;
  const target = `${request.target.namespace}/${request.target.name}`;
  const ungoverned = blueprint ? [] : [forbid('NoBlueprint', `no blueprint governs ${target}`, { target })];
  switch (facts.call) {
    case 'undo':
      return ungoverned;
    case 'read':
      return isFleetRead(request) ? [] : [...ungoverned, ...readMustBeKnown(facts)];
    default:
      // Where nothing governs, what else is unknown changes nothing.
      return [...(blueprint ? noData('forbid', { global }) : ungoverned), ...grantOf(facts)];
  }
};

function readMustBeKnown({ input: { request, blueprint }, operation }: Facts): Findings {
  if (!isKnownRead(request.tool)) return [forbid('UnknownRead', `there is no read ${operation}`, { operation })];
  if (request.tool !== 'get_logs' || blueprint?.logs === 'allowed') return [];
  return [forbid('LogsNotAllowed', 'the blueprint does not allow logs to be read')];
}

function grantOf(facts: Facts): Findings {
  const { blueprint, global, request } = facts.input;
  const { operation } = facts;
  if (!isOperation(operation)) return [forbid('UnknownOperation', `there is no operation ${operation}`, { operation })];
  const findings = [];
  const never = NEVER.some((name) => name === operation);
  if (blueprint?.authority.forbidden.includes(operation)) {
    findings.push(forbid('ForbiddenByBlueprint', `the blueprint forbids ${operation}`, { operation }));
  }
  if (global?.forbidden.includes(operation)) {
    findings.push(forbid('ForbiddenByGlobalRules', `the global rules forbid ${operation}`, { operation }));
  }
  if (never || facts.call === 'unknown' || request.wanted === undefined) {
    findings.push(
      forbid('NotExecutable', `no code exists that could carry out ${operation} in this way`, { operation }),
    );
  }
  return blueprint === undefined || never ? findings : [...findings, ...listed(facts, blueprint, operation)];
}

function listed(facts: Facts, blueprint: Blueprint, operation: Operation): Findings {
  const { allowed, requiresApproval } = blueprint.authority;
  const entries = requiresApproval.filter((entry) => entry.operation === operation);
  const restricted = entries.flatMap(({ condition, approvers }) => {
    const held = holds(condition, facts, blueprint);
    if (held === false) return [];
    const why = held === true ? `when ${condition || 'always'}` : `(whether ${condition} cannot be told: ${held})`;
    const groups = approvers.length > 0 ? approvers : ['admins'];
    const message = `${operation} needs approval by ${groups.join(', ')} ${why}`;
    return [restrict('ApprovalRequired', message, groups, { operation, condition })];
  });
  if (restricted.length > 0) return [...restricted, ...approvalNote(facts)];
  if (allowed.includes(operation)) return [];
  const also = entries.length > 0 ? '; the conditions of its approval do not hold' : '';
  const message = `the blueprint does not grant ${operation}${also}`;
  return [forbid('NotGranted', message, { operation, allowed: allowed.join(', ') })];
}

/** Whether a condition holds, or why that cannot be told, which counts as holding. */
function holds(condition: string, { input: { workload, request } }: Facts, blueprint: Blueprint): boolean | string {
  if (condition === '' || condition === 'always') return true;
  if (workload === undefined) return 'workload could not be read';
  const held = evaluateCondition(condition, {
    service: blueprint.name,
    namespace: blueprint.namespace,
    current_replicas: workload.replicas,
    target_replicas: request.wanted?.kind === 'scale' ? request.wanted.replicas : workload.replicas,
    min_replicas: blueprint.scaling.minReplicas,
    max_replicas: blueprint.scaling.maxReplicas,
  });
  return held.ok ? held.value : held.error;
}

function approvalNote({ input: { approval }, approved, operation }: Facts): Findings {
  if (approval === undefined) return [];
  const values = { approval: approval.name, approved: approval.operation, operation };
  return approved
    ? [note('Approved', `approved by ${approval.name}`, values)]
    : [note('ApprovalDoesNotMatch', `approval ${approval.name} is for something else, so it lifts nothing`, values)];
}

const isOperation = (name: string): name is Operation => OPERATIONS.some((known) => known === name);
