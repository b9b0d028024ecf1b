import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { parseQuantity } from '../../src/schema/quantity.ts';
import { isTrue, podSpec } from '../../src/world/shapes.ts';
import type { World } from '../../src/world/world.ts';
import type { Change, Ledger } from './ledger.ts';
import { secondOpinion } from './secondOpinion.ts';
import type { Written } from './serverRecord.ts';
import type { Terms } from './terms.ts';
import { specOf } from './touch.ts';

type Invariant = (ledger: Ledger, change: Change, written: Written) => string[];

const HOUR_MS = 3_600_000;
const DOWNS_AN_HOUR = 4;
const OPTIONAL_AN_HOUR = 6;
const NO = (text: string, isBroken: boolean): string[] => (isBroken ? [text] : []);

/** What no write may be, whatever led to it. Each is read off the world, the clock and what people wrote and said. */
const INVARIANTS: Readonly<Record<string, Invariant>> = {
  governed: (ledger, _change, { namespace, name }) =>
    NO('a Deployment that no blueprint governs', !isGoverned(ledger, namespace, name)),

  granted: (ledger, change) => {
    const refusals = ledger.termsNow().map((terms) => refusal(ledger, terms, change));
    return refusals.length > 0 && refusals.every((why) => why !== undefined) ? [refusals[0] ?? ''] : [];
  },

  once: ({ changes }, { id }) =>
    NO(
      `change ${id} twice`,
      changes.some((earlier) => earlier.id === id),
    ),

  recorded: ({ journals }, { id, undo, log }) =>
    NO(
      `change ${id} without an intent in the log`,
      !(undo && log === 'unlogged') && !journals.some(({ intents }) => intents.has(id)),
    ),

  budget: (ledger, change) => {
    if (change.undo) return [];
    const hour = ledger.changes.filter(({ at, uid, undo }) => uid === change.uid && !undo && at > change.at - HOUR_MS);
    const most = Math.max(0, ...ledger.termsNow().map(({ perHour }) => perHour));
    const byAgents = (earlier: Change): boolean => !isPersons(ledger, earlier);
    const downs = [...hour, change].filter((earlier) => earlier.to < earlier.from);
    const optional = [...hour, change]
      .filter(({ kind }) => kind === 'restart' || kind === 'resources')
      .filter(byAgents);
    return [
      ...NO(`${hour.length + 1} operations within an hour, ${most} are allowed`, hour.length >= most),
      ...NO(`${downs.length} scale-downs within an hour`, downs.length > DOWNS_AN_HOUR && change.to < change.from),
      ...NO(
        `${optional.length} restarts and the like within an hour`,
        optional.length > OPTIONAL_AN_HOUR && optional.includes(change),
      ),
    ];
  },

  cooldown: (ledger, change) => {
    const last = ledger.changes.findLast(({ uid }) => uid === change.uid);
    const cooldown = Math.min(...ledger.termsNow().map(({ cooldownMs }) => cooldownMs));
    const since = change.at - (last?.at ?? Number.NEGATIVE_INFINITY);
    return NO(`${since / 1000} s after the write before`, !change.undo && since < cooldown);
  },

  inRange: (ledger, change) => {
    if (change.kind !== 'scale') return [];
    const { from, to } = change;
    const isFine = ledger.termsNow().some(({ min, max, allowed }) => {
      const off = (value: number): number => Math.max(min - value, value - max, 0);
      const mayLeave = allowed.includes(to === 0 ? 'scale_to_zero' : 'scale_beyond_limits');
      return off(to) === 0 || mayLeave || (off(to) < off(from) && (to - from) * (min - from) > 0);
    });
    return NO(
      `${to} replicas lie outside the range`,
      !isFine && !isApproved(ledger, change) && !wasApproved(ledger, change),
    );
  },

  steps: (ledger, change) => {
    const { from, to, kind, undo } = change;
    if (kind !== 'scale' || undo || isApproved(ledger, change)) return [];
    const isInto = ledger.termsNow().some(({ min, max }) => to === min || to === max);
    const down = isPersons(ledger, change) ? Math.floor(from / 2) : Math.ceil(from / 4);
    const tooFar = to > from + Math.max(from, 4) || to < from - Math.max(1, down);
    return NO(`${from} to ${to} is more than one step`, tooFar && !(isInto && isOutside(ledger, from)));
  },

  memory: (ledger, change, { after }) => {
    if (change.kind !== 'resources') return [];
    const request = parseQuantity(specOf(after).template.spec.containers[0]?.resources?.requests?.['memory'] ?? '');
    const isFine = ledger
      .termsNow()
      .some(
        ({ memory }) =>
          memory === undefined || request === undefined || (request >= memory.min && request <= memory.max),
      );
    return NO(`a memory request of ${request} lies outside the bounds`, !isFine);
  },

  held: ({ world, own }, { from, to, undo }) => {
    const holds = [['shop', 'web'] as const, [own, 'fleet'] as const].flatMap(([namespace, name]) => {
      const spec = world.objects.get(KINDS.CircuitBreaker, namespace, name)?.spec as
        | { holds?: readonly Hold[] }
        | undefined;
      return spec?.holds ?? [];
    });
    const bound = ({ kind, what }: Hold): boolean =>
      kind === 'stop' ||
      (!undo && (what === 'all' || kind === 'breaker' || what === (to < from ? 'downs' : to > from ? 'ups' : '')));
    return holds.filter(bound).map(({ kind, what }) => `a ${kind} of ${what} was in force`);
  },

  owned: ({ world }, { kind }, { name }) => {
    if (kind !== 'scale') return [];
    const owners = world.objects
      .list(KINDS.HorizontalPodAutoscaler, 'shop')
      .filter((object) => targetName(object) === name);
    return owners.map(({ metadata }) => `the autoscaler ${metadata.name} owns the replicas`);
  },

  disruption: ({ world }, { kind, from, to, undo }, { before }) => {
    if (undo || (kind === 'scale' && to >= from) || replacesNoneThatServes(world, kind, before)) return [];
    return world.objects.list(KINDS.PodDisruptionBudget, 'shop').flatMap(({ spec, metadata }) => {
      const { minAvailable } = spec as { minAvailable: number };
      return NO(`${metadata.name} allows no disruption at ${to}`, to <= minAvailable);
    });
  },

  seeing: (ledger, { from, to, undo, at }) =>
    NO(
      'a scale-down without metrics',
      !undo && to < from && ledger.metricsGoneSince !== undefined && at - ledger.metricsGoneSince > 60_000,
    ),

  calm: (ledger, { from, to, undo, at }) => {
    if (undo || to >= from || at - ledger.loadSince < 60_000 || ledger.metricsGoneSince !== undefined) return [];
    const { p95Ms = 0, errorPct } = ledger.world.measure('shop/web');
    return NO(`a scale-down at ${p95Ms} ms and ${errorPct}% errors`, p95Ms > 160 || errorPct > 0.5);
  },

  remembering: (ledger, change) => {
    const { from, to, undo, at } = change;
    if (undo || to >= from || isPersons(ledger, change)) return [];
    return NO('a scale-down without 450 s of history', at - ledger.watchingSince < 450_000);
  },

  grounded: (ledger, change) => {
    const { from, to, undo, at, kind } = change;
    if (undo || kind !== 'scale' || to <= from || isPersons(ledger, change)) return [];
    if (at - ledger.loadSince < 90_000 || ledger.metricsGoneSince !== undefined) return [];
    const { cpuPct = 100, p95Ms = 0, errorPct, ready } = ledger.world.measure('shop/web');
    const isCalm = cpuPct < 50 && p95Ms < 160 && errorPct < 0.5;
    return NO(
      `a scale-up at ${cpuPct}% CPU`,
      isCalm && ledger.termsNow().every(({ min }) => ready >= min && from >= min),
    );
  },

  undone: (ledger, change, { before }) => {
    if (!change.undo) return [];
    const failed = ledger.changes.findLast(({ uid }) => uid === change.uid);
    if (failed === undefined || before === undefined) return ['an undo of nothing'];
    return [
      ...NO(`an undo of ${failed.id} by another Decision`, failed.decision !== change.decision || failed.undo),
      ...NO(
        `an undo of ${failed.to} where ${change.from} stands`,
        failed.kind === 'scale' && failed.to !== change.from,
      ),
      ...NO(`an undo of another kind`, failed.kind !== change.kind && failed.kind !== 'rollback'),
      ...NO(
        `an undo to ${change.to} where ${failed.from} stood`,
        failed.kind === 'scale' && change.to !== failed.from && !isBound(ledger, change.to),
      ),
    ];
  },

  secondOpinion,
};

export function checkWrite(ledger: Ledger, change: Change, written: Written): string[] {
  return Object.entries(INVARIANTS).flatMap(([name, holds]) =>
    holds(ledger, change, written).map(
      (why) => `${name}: ${change.kind} ${change.from} to ${change.to} (${change.id}): ${why}`,
    ),
  );
}

interface Hold {
  readonly kind: string;
  readonly what: string;
}

const targetName = ({ spec }: KubeObject): unknown =>
  (spec as { scaleTargetRef?: { name?: unknown } }).scaleTargetRef?.name;

function isGoverned({ world, own }: Ledger, namespace: string, name: string): boolean {
  if (namespace.startsWith('kube-') || namespace === own) return false;
  return world.objects.list(KINDS.Blueprint, namespace).some(({ metadata, spec }) => {
    const target = (spec as { target?: { name?: string } }).target?.name ?? metadata.name;
    return target === name;
  });
}

export const isPersons = ({ world, persons }: Ledger, { decision }: Change): boolean =>
  persons.has(world.objects.get(KINDS.Decision, 'shop', decision)?.metadata.uid ?? '');

/** A person said yes to exactly this, and it is the first write that comes of it. */
export function isApproved(ledger: Ledger, change: Change): boolean {
  if (change.undo || ledger.changes.some(({ decision }) => decision === change.decision)) return false;
  return ledger.approvals.some(
    ({ decision, args }) =>
      decision === change.decision && (change.kind !== 'scale' || (args['replicas'] ?? 0) === change.to),
  );
}

/** An undo goes back to a number that a person once allowed. */
const wasApproved = ({ approvals }: Ledger, { undo, to }: Change): boolean =>
  undo && approvals.some(({ args }) => args['replicas'] === to);

const isBound = (ledger: Ledger, value: number): boolean =>
  ledger.termsNow().some(({ min, max }) => value === min || value === max);
const isOutside = (ledger: Ledger, value: number): boolean =>
  ledger.termsNow().some(({ min, max }) => value < min || value > max);

/** Why these terms do not let it through; undefined when they do. */
function refusal(ledger: Ledger, terms: Terms, change: Change): string | undefined {
  if (change.undo) return undefined;
  if (terms.frozen) return 'nothing may change in this window';
  const operation = operationOf(terms, change);
  if (terms.forbidden.includes(operation)) return `${operation} is forbidden`;
  const asks = terms.asks[operation];
  const isAsked = asks === 'always' || (asks === 'above' && change.to > terms.max);
  const isProposed = terms.autonomy === 'propose' && !isPersons(ledger, change);
  if (terms.autonomy === 'observe' && !isPersons(ledger, change)) return 'it is only observed';
  if (!isAsked && !terms.allowed.includes(operation)) return `${operation} is not granted`;
  return (isAsked || isProposed) && !isApproved(ledger, change) ? `${operation} was not approved` : undefined;
}

/** By its effect. A number outside the range on the way into it is within limits, as its end is. */
function operationOf({ min, max }: Terms, { kind, from, to }: Change): string {
  if (kind !== 'scale')
    return { restart: 'restart_pods', resources: 'adjust_resources_within_bounds', rollback: 'rollback' }[kind];
  if (to === 0) return 'scale_to_zero';
  const isInside = (to >= min && to <= max) || (to < min && to > from) || (to > max && to < from);
  return isInside ? 'scale_within_limits' : 'scale_beyond_limits';
}

/** Another template in place of one of whose pods none is ready takes no pod away that serves. */
function replacesNoneThatServes({ objects }: World, kind: Change['kind'], before: KubeObject | undefined): boolean {
  if (before === undefined || (kind !== 'rollback' && kind !== 'resources')) return false;
  const image = specOf(before).template.spec.containers[0]?.image;
  const pods = objects.list(KINDS.Pod, 'shop').filter((pod) => podSpec(pod).containers[0]?.image === image);
  return pods.length > 0 && pods.every((pod) => !isTrue(pod, 'Ready'));
}
