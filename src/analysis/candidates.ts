import type { Candidate, Recommendation } from '../schema/assessment.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import type { Operation } from '../schema/operation.ts';
import { templateChange } from '../schema/wantedChange.ts';
import { type Facts, wantedUp } from './recommend.ts';
import { resourceCandidates } from './resourceCandidates.ts';

const MOST_REPLICAS = 10_000;

/**
 * What an agent may choose from, the floor first. Whatever goes beyond the floor is an offer: the gate judges it like any
 * other wish.
 */
export function candidates(
  facts: Facts,
  recommendation: Recommendation,
  anomaly: string | undefined,
  suspect?: string,
): readonly Candidate[] {
  const { direction, replicas, reason } = recommendation;
  if (facts.workload.deleting) return [{ tool: 'hold', floor: true, reason }];
  if (direction === 'hold') {
    return [
      { tool: 'hold', floor: true, reason: anomaly ?? reason },
      ...rollback(facts, anomaly, suspect),
      ...resources(facts),
      ...beyondLimits(facts),
      ...restart(facts, anomaly),
    ];
  }
  const floor: Candidate = { tool: 'scale', replicas, floor: true, reason };
  const wait: Candidate = {
    tool: 'hold',
    floor: false,
    reason: direction === 'up' ? 'keep the capacity there is' : 'keep the capacity for now: a down is never urgent',
  };
  if (direction === 'up') {
    return [
      floor,
      ...rollback(facts, anomaly, suspect),
      ...resources(facts),
      ...beyondLimits(facts),
      ...restart(facts, anomaly),
      wait,
    ];
  }
  const gentle = facts.workload.replicas - 1;
  const one: Candidate = { tool: 'scale', replicas: gentle, floor: false, reason: 'one fewer first' };
  return replicas < gentle && gentle <= facts.blueprint.scaling.maxReplicas ? [floor, one, wait] : [floor, wait];
}

/** The formula's own number where the range ends below it, so that an approval can be asked for. */
function beyondLimits(facts: Facts): readonly Candidate[] {
  const { maxReplicas } = facts.blueprint.scaling;
  const wanted = wantedUp(facts);
  if (wanted === undefined || wanted.replicas <= maxReplicas || wanted.replicas <= facts.workload.replicas) return [];
  const reason = `${wanted.words}: beyond max_replicas ${maxReplicas}, for approval`;
  return [{ tool: 'scale', replicas: Math.min(wanted.replicas, MOST_REPLICAS), floor: false, reason }];
}

/** A restart mends what hangs or leaks, not what lacks capacity; pods that fail to start would only fail again. */
function restart(facts: Facts, anomaly: string | undefined): readonly Candidate[] {
  const { workload, blueprint } = facts;
  if (
    anomaly === undefined ||
    !isGranted(blueprint, 'restart_pods') ||
    workload.rollout.underWay ||
    workload.ready === 0
  )
    return [];
  return [
    {
      tool: 'restart_pods',
      floor: false,
      reason: 'pods that hang or leak may recover; capacity is not what is missing',
    },
  ];
}

const isGranted = ({ authority }: Blueprint, operation: Operation): boolean =>
  authority.allowed.includes(operation) || authority.requiresApproval.some((rule) => rule.operation === operation);

/** Back to the newest healthy version, where a rollout explains what is wrong. */
function rollback(
  { workload, blueprint }: Facts,
  anomaly: string | undefined,
  suspect: string | undefined,
): readonly Candidate[] {
  if (anomaly === undefined || suspect === undefined || !isGranted(blueprint, 'rollback')) return [];
  const change = templateChange({ kind: 'rollback', revision: null }, workload);
  if (change?.kind !== 'rollback') return [];
  const { revision } = change.to;
  return [{ tool: 'rollback', revision, floor: false, reason: `${suspect}; revision ${revision} ran well before` }];
}

const resources = (facts: Facts): readonly Candidate[] =>
  isGranted(facts.blueprint, 'adjust_resources_within_bounds') ? resourceCandidates(facts) : [];
