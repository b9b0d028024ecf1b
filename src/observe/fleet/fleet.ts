import { claimOf, inOrderOfClaim } from '../../policy/arbiter.ts';
import { illness } from '../../policy/rules/fleetMustBeWell.ts';
import type { ApiHealth } from '../../ports/apiHealth.ts';
import type { Log } from '../../ports/log.ts';
import type { Amount, Claim, FleetCounters, FleetFacts } from '../../schema/fleet.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { startsSoon } from '../../schema/startsSoon.ts';
import type { ServiceView } from '../serviceView.ts';
import { scaleTo, verdictOn } from '../verdictOn.ts';
import { fleetCountersOf } from './fleetCounters.ts';
import { healthOf, isCounted, waitsForRoom } from './fleetHealth.ts';
import type { Room } from './nodeRoom.ts';

/** What the watches know beside the services. */
export interface FleetSources {
  /** Undefined when Deployments cannot be read. */
  replicasOf(namespace: string, deployment: string): number | undefined;
  readonly isReadable: boolean;
  /** Undefined when they cannot be read. */
  readonly nodes: readonly KubeObject[] | undefined;
  /** What the nodes have left; asked only where several services want more. Undefined when it cannot be told. */
  room(): Room | undefined;
  readonly api: ApiHealth;
}

/** Somebody whose pods found no room for so long is not about to get any: it holds nobody back any more. */
const PATIENCE_MS = 600_000;
/** A claim that could not be served sooner than this holds nobody back either. */
const SOON_MS = 300_000;
/** The last in order can tell from so many that others come first. */
const MOST_CLAIMS = 50;

interface Wish {
  readonly claim: Claim;
  readonly deployment: string;
  /** Replicas it wants in the end. */
  readonly wants: number;
}

/**
 * What all services share, put together from what a pass saw of each. Two things are remembered between passes, and lost
 * with the process: when the fleet was last ill, and since when a service's pods wait for room.
 */
export class Fleet {
  readonly #ownNamespace: string;
  readonly #waitingSince = new Map<string, number>();
  #views: readonly ServiceView[] = [];
  #wishes: readonly Wish[] = [];
  #illAt: number | undefined;
  #isIll = false;

  readonly #log: Pick<Log, 'info' | 'warn'> | undefined;

  constructor(ownNamespace: string, log?: Pick<Log, 'info' | 'warn'>) {
    this.#ownNamespace = ownNamespace;
    this.#log = log;
  }

  /** Takes a pass in. `record` is the CircuitBreaker `fleet`, `unreadable` when it cannot be read. */
  pass(
    views: readonly ServiceView[],
    sources: FleetSources,
    record: KubeObject | 'unreadable' | undefined,
    now: number,
  ): FleetFacts {
    this.#views = views;
    this.#noteWaiting(now);
    const alone = { ...this.facts(sources, record, now), claims: [] };
    this.#noteIllness(illness(alone), now);
    this.#wishes = this.#wishesOf(alone, sources, now);
    return this.facts(sources, record, now);
  }

  /** The facts of now: services as the last pass saw them, their replicas and the shared record as they are. */
  facts(sources: FleetSources, record: KubeObject | 'unreadable' | undefined, now: number): FleetFacts {
    const counters = record === 'unreadable' ? undefined : fleetCountersOf(record, this.#views, now);
    const health = healthOf(this.#views, sources, now);
    const held = (service: string, namespace: string, deployment: string): number =>
      Math.max(sources.replicasOf(namespace, deployment) ?? 0, promised(counters, service));
    const claims = this.#wishes.map(({ claim, deployment, wants }) => {
      const namespace = claim.service.split('/')[0] ?? '';
      return { ...claim, asks: Math.max(0, wants - held(claim.service, namespace, deployment)) };
    });
    return {
      services: this.#views.filter(isCounted).length,
      ...(counters !== undefined && { counters }),
      health: { ...health, ...(this.#illAt !== undefined && { illAt: this.#illAt }) },
      ...(sources.isReadable && { used: this.#used(held) }),
      claims: claims.filter(({ asks, pending }) => asks > 0 || pending).slice(0, MOST_CLAIMS),
    };
  }

  #used(held: (service: string, namespace: string, deployment: string) => number): Amount {
    const used = { replicas: 0, cpu: 0, memory: 0 };
    for (const { namespace, name, blueprint, workload } of this.#views) {
      if (blueprint === undefined) continue;
      const replicas = held(`${namespace}/${name}`, namespace, blueprint.target.name);
      used.replicas += replicas;
      used.cpu += replicas * (workload?.requests.cpu ?? 0);
      used.memory += replicas * (workload?.requests.memory ?? 0);
    }
    return used;
  }

  #noteIllness(ill: string | undefined, now: number): void {
    if (ill !== undefined && !this.#isIll) this.#log?.warn({ why: ill }, 'fleet halt: nothing disruptive is done');
    if (ill === undefined && this.#isIll) this.#log?.info({}, 'the fleet is well: the halt ends in ten minutes');
    this.#isIll = ill !== undefined;
    if (this.#isIll) this.#illAt = now;
  }

  #noteWaiting(now: number): void {
    const waiting = new Set(this.#views.filter(waitsForRoom).map(keyOf));
    for (const service of this.#waitingSince.keys()) if (!waiting.has(service)) this.#waitingSince.delete(service);
    for (const service of waiting) if (!this.#waitingSince.has(service)) this.#waitingSince.set(service, now);
  }

  /** Who asks for more, in order; nobody is asked where there is nothing to share. */
  #wishesOf(alone: FleetFacts, sources: FleetSources, now: number): readonly Wish[] {
    const isPending = (view: ServiceView): boolean =>
      now - (this.#waitingSince.get(keyOf(view)) ?? Number.NEGATIVE_INFINITY) < PATIENCE_MS;
    const isShared = this.#views.some((view) => isPending(view) || hasCapacity(view));
    if (!isShared && this.#views.filter((view) => askedBy(view) !== undefined).length < 2) return [];
    const wishes = this.#views
      .flatMap((view) => {
        const { blueprint, workload, assessment } = view;
        if (blueprint === undefined || workload === undefined) return [];
        const pending = isPending(view);
        const asked = askedBy(view);
        const wants = asked !== undefined && this.#couldBeServed(view, asked, alone, now) ? asked : workload.replicas;
        const claim = { ...claimOf(blueprint, workload, assessment, wants - workload.replicas), pending };
        return wants > workload.replicas || pending ? [{ claim, wants, deployment: workload.name }] : [];
      })
      .sort((a, b) => inOrderOfClaim(a.claim, b.claim));
    if (!isCrowded(wishes, sources.room())) return isShared ? wishes : [];
    return wishes.map((wish) => ({ ...wish, claim: { ...wish.claim, pending: true } }));
  }

  /** The analysis asks for more, and the gate would let it be, if this service were alone: else it holds back others for nothing. */
  #couldBeServed(view: ServiceView, asked: number, alone: FleetFacts, now: number): boolean {
    const where = { now, ownNamespace: this.#ownNamespace };
    const verdict = verdictOn({ ...view, fleet: alone }, scaleTo(asked), where);
    if (verdict === undefined) return false;
    const until = verdict.wait === undefined ? now : (verdict.wait.until ?? Number.POSITIVE_INFINITY);
    return verdict.authority === 'allowed' && until - now <= SOON_MS;
  }
}

const keyOf = ({ namespace, name }: ServiceView): string => `${namespace}/${name}`;

/**
 * Replicas that the analysis alone would scale it up to, now or with one more sample like this: whoever became hot in the
 * same moment but is looked at first (two processes look at two moments) would else take what is another's. Undefined
 * where it asks for no more.
 */
function askedBy({ assessment, workload, blueprint }: ServiceView): number | undefined {
  if (assessment === undefined || workload === undefined || blueprint === undefined) return undefined;
  const { direction, started, replicas } = assessment.recommendation;
  if (direction === 'up' && started && replicas > workload.replicas) return replicas;
  // Outside its range it was decided by people, and stays; pods that are not ready are no alarm of their own.
  const isInRange = workload.replicas >= blueprint.scaling.minReplicas;
  const isAlarmed = assessment.pressure.some((name) => name !== 'ready');
  return isInRange && isAlarmed ? startsSoon(assessment, workload, blueprint) : undefined;
}

/** The nodes have no room for all that ask at once: who comes first goes first, before anybody's pods have to wait. */
function isCrowded(wishes: readonly Wish[], room: Room | undefined): boolean {
  if (room === undefined || wishes.filter(({ claim }) => claim.asks > 0).length < 2) return false;
  const needed = (what: 'cpu' | 'memory'): number =>
    wishes.reduce((sum, { claim }) => sum + claim.asks * claim.each[what], 0);
  return needed('cpu') > room.cpu || needed('memory') > room.memory;
}

const hasCapacity = ({ global }: ServiceView): boolean => Object.keys(global?.capacity ?? {}).length > 0;

/** Replicas that a change in flight was promised. */
const promised = (counters: FleetCounters | undefined, service: string): number =>
  Math.max(
    0,
    ...(counters?.operations ?? []).map((one) => (one.service === service && one.inFlight ? (one.replicas ?? 0) : 0)),
  );

/** The view with what all services share. */
export const withFleet = (view: ServiceView, fleet: FleetFacts, record: KubeObject | undefined): ServiceView => ({
  ...view,
  fleet,
  ...(record !== undefined && { fleetObject: record }),
});
