import type { Assessment } from '../schema/assessment.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import type { Claim } from '../schema/fleet.ts';
import type { GateInput } from '../schema/verdict.ts';
import type { Workload } from '../schema/workload.ts';

const AMOUNTS = ['replicas', 'cpu', 'memory'] as const;
const PRIORITY = { high: 0, medium: 1, low: 2 };
const CRITICALITY = { critical: 0, standard: 1 };
/** A missed objective without a measure (none of the pods is ready, a target of zero). */
const ENTIRELY = 1_000_000;

/** Who is served first: priority, then criticality, then how badly an objective is missed, then name. */
export const inOrderOfClaim = (a: Claim, b: Claim): number =>
  PRIORITY[a.priority] - PRIORITY[b.priority] ||
  CRITICALITY[a.criticality] - CRITICALITY[b.criticality] ||
  b.missed - a.missed ||
  (a.service < b.service ? -1 : a.service > b.service ? 1 : 0);

export function claimOf(
  blueprint: Blueprint,
  workload: Workload,
  assessment: Assessment | undefined,
  asks: number,
): Claim {
  const { name, namespace, priority, criticality, scaling } = blueprint;
  const { cpu = 0, memory = 0 } = workload.requests;
  const times = (assessment?.breach ?? []).map((missed) => {
    const { value, target } = assessment?.signals.find((signal) => signal.name === missed) ?? {};
    const by = missed === 'ready' ? scaling.minReplicas / workload.ready : (value ?? Number.NaN) / (target ?? 0);
    return by >= 0 ? Math.min(by, ENTIRELY) : ENTIRELY;
  });
  return {
    service: `${namespace}/${name}`,
    priority,
    criticality,
    missed: Math.max(0, ...times),
    asks,
    each: { replicas: 1, cpu, memory },
    pending: false,
  };
}

/** Those of the others that are served before this one, first one first. */
export const aheadOf = (own: Claim, claims: readonly Claim[]): readonly Claim[] =>
  claims.filter((claim) => claim.service !== own.service && inOrderOfClaim(claim, own) < 0).toSorted(inOrderOfClaim);

/** What one service may take of what all share: so many replicas more, or none, since another comes first. */
export interface Share {
  readonly own: Claim;
  readonly fits: number;
  readonly lostTo?: Claim;
  /** It cannot be told. */
  readonly unknown?: true;
}

/**
 * The part of the shared capacity that is this service's when it asks for more. The first in order takes what room there
 * is; whoever comes after it is served whole or not at all. Nothing that runs is counted as room. Undefined for what asks
 * for no more, and for an undo.
 */
export function shareOf(input: GateInput, asks: number): Share | undefined {
  const { blueprint, global, fleet, workload } = input;
  if (!blueprint || !workload || input.request.undo || !(asks > 0)) return undefined;
  const own = claimOf(blueprint, workload, input.assessment, asks);
  if (global === undefined || fleet === undefined) return { own, fits: 0, unknown: true };
  const limits = AMOUNTS.flatMap((name) => {
    const limit = global.capacity[name];
    return limit === undefined ? [] : [{ name, limit, needed: name === 'replicas' ? 1 : workload.requests[name] }];
  });
  if (limits.length === 0) return { own, fits: asks };
  const { claims, used } = fleet;
  const isUnknown = limits.some(({ name, needed }) => !Number.isFinite(needed) || !Number.isFinite(used?.[name]));
  if (used === undefined || isUnknown) return { own, fits: 0, unknown: true };
  const room = limits.map(({ name, limit }) => ({ name, left: limit - used[name] }));
  const fitting = ({ asks, each }: Claim): number =>
    Math.max(0, Math.min(asks, ...room.map(({ name, left }) => Math.floor(left / Math.max(1, each[name])))));
  let first: Claim | undefined;
  for (const claim of aheadOf(own, claims)) {
    const fits = fitting(claim);
    if (fits === 0 || (first !== undefined && fits < claim.asks)) continue;
    first ??= claim;
    for (const part of room) part.left -= fits * claim.each[part.name];
  }
  const fits = fitting(own);
  return first === undefined || fits === asks ? { own, fits } : { own, fits: 0, lostTo: first };
}
