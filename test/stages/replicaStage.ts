import { RulesPlanner } from '../../src/agents/rulesPlanner.ts';
import { composeController, composeExecutor, composeObserver, type Wiring } from '../../src/compose.ts';
import { Leases } from '../../src/faces/cli/roles/leases.ts';
import { type LeasedRole, runSite } from '../../src/faces/cli/roles/site.ts';
import { err } from '../../src/kernel/result.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ClusterError, ClusterReader } from '../../src/ports/cluster.ts';
import type { WorkloadWriter } from '../../src/ports/workload.ts';
import { Lease } from '../../src/roles/lease.ts';
import { recordsWhileHeld, whileHeld } from '../../src/roles/whileHeld.ts';
import type { KubeObject } from '../../src/schema/kube.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { seededIds } from '../../src/testing/seededIds.ts';
import { worldPort } from '../../src/world/port.ts';
import type { Stage } from './executorStage.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const CUT = err<ClusterError>({ code: 'unavailable', message: 'no route to host', uncertain: false });

export interface ReplicaOptions {
  /** Its clock is ahead by so much. */
  readonly aheadMs?: number;
  /** While it is frozen its clock stands still, as a machine's that was paused and does not know. */
  readonly clockStands?: boolean;
  /** Without its own writes being bound to the lease: what the counters alone hold back. */
  readonly unbound?: boolean;
}

/** A controller and an executor in one process with their loops, over a world, and with a fate. */
export class ReplicaInWorld {
  readonly name: string;
  readonly leases: Leases<LeasedRole>;
  /** Reads of the metrics APIs. */
  metricReads = 0;
  /** Patches of the Deployment that got out and were no dry runs. */
  patches = 0;
  /** Calls of any sort that it has made. */
  calls = 0;
  readonly #stop = new AbortController();
  readonly #clock: Clock;
  readonly #over: Promise<unknown>;
  #cut = false;
  #thawed: { readonly promise: Promise<void>; readonly go: () => void } | undefined;
  readonly #real: () => number;
  readonly #clockStands: boolean;
  /** By how much its clock has fallen behind while it stood. */
  #stoodMs = 0;
  #frozenAt = 0;
  #freezeAt: number | undefined;

  constructor(stage: Stage, name: string, options: ReplicaOptions = {}) {
    this.name = name;
    const { aheadMs = 0, clockStands = false, unbound = false } = options;
    const { clock, world } = stage;
    this.#real = () => clock.now();
    this.#clockStands = clockStands;
    this.#clock = {
      now: () => (clockStands && this.#thawed !== undefined ? this.#frozenAt : clock.now()) + aheadMs - this.#stoodMs,
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal);
        await this.#thawed?.promise;
      },
    };
    const port = worldPort(world);
    const ids = seededIds([...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));
    const reader = { ...this.#wrap(port.reader), watch: this.#watch(port.reader) };
    const records = this.#wrap(port.records);
    const writer = this.#wrap(port.workloads);
    const wiring: Wiring = {
      reader,
      records,
      metrics: {
        read: async (targets, signal) => {
          await this.#gate();
          this.metricReads += 1;
          if (!this.#cut) return port.metrics.read(targets, signal);
          return { source: 'none', usage: [], objects: [], failures: [{ what: 'usage', message: 'no route to host' }] };
        },
      },
      clock: this.#clock,
      ids,
      log: SILENT,
      ownNamespace: stage.deps.ownNamespace,
      trust: PEOPLE.trust,
    };
    const roles = ['controller', 'executor'] as const;
    const lease = (role: LeasedRole): Lease =>
      new Lease({ ...wiring, namespace: wiring.ownNamespace, name: `fairlead-${role}`, identity: `${name}-${role}` });
    const io = { out: () => undefined, err: () => undefined, interactive: false, signal: this.#stop.signal };
    this.leases = new Leases(new Map(roles.map((role) => [role, lease(role)])), io);
    const holder = (role: LeasedRole) => () => unbound || this.leases.held(role);
    const asHolder = (role: LeasedRole): Wiring => ({ ...wiring, records: recordsWhileHeld(records, holder(role)) });
    const observer = composeObserver(wiring);
    const apply = whileHeld<Parameters<WorkloadWriter['apply']>, KubeObject>(
      holder('executor'),
      async (permit, change, { dryRun }) => {
        const answer = await writer.apply(permit, change, { dryRun });
        if (answer.ok && !dryRun) this.patches += 1;
        return answer;
      },
    );
    const journal = (role: LeasedRole): MemoryJournal => new MemoryJournal(this.#clock, `${role}-${name}`);
    this.#over = runSite(io, {
      intervalMs: 15_000,
      clock: this.#clock,
      log: SILENT,
      observer,
      controller: composeController(asHolder('controller'), observer, journal('controller'), new RulesPlanner()),
      executor: composeExecutor(asHolder('executor'), observer, journal('executor'), { apply }),
      leases: this.leases,
      folder: undefined,
      gateway: undefined,
      ops: { look: (_, look) => look },
    });
  }

  /** From now on, or at its so many-th call from now, nothing of it moves until `thaw`. */
  freeze(inCalls = 0): void {
    if (inCalls > 0) {
      this.#freezeAt = this.calls + inCalls;
      return;
    }
    this.#freezeAt = undefined;
    this.#frozenAt = this.#real();
    let go = (): void => undefined;
    const promise = new Promise<void>((resolve) => {
      go = resolve;
    });
    this.#thawed = { promise, go };
  }

  get isFrozen(): boolean {
    return this.#thawed !== undefined;
  }

  thaw(): void {
    this.#freezeAt = undefined;
    if (this.#thawed === undefined) return;
    if (this.#clockStands) this.#stoodMs += this.#real() - this.#frozenAt;
    const { go } = this.#thawed;
    this.#thawed = undefined;
    go();
  }

  cut(): void {
    this.#cut = true;
  }

  join(): void {
    this.#cut = false;
  }

  /** Asked to go: it gives its leases up. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#over;
  }

  /** Nothing of it gets out any more. */
  kill(): void {
    this.freeze();
  }

  async #gate(): Promise<void> {
    await this.#thawed?.promise;
    this.calls += 1;
    if (this.calls === this.#freezeAt) this.freeze();
    await this.#thawed?.promise;
  }

  #wrap<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        if (key === 'serverNow') return value.bind(target);
        return async (...given: unknown[]) => {
          await this.#gate();
          return this.#cut ? CUT : value.apply(target, given);
        };
      },
    });
  }

  #watch(reader: ClusterReader): ClusterReader['watch'] {
    const gate = async (): Promise<boolean> => {
      await this.#thawed?.promise;
      return this.#cut;
    };
    return async function* (kind, namespace, resourceVersion, signal) {
      if (await gate()) {
        yield { type: 'ended', gone: false, message: 'no route to host' };
        return;
      }
      for await (const event of reader.watch(kind, namespace, resourceVersion, signal)) {
        if (await gate()) {
          yield { type: 'ended', gone: false, message: 'no route to host' };
          return;
        }
        yield event;
      }
    };
  }
}
