import { KINDS, type KubeObject } from '../schema/kube.ts';
import { Autoscalers } from './autoscalers.ts';
import { syncBudgets } from './budgets.ts';
import { podsOf, syncDeployment } from './deployments.ts';
import type { ClusterEvents } from './events.ts';
import type { Kubelet } from './kubelet.ts';
import type { Happening, Objects } from './objects.ts';
import { syncQuotas } from './quota.ts';
import type { Scrapes } from './scrapes.ts';
import { conditionsOf } from './shapes.ts';

export interface ControllersDeps {
  readonly objects: Objects;
  readonly kubelet: Kubelet;
  readonly events: ClusterEvents;
  readonly now: () => number;
  /** What HorizontalPodAutoscalers go by; without it they do nothing. */
  readonly scrapes?: Scrapes;
}

/** More rounds than any honest change needs: two controllers undoing each other would otherwise never end. */
const MOST_ROUNDS = 100_000;

/** The cluster's own controllers: they look again at whatever a change may concern, until nothing is left to do. */
export class Controllers {
  readonly #deps: ControllersDeps;
  readonly #deployments = new Map<string, KubeObject>();
  readonly #pods = new Map<string, KubeObject>();
  readonly #namespaces = new Set<string>();
  /** Deployments that could not make their pods: tried again when something makes room. */
  readonly #starved = new Map<string, KubeObject>();
  readonly #deadlines = new Map<string, { readonly at: number; readonly deployment: KubeObject }>();
  readonly #autoscalers: Autoscalers | undefined;
  #roomChanged = false;

  constructor(deps: ControllersDeps) {
    this.#deps = deps;
    const { scrapes } = deps;
    this.#autoscalers = scrapes === undefined ? undefined : new Autoscalers({ ...deps, scrapes });
    deps.objects.onChange((happening) => this.#noticed(happening));
  }

  nextDue(): number | undefined {
    let next = this.#deps.kubelet.nextDue();
    for (const { at } of this.#deadlines.values()) if (next === undefined || at < next) next = at;
    return next;
  }

  /** Something outside the controllers changed the object: a person, Fairlead, a test. */
  touched(object: KubeObject): void {
    if (object.kind === 'Pod') this.#pods.set(object.metadata.uid ?? '', object);
    if (object.kind === 'ResourceQuota') this.#roomChanged = true;
    if (object.kind !== 'Node') return;
    this.#roomChanged = true;
    for (const pod of this.#deps.objects.list(KINDS.Pod)) this.#pods.set(pod.metadata.uid ?? '', pod);
  }

  /** How pods behave was changed: those of one Deployment (`namespace/name`), or all. */
  behaviourChanged(target?: string): void {
    const { objects } = this.#deps;
    const [namespace = '', name = ''] = target?.split('/') ?? [];
    const deployment = objects.get(KINDS.Deployment, namespace, name);
    const concerned =
      target === undefined ? objects.list(KINDS.Pod) : deployment === undefined ? [] : podsOf(objects, deployment);
    for (const pod of concerned) this.#pods.set(pod.metadata.uid ?? '', pod);
  }

  /** Does everything that there is to do at this instant. */
  run(): void {
    const { objects, kubelet, now } = this.#deps;
    const due = kubelet.due(now());
    if (due.size > 0) {
      for (const pod of objects.list(KINDS.Pod)) {
        if (due.has(pod.metadata.uid ?? '')) this.#pods.set(pod.metadata.uid ?? '', pod);
      }
    }
    for (const [uid, { at, deployment }] of this.#deadlines) if (at <= now()) this.#deployments.set(uid, deployment);
    for (let round = 0; this.#step(); round += 1) {
      if (round > MOST_ROUNDS) throw new Error('the controllers of the world do not come to rest');
    }
  }

  /** There are new samples. */
  scraped(): void {
    this.#autoscalers?.run();
    this.run();
  }

  #step(): boolean {
    const { objects, kubelet } = this.#deps;
    const pod = take(this.#pods);
    if (pod !== undefined) {
      const latest = objects.get(KINDS.Pod, pod.metadata.namespace, pod.metadata.name);
      if (latest?.metadata.uid === pod.metadata.uid && latest !== undefined) kubelet.sync(latest);
      return true;
    }
    const deployment = take(this.#deployments);
    if (deployment !== undefined) {
      this.#syncDeployment(deployment);
      return true;
    }
    if (this.#roomChanged) {
      this.#roomChanged = false;
      this.#retry();
      return true;
    }
    const [namespace] = this.#namespaces;
    if (namespace === undefined) return false;
    this.#namespaces.delete(namespace);
    syncQuotas(objects, namespace);
    syncBudgets(objects, namespace);
    return true;
  }

  #syncDeployment(deployment: KubeObject): void {
    const { objects, kubelet, events, now } = this.#deps;
    const { uid = '', namespace, name } = deployment.metadata;
    const latest = objects.get(KINDS.Deployment, namespace, name);
    this.#starved.delete(uid);
    this.#deadlines.delete(uid);
    if (latest === undefined || latest.metadata.uid !== uid) return;
    const at = syncDeployment(
      {
        objects,
        now,
        started: (pod) => kubelet.sync(pod),
        ended: () => undefined,
        event: (object, type, reason, note) => events.say(object, type, reason, note, 'kube-controller-manager'),
      },
      latest,
    );
    if (at !== undefined) this.#deadlines.set(uid, { at, deployment: latest });
    const after = objects.get(KINDS.Deployment, namespace, name);
    const failed = after !== undefined && conditionsOf(after).some(({ type }) => type === 'ReplicaFailure');
    if (failed) this.#starved.set(uid, latest);
  }

  #retry(): void {
    const waiting = new Set(this.#deps.kubelet.pending());
    for (const pod of waiting.size === 0 ? [] : this.#deps.objects.list(KINDS.Pod)) {
      if (waiting.has(pod.metadata.uid ?? '')) this.#pods.set(pod.metadata.uid ?? '', pod);
    }
    for (const [uid, deployment] of this.#starved) this.#deployments.set(uid, deployment);
  }

  #noticed({ kind, type, object }: Happening): void {
    const { uid = '', namespace = '' } = object.metadata;
    switch (kind.kind) {
      case 'Deployment':
        this.#deployments.set(uid, object);
        this.#namespaces.add(namespace);
        break;
      case 'ReplicaSet':
        this.#notifyOwner(object);
        break;
      case 'Pod':
        this.#namespaces.add(namespace);
        if (type === 'deleted') {
          this.#deps.kubelet.forget(uid);
          this.#roomChanged = true;
        }
        this.#notifyOwner(object);
        break;
      case 'ResourceQuota':
      case 'PodDisruptionBudget':
        this.#namespaces.add(namespace);
        break;
    }
  }

  #notifyOwner(object: KubeObject): void {
    const owner = object.metadata.ownerReferences?.find((reference) => reference.controller);
    if (owner === undefined) return;
    const kind = owner.kind === 'ReplicaSet' ? KINDS.ReplicaSet : KINDS.Deployment;
    const found = this.#deps.objects.get(kind, object.metadata.namespace, owner.name);
    if (found === undefined || found.metadata.uid !== owner.uid) return;
    if (found.kind === 'Deployment') this.#deployments.set(owner.uid, found);
    else this.#notifyOwner(found);
  }
}

function take(queue: Map<string, KubeObject>): KubeObject | undefined {
  const [first] = queue;
  if (first === undefined) return undefined;
  queue.delete(first[0]);
  return first[1];
}
