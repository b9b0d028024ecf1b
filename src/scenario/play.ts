import path from 'node:path';
import { loadChatPrompt } from '../agents/chat/chatPrompt.ts';
import { loadMcpPrompts } from '../faces/mcp/prompts.ts';
import type { Ids } from '../ports/ids.ts';
import type { DecisionObject } from '../schema/decisionObject.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { type ManualClock, settle } from '../testing/manualClock.ts';
import { seededIds } from '../testing/seededIds.ts';
import { type WorldPort, worldPort } from '../world/port.ts';
import type { World } from '../world/world.ts';
import { watchedApprovals } from './approvals.ts';
import { attemptsThrough } from './attempts.ts';
import { Blueprints } from './blueprints.ts';
import { CapturedLog } from './capturedLog.ts';
import { Chats } from './chat/chats.ts';
import type { Autoscaler } from './clusterObjects.ts';
import type { Scenario } from './format.ts';
import { type JournalStore, journalsInMemory, journalsOnDisk } from './journals.ts';
import { type Around, CANARY_KEY, type ModelChoice, type PlayedModel, playedModel, turnsOf } from './model/proposer.ts';
import { RealWork } from './model/work.ts';
import { People } from './people.ts';
import type { ReadBeside } from './plant.ts';
import { Product } from './product.ts';
import { isChosenRaise } from './raises.ts';
import { recorded } from './recording.ts';
import { sampleOf } from './sampling.ts';
import { type ApprovalSeen, type Attempt, type Effect, type RunKind, type Sample, type Seen, TICK_MS } from './seen.ts';
import { setUp } from './setUp.ts';
import { Stimuli } from './stimulus.ts';
import type { ApprovalDecision, Message } from './stimulusFormat.ts';

export interface PlayOptions {
  readonly run: RunKind;
  readonly model: ModelChoice;
  readonly seed: number;
  readonly promptsDir: string;
  readonly beside: ReadBeside;
  /** Puts something between the product and the cluster: so it is shown that the runner would see a fault. */
  readonly tamper?: (port: WorldPort, world: World) => WorldPort;
  /** Watches who decides, where no script plays. */
  readonly around?: Around;
}

/** Plays one run of a scenario: the whole product on a world, in virtual time. Throws NotUnderstood for what it cannot play. */
export async function play(scenario: Scenario, options: PlayOptions): Promise<Seen> {
  const stage = await setUp(scenario, options.seed, options.beside);
  const { clock } = stage;
  const work = new RealWork();
  const restarts = scenario.stimulus.some(({ process }) => process !== undefined);
  const parts = { clock, secrets: [CANARY_KEY], work };
  const journals = restarts ? await journalsOnDisk(parts) : journalsInMemory(parts);
  const log = new CapturedLog();
  const model = await playedModel(scenario, turnsOf(scenario, options.run), options.model, {
    clock,
    log,
    promptsDir: options.promptsDir,
    work,
    ...(options.around && { around: options.around }),
  });
  const chats = new Chats({
    model: model.chat,
    prompt: loadChatPrompt(options.promptsDir),
    prompts: loadMcpPrompts(path.join(options.promptsDir, 'mcp')),
    clock,
    broke: (why) => void log.thrown.push(why),
  });
  const performance = new Performance({ scenario, options, work, journals, log, model, chats, ...stage });
  try {
    return await performance.run();
  } finally {
    performance.end();
    await model.close();
    await journals.close();
  }
}

interface Parts {
  readonly scenario: Scenario;
  readonly options: PlayOptions;
  readonly clock: ManualClock;
  readonly work: RealWork;
  readonly journals: JournalStore;
  readonly log: CapturedLog;
  readonly model: PlayedModel;
  readonly chats: Chats;
  readonly world: World;
  readonly autoscalers: readonly Autoscaler[];
}

/** A pass that waits for nothing it names is blocked by a call: time moves on in steps of this until it comes back. */
const BLOCKED_STEP_MS = 500;

class Performance {
  readonly #parts: Parts;
  readonly #startedAt: number;
  readonly #effects: Effect[] = [];
  readonly #attempts: Attempt[] = [];
  readonly #samples: Sample[] = [];
  readonly #external = new Set<string>();
  readonly #late: number[] = [];
  readonly #approvals: () => readonly ApprovalSeen[];
  readonly #blueprints: Blueprints;
  readonly #port: WorldPort;
  readonly #reach: WorldPort;
  readonly #stimuli: Stimuli;
  readonly #people: People;
  readonly #ids: Ids;
  #product: Product | undefined;
  #beforeRestart: readonly string[] = [];
  #restarts = 0;

  constructor(parts: Parts) {
    const { world, clock, options } = parts;
    this.#parts = parts;
    this.#startedAt = clock.now();
    this.#ids = seededIds(options.seed);
    this.#blueprints = new Blueprints(world);
    this.#port = worldPort(recorded(world, this.#effects));
    const through = attemptsThrough(this.#port, clock, this.#attempts);
    this.#reach = options.tamper?.(through, world) ?? through;
    this.#approvals = watchedApprovals(world);
    this.#people = new People(world, parts.log);
    this.#stimuli = new Stimuli({ world, port: this.#port, blueprints: this.#blueprints, external: this.#external });
  }

  async run(): Promise<Seen> {
    const { scenario } = this.#parts;
    const rss = process.memoryUsage().rss;
    this.#blueprints.begin(scenario.blueprints);
    await this.#start();
    for (let tick = 0; tick < scenario.time.ticks; tick += 1) {
      this.#sample(tick);
      await this.#tick(tick);
    }
    this.#sample(scenario.time.ticks);
    return this.#seen((process.memoryUsage().rss - rss) / (1024 * 1024));
  }

  end(): void {
    this.#parts.chats.end();
    this.#product?.kill();
  }

  async #tick(tick: number): Promise<void> {
    const { scenario, world, clock, autoscalers, chats } = this.#parts;
    const end = this.#startedAt + (tick + 1) * TICK_MS;
    this.#stimuli.endAt(tick);
    for (const event of scenario.stimulus.filter(({ at_tick }) => at_tick === tick)) {
      if (event.process !== undefined) await this.#restart();
      else if (event.approval_decision !== undefined) await this.#vote(event.approval_decision);
      else if (event.operator_message !== undefined) await this.#say(event.operator_message);
      else this.#stimuli.play(event);
    }
    if (scenario.plant.hpa_controller) for (const one of autoscalers) autoscale(world, one);
    // What was changed reaches the watches before the pass.
    await settle();
    const product = this.#product;
    product?.begin(end, () => this.#stalled());
    while (clock.now() < end) {
      await this.#quiet();
      const blocked = chats.busy || (product?.passing && product.restsUntil === undefined);
      // An answer that comes at its virtual time has real work behind it, which the next step waits for.
      const next =
        blocked || this.#parts.work.parked > 0 ? clock.now() + BLOCKED_STEP_MS : (product?.restsUntil ?? end);
      await world.advance(Math.max(1, Math.min(next, end) - clock.now()));
    }
    await this.#quiet();
    if (product?.passing && !this.#stimuli.hanging) this.#late.push(tick);
  }

  /** Nothing goes on in real time any more. */
  async #quiet(): Promise<void> {
    const { work } = this.#parts;
    await settle();
    while (work.busy) {
      await work.next();
      await settle();
    }
  }

  /** Resolves when all that is under way waits for virtual time. */
  async #stalled(): Promise<void> {
    const { work } = this.#parts;
    for (;;) {
      await settle();
      if (!work.busy && work.parked > 0) return;
      await work.next();
    }
  }

  async #start(): Promise<void> {
    const { clock, journals, log, model, work } = this.#parts;
    const product = new Product({
      port: this.#reach,
      clock,
      ids: this.#ids,
      log,
      journals: await journals.open(),
      people: this.#people.signing,
      proposer: model.proposer,
      agents: model.agents,
    });
    this.#product = product;
    await work.track(product.start());
  }

  /** At the gateway, and without a cluster that answers nobody gets there. */
  async #vote(said: ApprovalDecision): Promise<void> {
    if (this.#product === undefined || this.#stimuli.hanging) return;
    await this.#people.vote(this.#product.gateway, said);
  }

  /** What can be answered at once is answered before the pass. */
  async #say(message: Message): Promise<void> {
    if (this.#product === undefined) return;
    this.#parts.chats.say(this.#product.gateway, message);
    await this.#quiet();
  }

  async #restart(): Promise<void> {
    const { journals } = this.#parts;
    this.#product?.kill();
    await this.#quiet();
    this.#beforeRestart = (await journals.stored()).flatMap(({ lines }) => lines);
    this.#restarts += 1;
    await this.#start();
  }

  #sample(tick: number): void {
    const { world, scenario, clock } = this.#parts;
    const targets = scenario.cluster.deployments.map(({ namespace, name }) => `${namespace}/${name}`);
    const services = this.#blueprints.services();
    const names = new Map(services.map(({ target, blueprint }) => [target, blueprint]));
    const views = this.#product?.observer.views() ?? [];
    const observed = services
      .filter(({ namespace, blueprint }) =>
        views.some((view) => view.namespace === namespace && view.name === blueprint && isFresh(view.workload?.at)),
      )
      .map(({ target }) => target);
    this.#samples.push(sampleOf(world, tick, targets, names, new Set(observed)));

    function isFresh(at: number | undefined): boolean {
      return at !== undefined && clock.now() - at <= TICK_MS;
    }
  }

  async #seen(rssGrowthMib: number): Promise<Seen> {
    const { scenario, options, journals, log, model, world, chats } = this.#parts;
    const approvals = this.#approvals();
    const all = (kind: (typeof KINDS)[keyof typeof KINDS]): KubeObject[] => world.objects.list(kind);
    return {
      scenario,
      run: options.run,
      startedAt: this.#startedAt,
      samples: this.#samples,
      effects: this.#effects.filter((effect) => !isChosenRaise(effect, approvals)),
      attempts: this.#attempts,
      external: this.#external,
      inForce: this.#blueprints.inForce,
      decisions: all(KINDS.Decision) as DecisionObject[],
      approvals,
      journals: await journals.stored(),
      beforeRestart: this.#beforeRestart,
      events: all(KINDS.Event).filter((event) => String(event['reportingController']).startsWith('fairlead')),
      log: log.lines,
      calls: this.#port.calls,
      modelRequests: model.requests(),
      replies: chats.replies,
      canaries: [CANARY_KEY, ...secretsIn(scenario)],
      process: {
        died: this.#product?.died,
        unhandled: log.thrown,
        rssGrowthMib,
        late: this.#late,
        restarts: this.#restarts,
      },
    };
  }
}

/** Values under `env` that are long enough to be told from ordinary words. */
function secretsIn({ cluster }: Scenario): string[] {
  return cluster.deployments
    .flatMap(({ env }) => Object.values(env ?? {}))
    .map(String)
    .filter((value) => value.length >= 8);
}

/** One look of an autoscaler that is not ours. */
function autoscale(world: World, { target, min, max, utilization }: Autoscaler): void {
  const { ready, cpuPct } = world.measure(target);
  if (cpuPct === undefined) return;
  const wanted = Math.min(max, Math.max(min, Math.ceil((ready * cpuPct) / utilization)));
  world.scaleByHand(target, wanted, 'kube-controller-manager');
}
