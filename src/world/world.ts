import type { Clock } from '../ports/clock.ts';
import type { ClusterResult } from '../ports/cluster.ts';
import { KINDS, type Kind, type KubeObject } from '../schema/kube.ts';
import { type BlueprintCheck, checkAsCrd } from './admission.ts';
import { Api } from './api.ts';
import { Controllers } from './controllers.ts';
import { ClusterEvents } from './events.ts';
import { type Behaviour, type ImageHealth, Kubelet } from './kubelet.ts';
import type { Load, Measurement } from './load.ts';
import { merged } from './merged.ts';
import type { MetricsFault } from './metricsFault.ts';
import { type NodeOptions, nodeObject } from './nodes.ts';
import { instant, Objects } from './objects.ts';
import { Scheduler } from './scheduler.ts';
import { measureService, SCRAPE_MS, Scrapes } from './scrapes.ts';
import { deploymentSpec } from './shapes.ts';

/** A clock that only moves when told, so that the world can stop at every instant at which something happens. */
export interface SteppedClock extends Clock {
  advance(ms: number): Promise<void>;
}

export interface WorldOptions {
  readonly clock: Clock;
  /** The same seed and the same calls give the same bytes. */
  readonly seed: number;
  /** Default: one node with room for everything. */
  readonly nodes?: readonly NodeOptions[];
  /** Refuses a bad Blueprint or ClusterBlueprint; by default what the CRD refuses. */
  readonly checkBlueprint?: BlueprintCheck;
  /** False: stored HorizontalPodAutoscalers do nothing, and somebody else plays them. */
  readonly autoscalers?: boolean;
}

/**
 * The embedded cluster. It is a stage, not a second Kubernetes: Deployments become pods, pods become ready or fail, and
 * services answer to a load model. State follows the clock: whatever is asked, everything due by now has happened.
 */
export class World {
  readonly clock: Clock;
  readonly objects: Objects;
  readonly api: Api;
  readonly scrapes: Scrapes;
  readonly #kubelet: Kubelet;
  readonly #controllers: Controllers;
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #loads = new Map<string, Load>();
  readonly #images = new Map<string, ImageHealth>();
  readonly #removals: { readonly at: number; readonly kind: Kind; readonly object: KubeObject }[] = [];
  #now: number;
  #origin: number;
  #nextScrape: number;

  constructor({ clock, seed, nodes = ONE_NODE, checkBlueprint = checkAsCrd, autoscalers = true }: WorldOptions) {
    this.clock = clock;
    this.#now = clock.now();
    this.#origin = this.#now;
    this.#nextScrape = this.#now;
    const now = (): number => this.#now;
    this.objects = new Objects(seed, now);
    const { objects } = this;
    this.api = new Api(objects, checkBlueprint);
    const events = new ClusterEvents(objects, now);
    this.#kubelet = new Kubelet({
      objects,
      scheduler: new Scheduler(objects),
      now,
      behaviourOf: (pod) => this.#behaviourOf(pod),
      imageHealth: (image) => this.#images.get(image),
      event: (object, type, reason, note) =>
        events.say(object, type, reason, note, reason === 'FailedScheduling' ? 'default-scheduler' : 'kubelet'),
    });
    this.scrapes = new Scrapes({
      objects,
      loads: this.#loads,
      startedAt: (uid) => this.#kubelet.startedAt(uid),
      second: (at) => this.#second(at),
    });
    const seen = autoscalers ? { scrapes: this.scrapes } : {};
    this.#controllers = new Controllers({ objects, kubelet: this.#kubelet, events, now, ...seen });
    for (const node of nodes) objects.add(KINDS.Node, nodeObject(node), 'kubelet');
    for (const name of ['default', 'kube-system']) this.#ensureNamespace(name);
  }

  /** Lets everything happen that is due by the clock's time, each thing at its own instant. */
  settle(): void {
    const end = this.clock.now();
    for (let due = this.#nextDue(); due <= end; due = this.#nextDue()) {
      this.#now = Math.max(this.#now, due);
      this.#controllers.run();
      this.#removeDue();
      if (this.#now < this.#nextScrape) continue;
      this.scrapes.scrape(this.#nextScrape);
      this.#nextScrape += SCRAPE_MS;
      this.#controllers.scraped();
    }
    this.#now = Math.max(this.#now, end);
    this.#controllers.run();
  }

  /** Moves a stepped clock, stopping wherever something happens, so that watchers hear of it at its time. */
  async advance(ms: number): Promise<void> {
    const { clock } = this;
    if (!isStepped(clock))
      throw new Error('only a world on a stepped clock can be advanced; this clock runs by itself');
    const end = clock.now() + ms;
    this.settle();
    while (clock.now() < end) {
      await clock.advance(Math.min(this.#nextDue(), end) - clock.now());
      this.settle();
    }
  }

  /** Milliseconds until something happens by itself: how long the loop of a world in real time may sleep. */
  quietFor(): number {
    return Math.max(0, this.#nextDue() - this.clock.now());
  }

  /** Makes now the second 0 of all loads. Before, their first rate holds. */
  startLoads(): void {
    this.#origin = this.clock.now();
  }

  /** `target` is `namespace/name` of a Deployment. */
  setLoad(target: string, load: Load): void {
    this.settle();
    this.#loads.set(target, load);
    this.#behave(target, { load });
  }

  /** Of pods that get their node from now on. */
  setReadyAfter(target: string, readyAfterMs: number): void {
    this.#behave(target, { readyAfterMs });
  }

  setImageHealth(image: string, health: ImageHealth): void {
    this.#images.set(image, health);
    this.#controllers.behaviourChanged();
    this.settle();
  }

  /** Puts a fault on the metrics source until the answered function is called. */
  metricsFault(fault: MetricsFault): () => void {
    this.settle();
    return this.scrapes.addFault(fault);
  }

  /** What the load model says of a service at this moment, faults of the metrics source aside. */
  measure(target: string): Measurement {
    this.settle();
    const load = this.#loads.get(target) ?? { rps: 0 };
    const service = measureService({ ...this.#measuring(), loads: this.#loads }, target, load, this.#now);
    if (service === undefined) throw new Error(`there is no Deployment ${target}`);
    return service.measurement;
  }

  get(kind: Kind, namespace: string | undefined, name: string): KubeObject | undefined {
    this.settle();
    return this.objects.get(kind, namespace, name);
  }

  /**
   * What a person does with `kubectl apply`: made, or changed in the fields that are given. The namespace is made when it
   * is missing, and a given status is written too, so that a scene can be set in one call. Throws when it is refused.
   */
  apply(object: KubeObject, manager = 'kubectl-client-side-apply'): KubeObject {
    this.settle();
    const kind = kindOf(object.kind);
    const { namespace, name } = object.metadata;
    if (namespace !== undefined) this.#ensureNamespace(namespace);
    const old = this.objects.get(kind, namespace, name);
    const stored =
      old === undefined
        ? granted(this.api.create(kind, object, { manager }))
        : granted(this.api.replace(kind, merged(old, object), 'spec', { manager }));
    const complete =
      object.status === undefined
        ? stored
        : granted(this.api.replace(kind, { ...stored, status: object.status }, 'status', { manager }));
    this.touched(complete);
    return this.objects.get(kind, namespace, name) ?? complete;
  }

  /** Somebody else changes an object in any way, its status included. Throws when it is not there or refused. */
  edit(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    mutate: (draft: KubeObject) => void,
    manager = 'kubectl-edit',
  ): KubeObject {
    this.settle();
    const old = this.objects.get(kind, namespace, name);
    if (old === undefined) throw new Error(`there is no ${kind.kind} ${name}`);
    const draft = structuredClone(old);
    mutate(draft);
    const { status } = draft;
    const written = granted(this.api.replace(kind, draft, 'spec', { manager }));
    const bare = WITHOUT_STATUS.has(kind.kind);
    if (!bare) granted(this.api.replace(kind, { ...written, status }, 'status', { manager }));
    this.touched(written);
    return this.objects.get(kind, namespace, name) ?? written;
  }

  /** `kubectl scale`, or an autoscaler. */
  scaleByHand(target: string, replicas: number, manager = 'kubectl'): KubeObject {
    const [namespace = '', name = ''] = target.split('/');
    const scale = (draft: KubeObject): void => {
      draft.spec = { ...deploymentSpec(draft), replicas };
    };
    return this.edit(KINDS.Deployment, namespace, name, scale, manager);
  }

  /** Deletes at once; with `afterMs` as a foreground deletion does: marked now, still taking patches, gone then. */
  remove(kind: Kind, namespace: string | undefined, name: string, options: { readonly afterMs?: number } = {}): void {
    this.settle();
    const object = this.objects.get(kind, namespace, name);
    if (object === undefined) throw new Error(`there is no ${kind.kind} ${name}`);
    if (options.afterMs === undefined) {
      granted(this.api.delete(kind, namespace, name));
    } else {
      const metadata = {
        ...object.metadata,
        deletionTimestamp: instant(this.#now),
        finalizers: ['foregroundDeletion'],
      };
      this.objects.change(kind, { ...object, metadata }, 'kubectl-delete', 'spec');
      this.#removals.push({ at: this.#now + options.afterMs, kind, object });
    }
    this.touched(object);
  }

  /** Called after a write from outside, so that the cluster's controllers act on it at once. */
  touched(object: KubeObject): void {
    this.#controllers.touched(object);
    this.settle();
  }

  #nextDue(): number {
    const removal = Math.min(...this.#removals.map(({ at }) => at));
    return Math.min(this.#controllers.nextDue() ?? Number.POSITIVE_INFINITY, removal, this.#nextScrape);
  }

  #removeDue(): void {
    for (const removal of this.#removals.filter(({ at }) => at <= this.#now)) {
      this.#removals.splice(this.#removals.indexOf(removal), 1);
      const { namespace, name, uid } = removal.object.metadata;
      const latest = this.objects.get(removal.kind, namespace, name);
      if (latest?.metadata.uid === uid) this.api.delete(removal.kind, namespace, name);
    }
    this.#controllers.run();
  }

  #behave(target: string, behaviour: Behaviour): void {
    this.#behaviours.set(target, { ...this.#behaviours.get(target), ...behaviour });
    this.#controllers.behaviourChanged(target);
    this.settle();
  }

  #behaviourOf(pod: KubeObject): Behaviour {
    const owner = pod.metadata.ownerReferences?.[0]?.name;
    const set = owner === undefined ? undefined : this.objects.get(KINDS.ReplicaSet, pod.metadata.namespace, owner);
    const deployment = set?.metadata.ownerReferences?.[0]?.name;
    return this.#behaviours.get(`${pod.metadata.namespace ?? ''}/${deployment ?? ''}`) ?? {};
  }

  #measuring() {
    const startedAt = (uid: string): number | undefined => this.#kubelet.startedAt(uid);
    return { objects: this.objects, startedAt, second: (at: number) => this.#second(at) };
  }

  #second(at: number): number {
    return (at - this.#origin) / 1000;
  }

  #ensureNamespace(name: string): void {
    if (this.objects.get(KINDS.Namespace, undefined, name) !== undefined) return;
    const metadata = { name, labels: { 'kubernetes.io/metadata.name': name } };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata, spec: {}, status: { phase: 'Active' } };
    this.objects.add(KINDS.Namespace, namespace, 'kubectl');
  }
}

const ONE_NODE: readonly NodeOptions[] = [{ name: 'node-1' }];
const WITHOUT_STATUS = new Set(['Event', 'Lease', 'LimitRange']);

const isStepped = (clock: Clock): clock is SteppedClock => 'advance' in clock;

export function kindOf(name: string): Kind {
  const kind = Object.values<Kind>(KINDS).find((candidate) => candidate.kind === name);
  if (kind === undefined) throw new Error(`the world has no kind ${name}`);
  return kind;
}

function granted<T>(result: ClusterResult<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}
