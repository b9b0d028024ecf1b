import type { Clock } from '../ports/clock.ts';
import type { ClusterReader, ClusterResult, RecordWriter } from '../ports/cluster.ts';
import type { Log } from '../ports/log.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';

const DURATION_MS = 15_000;

interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

/**
 * Active-passive by a `coordination.k8s.io` Lease. The lease keeps the standby quiet; it protects nothing: the
 * compare-and-swap on counters keeps even two active executors harmless. Another holder's lease counts as expired only
 * after this process itself has seen it stand still for its duration, so that no clock but our own is trusted; ours counts
 * from before the renewal was asked for, so that it has run out here before anybody else may take it.
 */
export class Lease {
  readonly #deps: LeaseDeps;
  #seen: { resourceVersion: string; at: number } | undefined;
  #heldUntil = Number.NEGATIVE_INFINITY;

  constructor(deps: LeaseDeps) {
    this.#deps = deps;
  }

  /**
   * By the clock, not by the last answer: a process that was frozen, or could not renew, knows before it asks that it may
   * have been replaced.
   */
  isHeld(): boolean {
    return this.#deps.clock.now() < this.#heldUntil;
  }

  /** Takes or renews the lease; true while we hold it. Any failure to renew in time means no. */
  async hold(): Promise<boolean> {
    // A conflict is somebody's note on the object, or another holder: the second look tells.
    if ((await this.#ask()) === 'moved' && (await this.#ask()) === 'moved') return false;
    return this.isHeld();
  }

  async #ask(): Promise<'told' | 'moved'> {
    const now = this.#deps.clock.now();
    const found = await this.#deps.reader.get(KINDS.Lease, this.#deps.namespace, this.#deps.name);
    if (!found.ok) return 'told';
    const lease = found.value;
    if (lease === undefined) return this.#won(await this.#deps.records.create(KINDS.Lease, this.#object({}, now)), now);
    const spec = (lease.spec ?? {}) as LeaseSpec;
    const mine = spec.holderIdentity === this.#deps.identity;
    if (!mine) this.#heldUntil = Number.NEGATIVE_INFINITY;
    if (!mine && spec.holderIdentity && !this.#stoodStill(lease, spec, now)) return 'told';
    const next = this.#object(mine ? spec : { leaseTransitions: (spec.leaseTransitions ?? 0) + 1 }, now);
    next.metadata = { ...lease.metadata, ...this.#noted(lease.metadata.annotations) };
    return this.#won(await this.#deps.records.replace(KINDS.Lease, next), now);
  }

  /** Gives the lease up, so that the standby need not wait for it to run out. */
  async release(): Promise<void> {
    if (!this.isHeld()) return;
    this.#heldUntil = Number.NEGATIVE_INFINITY;
    const found = await this.#deps.reader.get(KINDS.Lease, this.#deps.namespace, this.#deps.name);
    if (!found.ok || found.value === undefined) return;
    const spec = (found.value.spec ?? {}) as LeaseSpec;
    if (spec.holderIdentity !== this.#deps.identity) return;
    await this.#deps.records.replace(KINDS.Lease, { ...found.value, spec: { ...spec, holderIdentity: '' } });
  }

  /** Others' annotations stay; of ours what is undefined goes. */
  #noted(there: Readonly<Record<string, string>> = {}): { annotations?: Record<string, string> } {
    const annotations = { ...there };
    for (const [key, value] of Object.entries(this.#deps.notes?.() ?? {})) {
      if (value === undefined) delete annotations[key];
      else annotations[key] = value;
    }
    return { annotations };
  }

  #stoodStill(lease: KubeObject, spec: LeaseSpec, askedAt: number): boolean {
    const resourceVersion = lease.metadata.resourceVersion ?? '';
    if (this.#seen?.resourceVersion !== resourceVersion) {
      // When it was seen, and not when it was asked for: whoever is frozen in between wakes to an answer of this moment.
      this.#seen = { resourceVersion, at: this.#deps.clock.now() };
      return false;
    }
    return askedAt - this.#seen.at > (spec.leaseDurationSeconds ?? DURATION_MS / 1000) * 1000;
  }

  #won(result: ClusterResult<unknown>, now: number): 'told' | 'moved' {
    if (!result.ok) return result.error.code === 'conflict' ? 'moved' : 'told';
    if (!this.isHeld()) this.#deps.log.info({ lease: this.#deps.name }, 'lease taken');
    this.#heldUntil = now + DURATION_MS;
    return 'told';
  }

  #object(spec: LeaseSpec, now: number): KubeObject {
    // MicroTime wants six decimals.
    const stamp = new Date(now).toISOString().replace('Z', '000Z');
    return {
      apiVersion: KINDS.Lease.apiVersion,
      kind: KINDS.Lease.kind,
      metadata: { name: this.#deps.name, namespace: this.#deps.namespace, ...this.#noted({}) },
      spec: {
        ...spec,
        holderIdentity: this.#deps.identity,
        leaseDurationSeconds: DURATION_MS / 1000,
        acquireTime: spec.acquireTime ?? stamp,
        renewTime: stamp,
      },
    };
  }
}

export interface LeaseDeps {
  readonly reader: ClusterReader;
  readonly records: RecordWriter;
  readonly clock: Clock;
  readonly log: Log;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  /** Annotations that go along with each renewal: what others may know of the holder. undefined takes one away. */
  readonly notes?: () => Readonly<Record<string, string | undefined>>;
}
