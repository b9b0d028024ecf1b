import type { Wiring } from '../../src/compose.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { ExecutorDeps } from '../../src/executor/deps.ts';
import { Executor } from '../../src/executor/executor.ts';
import type { WorkloadWriter } from '../../src/ports/workload.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { deploymentObject } from '../../src/testing/contractObjects.ts';
import { testPeople } from '../../src/testing/people.ts';
import { seededIds } from '../../src/testing/seededIds.ts';
import { type WorldPort, worldPort } from '../../src/world/port.ts';
import { World } from '../../src/world/world.ts';
import { AttackClock } from './attackClock.ts';
import { Ledger } from './ledger.ts';
import { LightJournal } from './lightJournal.ts';
import { type Kill, type Mind, makeController, mortalExecutor, startObserver, type Watching } from './roles.ts';
import { recordWrites } from './serverRecord.ts';
import { type Attack, type Call, LOADS } from './steps.ts';
import type { BlueprintName } from './terms.ts';

export const OWN = 'agent-system';
export const PASS_MS = 15_000;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What a test plants: a port that does wrong. */
export interface Planted {
  readonly workloads?: (writer: WorkloadWriter, world: World) => WorkloadWriter;
  readonly records?: (records: WorldPort['records']) => WorldPort['records'];
  readonly journal?: (journal: LightJournal) => LightJournal;
}

export interface StageOptions {
  readonly holds: Mind['holds'];
  readonly planted?: Planted;
}

/**
 * The whole product at one service, `shop/web`, on a world of its own: any role can die and come again, a second executor
 * can run beside the first, and every write that the API server takes from Fairlead is put before the ledger at once.
 */
export class AttackStage {
  readonly clock = new AttackClock();
  readonly world: World;
  readonly port: WorldPort;
  readonly ledger: Ledger;
  readonly journals: readonly LightJournal[];
  readonly ids = seededIds(7);
  /** uids of Decisions that the gateway signed, and of ApprovalRequests that people answered. */
  readonly signed = new Set<string>();
  readonly answered = new Set<string>();
  readonly people = testPeople();
  wish: Call | undefined;
  kill: Kill | undefined;
  /** Takes the fault of the metrics source back. */
  heal: () => void = () => undefined;
  second = false;
  readonly #wiring: Wiring;
  /** What the attacker has. */
  readonly holds: Mind['holds'];
  readonly #planted: Planted;
  #watching: Watching[] = [];
  #controller: Controller | undefined;
  #executors: Executor[] = [];
  #deps: ExecutorDeps[] = [];

  private constructor(options: StageOptions) {
    this.holds = options.holds;
    this.#planted = options.planted ?? {};
    this.world = new World({ clock: this.clock, seed: 1 });
    this.port = worldPort(this.world);
    this.journals = [0, 1].map(() => this.#planted.journal?.(new LightJournal()) ?? new LightJournal());
    this.ledger = new Ledger({
      world: this.world,
      clock: this.clock,
      journals: this.journals,
      persons: this.signed,
      own: OWN,
    });
    recordWrites(this.world, (written) => this.ledger.take(written));
    this.#wiring = {
      reader: this.port.reader,
      records: this.#planted.records?.(this.port.records) ?? this.port.records,
      metrics: this.port.metrics,
      clock: this.clock,
      ids: this.ids,
      log: SILENT,
      ownNamespace: OWN,
      apiHealth: () => this.port.health(),
    };
  }

  static async open({ replicas, load, blueprint, warm }: Attack, options: StageOptions): Promise<AttackStage> {
    const stage = new AttackStage(options);
    const { world } = stage;
    world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OWN }, spec: {} });
    world.apply(deploymentObject('shop', 'web', { replicas }));
    stage.setBlueprint(blueprint);
    world.setLoad('shop/web', LOADS[load]);
    await stage.start();
    for (let pass = 0; pass < warm; pass += 1) await stage.observe();
    return stage;
  }

  /** New processes for every role; what the old ones knew is gone. */
  async start(): Promise<void> {
    await this.close();
    this.#watching = [await startObserver(this.#wiring)];
    if (this.second) this.#watching.push(await startObserver(this.#wiring));
    const [first] = this.#watching;
    if (first === undefined) return;
    const mind: Mind = { call: () => this.wish, holds: this.holds };
    this.#controller = makeController(this.#wiring, first.observer, new LightJournal(), mind);
    this.#deps = this.#watching.map(({ observer }, index) => this.#executorDeps(observer, index));
    this.restartExecutors();
    this.ledger.watchingSince = this.clock.age();
  }

  restartExecutors(): void {
    this.#executors = this.#deps.map((deps) => new Executor(deps));
  }

  #executorDeps(observer: ExecutorDeps['observer'], index: number): ExecutorDeps {
    const { workloads } = this.port;
    return {
      ...this.#wiring,
      observer,
      workloads: this.#planted.workloads?.(workloads, this.world) ?? workloads,
      journal: this.journals[index] ?? new LightJournal(),
      ids: index === 0 ? this.ids : seededIds(8),
      trust: this.people.trust,
    };
  }

  /** Time passes and all is looked at; nothing is proposed or done. */
  async observe(): Promise<void> {
    await this.world.advance(PASS_MS);
    for (const { observer } of this.#watching) await observer.pass();
  }

  /** One pass of all roles, and one more of the executors where they asked for it. */
  async pass(): Promise<void> {
    const end = this.clock.age() + PASS_MS;
    this.ledger.beginPass();
    for (const { observer } of this.#watching.slice(1)) await observer.pass();
    const views = (await this.#watching[0]?.observer.pass()) ?? [];
    await this.#controller?.pass(views);
    await this.#controller?.idle();
    await this.world.advance(1);
    const again = await this.#execute();
    const left = end - this.clock.age();
    const first = Math.min(Math.max(1, (again ?? Number.POSITIVE_INFINITY) - this.clock.now()), left);
    await this.world.advance(first);
    if (first < left) {
      await this.#execute();
      await this.world.advance(end - this.clock.age());
    }
  }

  async #execute(): Promise<number | undefined> {
    const { kill } = this;
    const [deps] = this.#deps;
    if (kill !== undefined && deps !== undefined) {
      this.kill = undefined;
      const rest = this.#executors.slice(1);
      this.#executors = [mortalExecutor(deps, kill), ...rest];
    }
    const passes = await Promise.all(this.#executors.map((executor) => executor.pass().catch(() => ({}))));
    if (kill !== undefined) this.restartExecutors();
    const due = passes.flatMap((pass: { againAt?: number }) => (pass.againAt === undefined ? [] : [pass.againAt]));
    return due.length === 0 ? undefined : Math.min(...due);
  }

  setBlueprint(name: BlueprintName): void {
    this.ledger.blueprint(name, (object) => this.world.apply(object));
  }

  objects(kind: keyof typeof KINDS, namespace = 'shop'): KubeObject[] {
    return this.world.objects.list(KINDS[kind], namespace);
  }

  async close(): Promise<void> {
    await this.#controller?.stop();
    for (const { stop } of this.#watching) stop();
    this.#watching = [];
  }
}
