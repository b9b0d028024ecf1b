import { setMaxListeners } from 'node:events';
import type { ApiHealthSource } from '../ports/apiHealth.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReader, ClusterResult } from '../ports/cluster.ts';
import type { Log } from '../ports/log.ts';
import type { MetricsSource } from '../ports/metrics.ts';
import type { History } from '../schema/history.ts';
import type { KubeObject } from '../schema/kube.ts';
import { FLEET } from '../schema/records.ts';
import { assembleView, type Numbers, type Parts } from './assembleView.ts';
import { Acceptance, type Accepted, type AcceptedGlobal } from './blueprints/acceptance.ts';
import { acceptWithKept, type Unread } from './blueprints/keptVersions.ts';
import { Fleet, withFleet } from './fleet/fleet.ts';
import { fleetSourcesOf } from './fleet/fleetSources.ts';
import { readFresh } from './freshParts.ts';
import type { MirrorChange } from './mirror.ts';
import { AROUND, Mirrors, type Reach } from './mirrors.ts';
import { PastNumbers } from './pastNumbers.ts';
import { NO_READING, ReadingIndex, readMetrics } from './readings.ts';
import type { ServiceView } from './serviceView.ts';
import { type Surroundings, surroundingsOf } from './surroundings.ts';
import { targetsOf } from './targets.ts';
import { healthyHashOf, type Tracked, track, trackedNow, trackPass, type Watched } from './tracker.ts';

export interface ObserverDeps {
  readonly reader: ClusterReader;
  readonly metrics: MetricsSource;
  readonly clock: Clock;
  readonly log: Log;
  /** Where `fleet` stands. */
  readonly ownNamespace: string;
  /** In [0, 1): spreads the retries of several processes. */
  readonly random?: () => number;
  /** Absent: nobody counts, which says nothing against the API server. */
  readonly apiHealth?: ApiHealthSource;
}

/** The numbers of one target. Another uid is another target and starts without any. */
interface Ring {
  readonly uid: string;
  readonly history: History;
}

/**
 * Watches everything that decisions are made from. One pass reads all services together: no request of its own for any
 * of them, only watches and one grouped metrics read. `fresh` asks the API server itself, for the moment of acting.
 * Nothing here throws for what the cluster or a metrics source does: what cannot be read is missing from the view.
 */
export class Observer {
  readonly #deps: ObserverDeps;
  readonly #mirrors: Mirrors;
  readonly #acceptance = new Acceptance();
  readonly #tracked = new Map<string, Tracked>();
  readonly #rings = new Map<string, Ring>();
  #fleet: Fleet;
  #index = new ReadingIndex(NO_READING);
  /** While the first pass goes on. */
  #past: PastNumbers | undefined;
  #views: readonly ServiceView[] = [];
  #passing: Promise<readonly ServiceView[]> | undefined;
  #signal: AbortSignal = new AbortController().signal;

  constructor(deps: ObserverDeps) {
    this.#deps = deps;
    this.#fleet = new Fleet(deps.ownNamespace, deps.log);
    this.#mirrors = new Mirrors({ ...deps, random: deps.random ?? (() => 0.5) });
    this.#mirrors.of('Deployment').onChange((change) => this.#trackChange(change));
  }

  /** Starts watching until `signal` aborts; resolves once every kind has been asked for, whatever the answers. */
  async start(signal: AbortSignal): Promise<void> {
    // A signal of our own: a dozen watches listen to it, which the platform takes for a leak on anybody else's.
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    signal.addEventListener('abort', () => stop.abort(), { once: true });
    if (signal.aborted) stop.abort();
    this.#signal = stop.signal;
    const mirrors = [...this.#mirrors.each()];
    for (const mirror of mirrors) void mirror.run(stop.signal);
    await Promise.all(mirrors.map((mirror) => mirror.tried));
  }

  /** Looks at all services now. Calls during a pass get that pass. */
  pass(): Promise<readonly ServiceView[]> {
    this.#passing ??= this.#pass().finally(() => {
      this.#passing = undefined;
    });
    return this.#passing;
  }

  /**
   * Forgets what passes saw, and goes on watching: for whoever will not pass for a while. The next pass begins without
   * numbers, as after a start, instead of deciding on what was so long ago.
   */
  rest(): void {
    this.#views = [];
    this.#rings.clear();
    this.#index = new ReadingIndex(NO_READING);
    this.#fleet = new Fleet(this.#deps.ownNamespace, this.#deps.log);
  }

  /** As the newest pass saw them. */
  views(): readonly ServiceView[] {
    return this.#views;
  }

  /**
   * One service as the API server has it now, with the newest metrics reading weighed against it. Error: the first read
   * that failed, or `notFound` when there is no such Blueprint.
   */
  async fresh(namespace: string, blueprint: string): Promise<ClusterResult<ServiceView>> {
    const { reader, clock, ownNamespace, log } = this.#deps;
    const at = clock.now();
    // Taken before the reads, so that what is read is never older than what it is compared with.
    const watched = this.#watched(namespace);
    const read = await readFresh(reader, this.#acceptance, { namespace, name: blueprint, ownNamespace });
    if (!read.ok) return read;
    const { accepted, global, deployment, around, breakers } = read.value;
    const parts: Parts = {
      accepted,
      global,
      breakers,
      problems: [],
      ...(deployment !== undefined && {
        target: {
          deployment,
          around,
          at,
          tracker: trackedNow(watched.get(deployment.metadata.name), deployment, at),
          isPass: false,
        },
      }),
    };
    const now = clock.now();
    const { view } = assembleView(parts, this.#numbers(accepted, deployment), now, log);
    return {
      ok: true,
      value: withFleet(
        view,
        this.#fleet.facts(fleetSourcesOf(this.#mirrors, this.#deps.apiHealth), breakers.fleet, now),
        breakers.fleet,
      ),
    };
  }

  /** The bounded ring of one service's numbers, oldest first. */
  history(namespace: string, blueprint: string): History {
    return this.#rings.get(`${namespace}/${blueprint}`)?.history ?? [];
  }

  /** Told of every change the watches see, also of what was there at first: a reason to look, never a fact. */
  onChange(listener: (kind: string, object: KubeObject) => void): void {
    for (const mirror of this.#mirrors.each()) mirror.onChange(({ object }) => listener(mirror.kind.kind, object));
  }

  decisions(): readonly KubeObject[] {
    return [...this.#mirrors.of('Decision').all()];
  }

  approvals(): readonly KubeObject[] {
    return [...this.#mirrors.of('ApprovalRequest').all()];
  }

  hearsApprovals(): boolean {
    return this.#mirrors.of('ApprovalRequest').hears;
  }

  async #pass(): Promise<readonly ServiceView[]> {
    const { reader, metrics, clock, log } = this.#deps;
    const blueprints = [...this.#mirrors.of('Blueprint').all()];
    const global = this.#globalNow();
    const { accepted, unread } = await acceptWithKept(reader, this.#acceptance, blueprints, global);
    this.#acceptance.keepOnly(blueprints);
    const targets = targetsOf(accepted, this.#mirrors);
    // At the start, and after a rest.
    if (this.#rings.size === 0) this.#past = await PastNumbers.of(metrics, targets, clock, this.#signal);
    const reading = await readMetrics(metrics, targets, clock, this.#signal);
    // What cut us short says nothing of the cluster.
    if (reading === undefined) return this.#views;
    this.#index = new ReadingIndex(reading);
    // Objects are taken after the metrics came, so that pods and their samples are as close in time as can be.
    const now = clock.now();
    const around = { of: surroundingsOf(this.#mirrors), reach: this.#mirrors.reach(AROUND) };
    const views = accepted.map((one): ServiceView => {
      const hidden = unread.find(({ object }) => object === one.object);
      try {
        const parts = this.#partsOf(one, global, around, hidden);
        const { view, history } = assembleView(parts, this.#numbers(one, parts.target?.deployment), now, log);
        this.#remember(view, history);
        return view;
      } catch (error) {
        return this.#blind(one, error);
      }
    });
    this.#past = undefined;
    const names = new Set(views.map((view) => `${view.namespace}/${view.name}`));
    for (const name of this.#rings.keys()) if (!names.has(name)) this.#rings.delete(name);
    const records = this.#mirrors.reach(['CircuitBreaker']).at;
    const record = this.#mirrors.of('CircuitBreaker').get(this.#deps.ownNamespace, FLEET);
    const facts = this.#fleet.pass(
      views,
      fleetSourcesOf(this.#mirrors, this.#deps.apiHealth),
      records === undefined ? 'unreadable' : record,
      now,
    );
    this.#views = views.map((view) => withFleet(view, facts, record));
    return this.#views;
  }

  /** What nobody can make sense of blinds its own service only: without a target nothing may be done there. */
  #blind({ object }: Accepted, error: unknown): ServiceView {
    const { namespace = '', name } = object.metadata;
    this.#deps.log.error({ service: `${namespace}/${name}`, error: String(error) }, 'a service makes no sense');
    return { namespace, name, object, matches: 0, problems: [`what was observed makes no sense: ${String(error)}`] };
  }

  #globalNow(): AcceptedGlobal {
    const mirror = this.#mirrors.of('ClusterBlueprint');
    return mirror.syncedAt === undefined ? { faults: [] } : this.#acceptance.global(mirror.get(undefined, 'default'));
  }

  #partsOf(
    accepted: Accepted,
    global: AcceptedGlobal,
    around: { readonly of: (deployment: KubeObject) => Surroundings; readonly reach: Reach },
    hidden: Unread | undefined,
  ): Parts {
    const { namespace = '', name } = accepted.object.metadata;
    const { at, problems } = around.reach;
    const records = this.#mirrors.reach(['CircuitBreaker']);
    const breakers = this.#mirrors.of('CircuitBreaker');
    const target = accepted.blueprint?.target.name;
    const deployment = target === undefined ? undefined : this.#mirrors.of('Deployment').get(namespace, target);
    return {
      accepted,
      global,
      ...(deployment !== undefined &&
        at !== undefined && {
          target: {
            deployment,
            around: around.of(deployment),
            at,
            isPass: true,
            tracker: this.#tracked.get(deployment.metadata.uid ?? ''),
          },
        }),
      ...(records.at !== undefined && {
        breakers: { own: breakers.get(namespace, name), fleet: breakers.get(this.#deps.ownNamespace, FLEET) },
      }),
      problems: [
        ...problems,
        ...records.problems,
        ...(global.rules === undefined ? ['ClusterBlueprint default: no good version was ever read'] : []),
        ...(hidden === undefined
          ? []
          : [`ControllerRevision: the accepted versions kept of ${name} cannot be read (${hidden.error.message})`]),
      ],
    };
  }

  #numbers({ object }: Accepted, deployment: KubeObject | undefined): Numbers {
    const ring = this.#rings.get(`${object.metadata.namespace}/${object.metadata.name}`);
    const podsNow = (): Set<string> => this.#mirrors.of('Pod').namesIn(object.metadata.namespace ?? '');
    const past = this.#past;
    return {
      history: ring !== undefined && ring.uid === deployment?.metadata.uid ? ring.history : [],
      ...(past && { past: (workload, blueprint) => past.historyOf(workload, blueprint, podsNow()) }),
      reading: (workload, blueprint) => this.#index.of(workload, blueprint),
    };
  }

  /** Keeps what this pass learned of a service. Without a view of the target the ring stands still: a gap, not a loss. */
  #remember({ namespace, name, workload }: ServiceView, history: History): void {
    if (workload === undefined) return;
    this.#rings.set(`${namespace}/${name}`, { uid: workload.uid, history });
    const tracked = this.#tracked.get(workload.uid);
    if (tracked !== undefined) {
      this.#tracked.set(workload.uid, trackPass(tracked, workload.rollout, healthyHashOf(workload)));
    }
  }

  #watched(namespace: string): ReadonlyMap<string, Watched> {
    const deployments = [...this.#mirrors.of('Deployment').inNamespace(namespace)];
    return new Map(
      deployments.map((object) => [
        object.metadata.name,
        { object, state: this.#tracked.get(object.metadata.uid ?? '') },
      ]),
    );
  }

  #trackChange({ type, object, before }: MirrorChange): void {
    const uid = object.metadata.uid ?? '';
    if (type === 'deleted') this.#tracked.delete(uid);
    else this.#tracked.set(uid, track(this.#tracked.get(uid), before, object, this.#deps.clock.now()));
  }
}
