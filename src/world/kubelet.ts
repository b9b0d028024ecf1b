import { KINDS, type KubeObject } from '../schema/kube.ts';
import { type Load, parametersFor, secondsToLimit } from './load.ts';
import type { Objects } from './objects.ts';
import { type Fault, type Life, stageAt } from './podLife.ts';
import { podStatus, unscheduledStatus, waitingMessage } from './podStatus.ts';
import type { Scheduler } from './scheduler.ts';
import { isTrue, podSpec, total } from './shapes.ts';

/** How the pods of one Deployment behave. */
export interface Behaviour {
  readonly readyAfterMs?: number;
  readonly load?: Load;
}

/** How pods of an image fare: the share that becomes healthy, and what the others do. */
export interface ImageHealth {
  readonly healthyFraction: number;
  readonly otherwise?: 'crash' | 'unready';
}

export interface KubeletDeps {
  readonly objects: Objects;
  readonly scheduler: Scheduler;
  readonly now: () => number;
  readonly behaviourOf: (pod: KubeObject) => Behaviour;
  readonly imageHealth: (image: string) => ImageHealth | undefined;
  readonly event: (object: KubeObject, type: 'Normal' | 'Warning', reason: string, note: string) => void;
}

interface Run {
  life: Life;
  readonly boundAt: number;
  readonly node: string;
  /** Which of its ReplicaSet's pods it is, counted by creation: decides who is healthy under a healthy fraction. */
  readonly ordinal: number;
  readonly ip: string;
}

export const DEFAULT_READY_AFTER_MS = 2000;
/** How long a container killed for memory is away before it serves again. */
const OUT_OF_MEMORY_PAUSE = 15_000;
const MI = 1024 * 1024;

/** Binds pods to nodes and plays their containers. */
export class Kubelet {
  readonly #deps: KubeletDeps;
  readonly #runs = new Map<string, Run>();
  /** When a container changes next by itself: of a running one that nothing ends, never. */
  readonly #dues = new Map<string, number>();
  readonly #pending = new Set<string>();
  readonly #ordinals = new Map<string, number>();
  #addresses = 0;

  constructor(deps: KubeletDeps) {
    this.#deps = deps;
  }

  /** When the next container changes by itself. */
  nextDue(): number | undefined {
    let next: number | undefined;
    for (const due of this.#dues.values()) if (next === undefined || due < next) next = due;
    return next;
  }

  /** Uids of pods whose time has come. */
  due(now: number): Set<string> {
    const due = new Set<string>();
    for (const [uid, at] of this.#dues) if (at <= now) due.add(uid);
    return due;
  }

  /** Uids of pods that wait for a node. */
  pending(): string[] {
    return [...this.#pending];
  }

  forget(uid: string): void {
    this.#runs.delete(uid);
    this.#dues.delete(uid);
    this.#pending.delete(uid);
    this.#deps.scheduler.release(uid);
  }

  /** When the pod's container last started, in ms; undefined while it has none. */
  startedAt(uid: string): number | undefined {
    const run = this.#runs.get(uid);
    if (run === undefined) return undefined;
    const { container } = stageAt(run.life, this.#deps.now());
    return container.state === 'running' ? container.since : undefined;
  }

  /** Looks at one pod and writes what has become of it. */
  sync(pod: KubeObject): void {
    const uid = pod.metadata.uid ?? '';
    const run = this.#runs.get(uid) ?? this.#bind(pod);
    if (run === undefined) return;
    const now = this.#deps.now();
    this.#age(pod, run, now);
    const stage = stageAt(run.life, now);
    const node = this.#deps.objects.get(KINDS.Node, undefined, run.node);
    const ready = stage.ready && node !== undefined && isTrue(node, 'Ready');
    const due = soonest(stage.next, this.#outOfMemoryAt(pod, run));
    if (due === undefined) this.#dues.delete(uid);
    else this.#dues.set(uid, due);
    const status = podStatus(pod, { ...stage, ready }, run.boundAt, run.ip, now);
    const current = this.#deps.objects.get(KINDS.Pod, pod.metadata.namespace, pod.metadata.name);
    if (current === undefined) return;
    this.#deps.objects.change(KINDS.Pod, { ...current, status }, 'kubelet', 'status');
    const first = podSpec(pod).containers[0];
    if (stage.container.state === 'waiting' && first !== undefined) {
      const reason = stage.container.reason === 'ErrImagePull' ? 'Failed' : 'BackOff';
      this.#deps.event(pod, 'Warning', reason, waitingMessage(pod, first, stage.container));
    }
  }

  #bind(pod: KubeObject): Run | undefined {
    const { objects, scheduler, now } = this.#deps;
    const uid = pod.metadata.uid ?? '';
    const placed = scheduler.place(pod);
    if ('message' in placed) {
      this.#pending.add(uid);
      objects.change(
        KINDS.Pod,
        { ...pod, status: unscheduledStatus(pod, placed.message, now()) },
        'kube-scheduler',
        'status',
      );
      this.#deps.event(pod, 'Warning', 'FailedScheduling', placed.message);
      return undefined;
    }
    this.#pending.delete(uid);
    objects.change(KINDS.Pod, { ...pod, spec: { ...podSpec(pod), nodeName: placed.node } }, 'kube-scheduler', 'status');
    const set = pod.metadata.ownerReferences?.[0]?.uid ?? '';
    const ordinal = this.#ordinals.get(set) ?? 0;
    this.#ordinals.set(set, ordinal + 1);
    this.#addresses += 1;
    const ip = `10.244.${(this.#addresses >> 8) & 255}.${this.#addresses & 255}`;
    const life: Life = { since: now(), fault: undefined, restarts: 0, readyAfter: 0 };
    const run: Run = { life, boundAt: now(), node: placed.node, ordinal, ip };
    run.life = { ...life, fault: this.#faultOf(pod, run), readyAfter: this.#readyAfter(pod) };
    this.#runs.set(uid, run);
    return run;
  }

  /** Begins and ends faults, and kills what has grown over its memory limit. */
  #age(pod: KubeObject, run: Run, now: number): void {
    const fault = this.#faultOf(pod, run);
    if (!sameFault(fault, run.life.fault)) {
      run.life = changedFault(run.life, fault, now);
      return;
    }
    const killedAt = this.#outOfMemoryAt(pod, run);
    if (killedAt === undefined || killedAt > now) return;
    run.life = {
      since: now,
      fault,
      restarts: run.life.restarts + 1,
      readyAfter: OUT_OF_MEMORY_PAUSE,
      ended: { reason: 'OOMKilled', at: now },
    };
    this.#deps.event(pod, 'Warning', 'OOMKilling', 'Memory cgroup out of memory: killed the container');
  }

  #outOfMemoryAt(pod: KubeObject, run: Run): number | undefined {
    if (run.life.fault !== undefined) return undefined;
    const seconds = this.#secondsToLimit(pod);
    if (seconds === undefined) return undefined;
    const started = run.life.ended === undefined ? run.life.since + run.life.readyAfter : run.life.since;
    // Over the limit, not at it.
    return started + Math.floor(seconds * 1000) + 1;
  }

  #secondsToLimit(pod: KubeObject): number | undefined {
    const { load } = this.#deps.behaviourOf(pod);
    const limit = total(podSpec(pod), 'limits', 'memory');
    if (load === undefined || limit === undefined) return undefined;
    const image = podSpec(pod).containers[0]?.image ?? '';
    return secondsToLimit(parametersFor(load, [image]), limit / MI);
  }

  #readyAfter(pod: KubeObject): number {
    const given = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(pod.metadata.annotations?.['fake/ready-after'] ?? '');
    if (given !== null) return Number(given[1]) * ({ ms: 1, s: 1000, m: 60_000 }[given[2] ?? ''] ?? 1);
    return this.#deps.behaviourOf(pod).readyAfterMs ?? DEFAULT_READY_AFTER_MS;
  }

  /** The annotations `fake/state` and `fake/ready` mean here what they mean to the kubelet of the real-cluster tests. */
  #faultOf(pod: KubeObject, run: Run): Fault | undefined {
    const annotations = pod.metadata.annotations ?? {};
    const images = podSpec(pod).containers.map((container) => container.image);
    const asked = NAMED_FAULTS[annotations['fake/state'] ?? ''];
    if (asked !== undefined) return asked;
    if (images.some((image) => /^bad/.test(image.split('/').at(-1) ?? ''))) return { kind: 'pull' };
    if (this.#secondsToLimit(pod) === 0) return { kind: 'crash', reason: 'OOMKilled' };
    if (annotations['fake/ready'] === 'never' || annotations['fake/ready'] === 'false') return { kind: 'unready' };
    const health = this.#deps.imageHealth(images[0] ?? '');
    if (health === undefined || healthy(run.ordinal, health.healthyFraction)) return undefined;
    return health.otherwise === 'unready' ? { kind: 'unready' } : { kind: 'crash', reason: 'Error' };
  }
}

/** A probe that begins or ceases to answer leaves the container running; any other change starts it anew. */
function changedFault(life: Life, fault: Fault | undefined, now: number): Life {
  if (life.fault?.kind === 'unready' || fault?.kind === 'unready') return { ...life, fault };
  const { restarts, ended } = stageAt(life, now);
  const healed = life.fault?.kind === 'crash' ? 1 : 0;
  return { since: now, fault, restarts: restarts + healed, readyAfter: life.readyAfter, ended };
}

const NAMED_FAULTS: Readonly<Record<string, Fault>> = {
  CrashLoopBackOff: { kind: 'crash', reason: 'Error' },
  OOMKilled: { kind: 'crash', reason: 'OOMKilled' },
  ErrImagePull: { kind: 'pull', reason: 'ErrImagePull' },
  ImagePullBackOff: { kind: 'pull', reason: 'ImagePullBackOff' },
  CreateContainerConfigError: { kind: 'config' },
};

/** Spreads the healthy ones evenly: of the first n pods, floor(n x fraction) are healthy. */
const healthy = (ordinal: number, fraction: number): boolean =>
  Math.floor((ordinal + 1) * fraction) > Math.floor(ordinal * fraction);

const sameFault = (a: Fault | undefined, b: Fault | undefined): boolean =>
  a?.kind === b?.kind && (a === undefined || b === undefined || Reflect.get(a, 'reason') === Reflect.get(b, 'reason'));

const soonest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b);
