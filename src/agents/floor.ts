import { startsSoon } from '../schema/startsSoon.ts';
import type { Proposal, ProposalContext } from './proposer.ts';
import { clean } from './untrusted.ts';

/** What the analysis alone would do now: the proposal that no model can go below. */
export interface Floor {
  readonly direction: 'up' | 'down';
  readonly replicas: number;
  readonly reason: string;
}

type FloorContext = Pick<ProposalContext, 'assessment' | 'workload' | 'service' | 'blueprint'>;

/** Undefined when the analysis would change nothing, or its alarms have not been met. */
export function floorOf({ assessment, workload }: Pick<FloorContext, 'assessment' | 'workload'>): Floor | undefined {
  const { direction, replicas, reason, started } = assessment.recommendation;
  if (!started || direction === 'hold' || replicas === workload.replicas) return undefined;
  return { direction, replicas, reason };
}

/**
 * Puts a proposal on the floor (spec 3). When capacity is short (the floor is up) the floor is proposed whatever the
 * proposer said, with its words as an objection; more than the floor passes as it is, and the gate judges it. When the
 * floor is down, a hold or another action counts, but nothing goes lower. Without a floor everything passes, except what
 * would stand in the way of one that the next sample may start.
 */
export function onFloor(proposal: Proposal, context: FloorContext): Proposal {
  const floor = floorOf(context);
  if (floor === undefined) {
    const { assessment, workload, blueprint } = context;
    return startsSoon(assessment, workload, blueprint) === undefined ? proposal : capacityFirst(proposal);
  }
  const wanted = proposal.kind === 'change' && proposal.tool === 'scale' ? proposal.args['replicas'] : undefined;
  const reaches = typeof wanted === 'number' && wanted >= floor.replicas;
  const counts = floor.direction === 'down' && proposal.kind !== 'none' && wanted === undefined;
  if (reaches || counts) return proposal;
  const objection = objectionOf(proposal);
  return {
    kind: 'change',
    tool: 'scale',
    args: { service: context.service, replicas: floor.replicas, reason: clean(floor.reason, 900) },
    rationale: clean(`The floor of the analysis: ${floor.reason}`, 2_000),
    ...(objection === undefined ? {} : { objection }),
    origin: proposal.origin,
  };
}

/**
 * Held for one pass, with the words kept: the next pass asks again. What replaces pods now would hold the scale-up back
 * for the length of a rollout (G7) and of a cooldown (G12), if the second sample starts it.
 */
function capacityFirst(proposal: Proposal): Proposal {
  if (proposal.kind !== 'change' || !REPLACES_PODS.has(proposal.tool)) return proposal;
  const words = `Capacity first: one more sample like this starts a scale-up. ${objectionOf(proposal) ?? ''}`;
  return { kind: 'hold', reason: clean(words, 2_000), origin: proposal.origin };
}

const REPLACES_PODS: ReadonlySet<string> = new Set(['restart_pods', 'adjust_resources', 'rollback']);

/** What the proposer said instead, in its words; undefined when it said nothing. */
function objectionOf(proposal: Proposal): string | undefined {
  switch (proposal.kind) {
    case 'hold':
      return clean(`wanted to hold: ${proposal.reason}`, 2_000);
    case 'change': {
      const replicas = proposal.args['replicas'];
      const what = typeof replicas === 'number' ? `${proposal.tool} to ${replicas}` : proposal.tool;
      return clean(`wanted ${what}: ${proposal.rationale}`, 2_000);
    }
    case 'none':
      return undefined;
  }
}
