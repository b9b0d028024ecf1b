import type { Agents } from './agents/agents.ts';
import type { Proposer } from './agents/proposer.ts';
import { publicKeyOf, signingKey, trustedKeys } from './approvals/keys.ts';
import { composeController, composeExecutor, composeObserver, type Wiring } from './compose.ts';
import type { Controller } from './controller/controller.ts';
import type { Executor } from './executor/executor.ts';
import type { GatewayDeps } from './gateway/deps.ts';
import { finishRaises } from './gateway/finishRaises.ts';
import { keepAllowances } from './gateway/keepAllowances.ts';
import { Turns } from './gateway/turns.ts';
import type { Observer } from './observe/observer.ts';
import type { Journal } from './ports/journal.ts';
import type { Log } from './ports/log.ts';
import type { DecisionObject } from './schema/decisionObject.ts';
import { KINDS, type KubeObject } from './schema/kube.ts';
import { ManualClock } from './testing/manualClock.ts';
import { MemoryJournal } from './testing/memoryJournal.ts';
import { testKeyPem } from './testing/people.ts';
import { seededIds } from './testing/seededIds.ts';
import { type WorldPort, worldPort } from './world/port.ts';
import { World } from './world/world.ts';

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface VirtualRunOptions {
  /** What the gateway signs with, PKCS #8 PEM; by default one that anybody can make, so that a seed repeats to the byte. */
  readonly signingKey?: string;
  readonly proposer: Proposer | ((clock: ManualClock) => Proposer);
  /** Absent: rules alone. */
  readonly agents?: (clock: ManualClock) => Agents;
  readonly journal: (role: 'controller' | 'executor', clock: ManualClock) => Journal | Promise<Journal>;
  /** Of the gateway; by default in memory. */
  readonly gatewayJournal?: (clock: ManualClock) => Journal | Promise<Journal>;
  readonly seed?: number;
  readonly log?: Log;
  /** Values that no record may hold. */
  readonly secrets?: readonly string[];
  /**
   * Time goes on while a model is asked, as it does in a real cluster: for models that may never answer. Only where models
   * and journals are in memory; of I/O under way time would know nothing. By default it stands still until they answered.
   */
  readonly timeMoves?: boolean;
  /** How time passes between two looks; by default at once. It must move the world by `ms`, or throw. */
  readonly advance?: (world: World, ms: number) => Promise<void>;
}

const OWN_NAMESPACE = 'agent-system';
/** A pass of the observer, and a scrape, come this often. */
const PASS_MS = 15_000;

/**
 * The whole product on an embedded cluster in virtual time: the same controller and executor as in a real one, wired to a
 * world and a clock that only moves when told.
 */
export class VirtualRun {
  readonly clock: ManualClock;
  readonly world: World;
  readonly port: WorldPort;
  readonly observer: Observer;
  readonly controller: Controller;
  readonly executor: Executor;
  /** Where people answer: the functions of the real gateway take it. Its key is trusted here and nowhere else. */
  readonly gateway: GatewayDeps;
  readonly #stop: AbortController;
  readonly #timeMoves: boolean;
  readonly #advance: (world: World, ms: number) => Promise<void>;

  private constructor(
    parts: Pick<VirtualRun, 'clock' | 'world' | 'port' | 'observer' | 'controller' | 'executor' | 'gateway'>,
    stop: AbortController,
    { advance, timeMoves = false }: VirtualRunOptions,
  ) {
    this.clock = parts.clock;
    this.world = parts.world;
    this.port = parts.port;
    this.observer = parts.observer;
    this.controller = parts.controller;
    this.executor = parts.executor;
    this.gateway = parts.gateway;
    this.#stop = stop;
    this.#timeMoves = timeMoves;
    this.#advance = advance ?? ((world, ms) => world.advance(ms));
  }

  static async open(options: VirtualRunOptions): Promise<VirtualRun> {
    const clock = new ManualClock();
    const world = new World({ clock, seed: options.seed ?? 1 });
    const port = worldPort(world);
    world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OWN_NAMESPACE }, spec: {} });
    const cluster = world.get(KINDS.Namespace, undefined, 'kube-system')?.metadata.uid ?? '';
    const pem = options.signingKey ?? testKeyPem();
    const trust = { keys: trustedKeys([publicKeyOf(pem)]), cluster };
    const wiring: Wiring = {
      reader: port.reader,
      logs: port.logs,
      records: port.records,
      metrics: port.metrics,
      clock,
      ids: seededIds(options.seed ?? 1),
      log: options.log ?? SILENT,
      ownNamespace: OWN_NAMESPACE,
      ...(options.secrets && { secrets: options.secrets }),
      apiHealth: () => port.health(),
      trust,
    };
    const proposer = typeof options.proposer === 'function' ? options.proposer(clock) : options.proposer;
    const observer = composeObserver(wiring);
    const told = await options.journal('controller', clock);
    const controller = composeController(wiring, observer, told, proposer, options.agents?.(clock));
    const executor = composeExecutor(wiring, observer, await options.journal('executor', clock), port.workloads);
    const journal = (await options.gatewayJournal?.(clock)) ?? new MemoryJournal(clock, 'gateway');
    const turns = new Turns(clock);
    const gateway: GatewayDeps = { ...wiring, observer, journal, key: signingKey(pem), trust, turns };
    const stop = new AbortController();
    await observer.start(stop.signal);
    return new VirtualRun({ clock, world, port, observer, controller, executor, gateway }, stop, options);
  }

  /** One pass of all roles, then everything the executor asked to be looked at before the next. */
  async tick(): Promise<void> {
    const end = this.clock.now() + PASS_MS;
    const views = await this.observer.pass();
    await this.controller.pass(views);
    if (!this.#timeMoves) await this.controller.idle();
    // What the watches carry arrives between two looks.
    await this.world.advance(1);
    for (let { againAt } = await this.#act(); ; { againAt } = await this.#act()) {
      const next = Math.min(againAt ?? end, end);
      await this.#advance(this.world, Math.max(1, next - this.clock.now()));
      if (this.clock.now() >= end) return;
    }
  }

  async #act(): Promise<{ againAt?: number }> {
    await finishRaises(this.gateway);
    await keepAllowances(this.gateway);
    return this.executor.pass();
  }

  /** Ticks until `done` holds; false when it did not within `ms` of virtual time. */
  async until(done: () => boolean, ms: number): Promise<boolean> {
    for (const end = this.clock.now() + ms; this.clock.now() < end; ) {
      if (done()) return true;
      await this.tick();
    }
    return done();
  }

  decisions(namespace?: string): DecisionObject[] {
    return this.world.objects.list(KINDS.Decision, namespace) as DecisionObject[];
  }

  /** Notes of our own Events, oldest first. */
  events(namespace: string): { reason: string; note: string; deployment: string }[] {
    return this.world.objects
      .list(KINDS.Event, namespace)
      .filter((event) => String(event['reportingController']).startsWith('fairlead'))
      .map((event) => ({
        reason: String(event['reason']),
        note: String(event['note']),
        deployment: String((event['regarding'] as { name?: string } | undefined)?.name),
      }));
  }

  replicas(namespace: string, name: string): number {
    const deployment: KubeObject | undefined = this.world.get(KINDS.Deployment, namespace, name);
    return Number((deployment?.spec as { replicas?: number } | undefined)?.replicas);
  }

  /** Paths of workload writes that were no dry runs. */
  writes(): string[] {
    return this.port.calls
      .filter(({ verb, path }) => verb === 'patch' && !path.includes('dryRun'))
      .map(({ path }) => path);
  }

  async close(): Promise<void> {
    await this.controller.stop();
    this.#stop.abort();
  }
}
