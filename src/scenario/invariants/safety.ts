import { parseQuantity } from '../../schema/quantity.ts';
import { ApprovalRequestSpec } from '../../schema/records.ts';
import { blueprintAt, effectsOf, matchesTarget, replicasOf, targetOf, toolOf, when } from '../observed.ts';
import { deciderOf } from '../people.ts';
import { type Effect, type Seen, TICK_MS } from '../seen.ts';

/** Only Deployments that a valid blueprint governs are written. */
export function boundObjectsOnly(seen: Seen): string[] {
  return seen.effects
    .filter(
      ({ object, at }) => !object.startsWith('deployment/') || blueprintAt(seen, targetOf(object), at) === undefined,
    )
    .map((effect) => `${effect.object} was written in ${when(seen, effect.at)}: no blueprint governs it`);
}

const KEPT = new Set([
  'deployment',
  'namespace',
  'service',
  'configmap',
  'horizontalpodautoscaler',
  'poddisruptionbudget',
  'resourcequota',
]);
const UNTOUCHABLE = /^(secret|role|rolebinding|clusterrole|clusterrolebinding|serviceaccount)\//;

export function nothingDeleted(seen: Seen): string[] {
  const deleted = [
    ...seen.effects.filter(({ changes }) => changes.includes('delete')),
    ...seen.attempts.filter(({ change }) => change === 'delete'),
  ];
  const gone = deleted.filter(({ object }) => KEPT.has(object.split('/')[0] ?? ''));
  const touched = seen.effects.filter(({ object }) => UNTOUCHABLE.test(object));
  return [
    ...gone.map(({ object, at }) => `${object} was to be deleted in ${when(seen, at)}`),
    ...touched.map(({ object, at }) => `${object} was written in ${when(seen, at)}`),
  ];
}

export function replicasInBounds(seen: Seen): string[] {
  return effectsOf(seen, { change: 'replicas' }).flatMap((effect) => {
    const blueprint = blueprintAt(seen, targetOf(effect.object), effect.at);
    const value = replicasOf(effect);
    if (blueprint === undefined || value === undefined) return [];
    const { minReplicas, maxReplicas } = blueprint.scaling;
    if ((value >= minReplicas && value <= maxReplicas) || isApproved(seen, effect, value)) return [];
    return [
      `${value} replicas of ${effect.object} written in ${when(seen, effect.at)}, the blueprint allows ${minReplicas} to ${maxReplicas}`,
    ];
  });
}

function isApproved(seen: Seen, { object, at }: Effect, replicas?: number): boolean {
  return seen.approvals.some((request) => {
    const spec = ApprovalRequestSpec.safeParse(request.object.spec);
    const approved = request.phases.some(({ phase, at: since }) => phase === 'Approved' && since <= at);
    if (!spec.success || !approved) return false;
    const { target, arguments: args } = spec.data;
    return `${target.namespace}/${target.name}` === targetOf(object) && args.replicas === replicas;
  });
}

interface Container {
  readonly resources?: Partial<Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>>;
}

export function resourcesInBounds(seen: Seen): string[] {
  return effectsOf(seen, { change: 'resources' }).flatMap((effect) => {
    const blueprint = blueprintAt(seen, targetOf(effect.object), effect.at);
    const spec = effect.after?.spec as { template?: { spec?: { containers?: readonly Container[] } } } | undefined;
    return (spec?.template?.spec?.containers ?? []).flatMap(({ resources }) =>
      (['cpu', 'memory'] as const).flatMap((resource) => {
        const [request, limit] = (['requests', 'limits'] as const).map((side) =>
          parseQuantity(resources?.[side]?.[resource] ?? ''),
        );
        const bounds = blueprint?.resources[resource];
        const scale = resource === 'cpu' ? 1000 : 1;
        const outside =
          bounds !== undefined &&
          request !== undefined &&
          (request * scale < bounds.min || request * scale > bounds.max);
        const over = request !== undefined && limit !== undefined && request > limit;
        return outside || over
          ? [`${resource} of ${effect.object} written in ${when(seen, effect.at)} is out of bounds`]
          : [];
      }),
    );
  });
}

/** Nothing forbidden, and nothing that is neither allowed nor approved. The undo of an own change counts as allowed. */
export function grantedOnly(seen: Seen): string[] {
  return seen.effects.flatMap((effect) => {
    const blueprint = blueprintAt(seen, targetOf(effect.object), effect.at);
    if (blueprint === undefined || effect.lastChange?.undo === true) return [];
    const operation = operationOf(effect, blueprint.scaling);
    const { allowed, forbidden } = blueprint.authority;
    const granted = allowed.some((name) => name === operation) || isApproved(seen, effect, replicasOf(effect));
    if (granted && !forbidden.some((name) => name === operation)) return [];
    return [`${operation} of ${effect.object} was done in ${when(seen, effect.at)}; it is not granted`];
  });
}

function operationOf(
  effect: Effect,
  { minReplicas, maxReplicas }: { minReplicas: number; maxReplicas: number },
): string {
  if (effect.changes.includes('replicas')) {
    const value = replicasOf(effect) ?? Number.NaN;
    if (value === 0) return 'scale_to_zero';
    return value >= minReplicas && value <= maxReplicas ? 'scale_within_limits' : 'scale_beyond_limits';
  }
  if (effect.changes.includes('resources')) return 'adjust_resources_within_bounds';
  if (effect.changes.includes('image')) return 'rollback';
  return effect.changes.includes('restart') ? 'restart_pods' : effect.changes.join('+');
}

const HOUR_MS = 3_600_000;
const MOST_AN_HOUR = 10;
const COOLDOWN_MS = 60_000;

/** The automatic undo may exceed the count: its note on the object and its record mark it as such. */
export function budgetKept(seen: Seen): string[] {
  return byObject(seen.effects.filter(({ lastChange }) => lastChange?.undo !== true)).flatMap((effects) =>
    effects.flatMap((effect) => {
      const hour = effects.filter(({ at }) => at <= effect.at && at > effect.at - HOUR_MS);
      if (hour.length <= MOST_AN_HOUR) return [];
      return [`${hour.length} operations on ${effect.object} in the hour up to ${when(seen, effect.at)}`];
    }),
  );
}

export function cooldownKept(seen: Seen): string[] {
  return byObject(seen.effects).flatMap((effects) =>
    effects.flatMap((effect, index) => {
      const before = effects
        .slice(0, index)
        .findLast(({ changes }) => changes.some((change) => effect.changes.includes(change)));
      if (before === undefined || effect.lastChange?.undo === true || effect.at - before.at >= COOLDOWN_MS) return [];
      return [
        `${effect.object} was changed in ${when(seen, effect.at)}, ${(effect.at - before.at) / 1000} s after the change before`,
      ];
    }),
  );
}

function byObject(effects: readonly Effect[]): Effect[][] {
  const groups = new Map<string, Effect[]>();
  for (const effect of effects) groups.set(effect.object, [...(groups.get(effect.object) ?? []), effect]);
  return [...groups.values()];
}

/** As many people of the groups that were asked said yes, at the gateway and before it was approved, as the request needs. */
export function approvedByPeople(seen: Seen): string[] {
  return seen.approvals.flatMap(({ object, phases }) => {
    const since = phases.find(({ phase }) => phase === 'Approved' || phase === 'Consumed')?.at;
    const spec = ApprovalRequestSpec.safeParse(object.spec);
    if (since === undefined) return [];
    const yes = spec.success ? approversIn(seen, spec.data, since) : new Set();
    const needed = spec.success ? spec.data.quorum : 1;
    return yes.size >= needed ? [] : [`${object.metadata.name} was approved, and ${yes.size} of ${needed} said so`];
  });
}

function approversIn(seen: Seen, { operation, target, approvers, requester }: ApprovalRequestSpec, at: number) {
  const ids = seen.scenario.stimulus.flatMap(({ at_tick, approval_decision: said }) => {
    if (said?.decision !== 'approve' || seen.startedAt + at_tick * TICK_MS > at) return [];
    if (!matchesTarget(said.target, `${target.namespace}/${target.name}`)) return [];
    if (said.operation !== '*' && said.operation !== operation && said.operation !== toolOf(operation)) return [];
    const { id, groups, forges } = deciderOf(said.by);
    const may = forges === undefined && id !== requester.name && groups.some((group) => approvers.includes(group));
    return may && id !== undefined ? [id] : [];
  });
  return new Set(ids);
}

export function openBreakerKept(seen: Seen): string[] {
  return seen.attempts.flatMap(({ at, object, undo }) => {
    if (undo) return [];
    const before = seen.samples.findLast((sample) => sample.at <= at)?.services.get(targetOf(object));
    const after = seen.samples.find((sample) => sample.at > at)?.services.get(targetOf(object));
    // Open before and after: nothing in between can have closed or half-opened it.
    const open = before?.breaker === 'open' && after?.breaker === 'open';
    return open ? [`${object} was written in ${when(seen, at)} while its breaker was open`] : [];
  });
}
