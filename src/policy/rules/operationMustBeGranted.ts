import { evaluateCondition } from '../../schema/blueprint/condition.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import { GRANTABLE, NEVER, type Operation } from '../../schema/operation.ts';
import type { Finding } from '../../schema/verdict.ts';
import type { Facts } from '../facts.ts';
import { forbid, noData, note, restrict } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** Reads of one service. */
const READS: ReadonlySet<string> = new Set([
  'get_service',
  'get_metrics',
  'get_workload',
  'get_events',
  'get_logs',
  'get_decisions',
  'what_if',
  'diff_blueprint',
  'suggest_alternatives',
  'get_approval',
]);
/** Reads about no service in particular: what they show of each service is a read of its own. */
export const FLEET_READS: ReadonlySet<string> = new Set(['list_services', 'validate_blueprint']);

/** G0: what no human granted is refused, whoever asks. */
export const operationMustBeGranted: Rule<Facts> = (facts) => {
  if (facts.call === 'undo') return facts.input.blueprint === undefined ? [noBlueprint(facts)] : [];
  if (facts.call === 'read') return readMustBeKnown(facts);
  const { blueprint, global, request } = facts.input;
  const { operation } = facts;
  const findings: Finding[] = [];
  if (blueprint === undefined) findings.push(noBlueprint(facts));
  findings.push(...noData('G0', 'forbid', { global }));
  if (!isOperation(operation)) {
    findings.push(forbid('G0', 'UnknownOperation', `there is no operation ${operation}`, { operation }));
    return findings;
  }
  if (blueprint?.authority.forbidden.includes(operation)) {
    findings.push(forbid('G0', 'ForbiddenByBlueprint', `the blueprint forbids ${operation}`, { operation }));
  }
  if (global?.forbidden.includes(operation)) {
    findings.push(forbid('G0', 'ForbiddenByGlobalRules', `the global rules forbid ${operation}`, { operation }));
  }
  if (isNever(operation)) {
    findings.push(
      forbid('G0', 'NeverGranted', `${operation} can only be refused: no code carries it out`, { operation }),
    );
  } else if (facts.call === 'unknown' || request.wanted === undefined) {
    findings.push(forbid('G0', 'NotExecutable', `no code carries out ${operation} from this call`, { operation }));
  } else if (blueprint !== undefined) {
    findings.push(...grantOf(facts, blueprint, operation));
  }
  return findings;
};

function readMustBeKnown(facts: Facts): readonly Finding[] {
  const { blueprint, request } = facts.input;
  const { tool } = request;
  if (FLEET_READS.has(tool)) return [];
  if (!READS.has(tool)) return [forbid('G0', 'UnknownRead', `there is no read ${facts.operation}`, { tool })];
  if (blueprint === undefined) return [noBlueprint(facts)];
  return tool === 'get_logs' && blueprint.logs !== 'allowed'
    ? [forbid('G0', 'LogsNotAllowed', 'the blueprint does not allow logs to be read', { logs: blueprint.logs })]
    : [];
}

function grantOf(facts: Facts, blueprint: Blueprint, operation: Operation): readonly Finding[] {
  const { authority } = blueprint;
  const entries = authority.requiresApproval.filter((entry) => entry.operation === operation);
  const restricted = entries.flatMap((entry): Finding[] => {
    const held = holds(entry.condition, facts, blueprint);
    if (held === false) return [];
    const why = held === true ? `when ${entry.condition}` : `(its condition could not be judged: ${held})`;
    const approvers = entry.approvers.length > 0 ? entry.approvers : ['admins'];
    const message = `${operation} needs approval by ${approvers.join(', ')} ${why}`;
    return [restrict('G0', 'ApprovalRequired', message, approvers, { operation, condition: entry.condition })];
  });
  if (restricted.length > 0) return [...restricted, ...approvalNotes(facts)];
  if (authority.allowed.includes(operation)) return [];
  const also = entries.length > 0 ? '; the conditions of its approval do not hold' : '';
  return [
    forbid('G0', 'NotGranted', `the blueprint does not grant ${operation}${also}`, {
      operation,
      allowed: authority.allowed.join(', '),
    }),
  ];
}

/** Whether a condition holds, or why that cannot be told. */
function holds(condition: string, facts: Facts, blueprint: Blueprint): boolean | string {
  const { workload, request } = facts.input;
  if (condition === '' || condition === 'always') return true;
  if (workload === undefined) return 'workload could not be read';
  const result = evaluateCondition(condition, {
    service: blueprint.name,
    namespace: blueprint.namespace,
    current_replicas: workload.replicas,
    target_replicas: request.wanted?.kind === 'scale' ? request.wanted.replicas : workload.replicas,
    min_replicas: blueprint.scaling.minReplicas,
    max_replicas: blueprint.scaling.maxReplicas,
  });
  return result.ok ? result.value : result.error;
}

function approvalNotes({ input: { approval }, approved, operation }: Facts): readonly Finding[] {
  if (approval === undefined) return [];
  return approved
    ? [note('G0', 'Approved', `approved by ${approval.name}`, { approval: approval.name })]
    : [
        note('G0', 'ApprovalDoesNotMatch', `approval ${approval.name} is for something else, so it lifts nothing`, {
          approval: approval.name,
          approvedOperation: approval.operation,
          operation,
        }),
      ];
}

const noBlueprint = ({ input: { request } }: Facts): Finding =>
  forbid('G0', 'NoBlueprint', `no blueprint governs ${request.target.namespace}/${request.target.name}`, {
    target: `${request.target.namespace}/${request.target.name}`,
  });

const isNever = (operation: Operation): boolean => NEVER.some((name) => name === operation);
const isOperation = (name: string): name is Operation => [...GRANTABLE, ...NEVER].some((known) => known === name);
