import picocolors from 'picocolors';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { RULE_AGENTS } from '../../../agents/agents.ts';
import { newSigningKey } from '../../../approvals/keys.ts';
import { composeAgents, composeProposer, type ModelGuard } from '../../../compose.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Journal } from '../../../ports/journal.ts';
import type { Log } from '../../../ports/log.ts';
import type { ChatModel } from '../../../ports/model.ts';
import type { JournalEntry } from '../../../schema/journal.ts';
import { VirtualRun } from '../../../virtualRun.ts';
import type { World } from '../../../world/world.ts';
import { promptsDir } from '../installation.ts';
import type { Io } from '../io.ts';
import { type Line, Narrator } from '../roles/narrate.ts';
import { attacker } from './attacker.ts';
import { dashboardLine } from './dashboard.ts';
import { Fold } from './fold.ts';
import type { Journals } from './journals.ts';
import { PlayedOperator } from './operator.ts';
import { watchBreakers, watchOutsiders } from './outsiders.ts';
import { Pace, USUAL_SPEED } from './pace.ts';
import { Proposers } from './proposers.ts';
import { LiveScreen, PlainScreen, type Screen, type Size } from './screen.ts';
import { openShop, SHOP } from './shop.ts';
import { Stage } from './stage.ts';
import { minutes, onStoryClock, Teller } from './teller.ts';
import { Customers } from './traffic.ts';

export interface PlayOptions {
  readonly io: Io;
  readonly journals: Journals;
  readonly seed: number;
  /** Times real time; undefined: as fast as it goes. */
  readonly speed: number | undefined;
  /** The dashboard above the story, on the terminal's second screen; else plain lines. */
  readonly live: boolean;
  readonly color: boolean;
  readonly verbose: boolean;
  readonly size: () => Size;
  /** Proposes instead of the rules planner. */
  readonly model: ChatModel | undefined;
  /** Budget, prices and trace of that model. */
  readonly guard: ModelGuard;
}

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const PASS_MS = 15_000;
const HISTORY_MS = 30 * 60_000;
/** Longer lines are hard to read. */
const WIDEST = 100;
/** How long an end may take before it is no longer waited for. */
const END_MS = 2_000;

/** The shop, everything that runs in it, and how it is seen and told. */
export class Play {
  readonly run: VirtualRun;
  readonly #options: PlayOptions;
  readonly #proposers: Proposers;
  readonly #recorded: readonly JournalEntry[];
  readonly #customers: Customers;
  readonly #pace: Pace;
  readonly #screen: Screen;
  readonly #teller: Teller;
  readonly #chat: PlayedOperator;
  /** When the story begins (ms). */
  readonly #began: number;
  readonly #colors: ReturnType<typeof picocolors.createColors>;
  #title = 'the shop opens';

  private constructor(
    options: PlayOptions,
    run: VirtualRun,
    parts: { proposers: Proposers; recorded: JournalEntry[] },
  ) {
    const { io, color, live, size, speed } = options;
    this.#options = options;
    this.run = run;
    this.#proposers = parts.proposers;
    this.#recorded = parts.recorded;
    openShop(run.world);
    this.#customers = new Customers(run.world);
    this.#chat = new PlayedOperator(run.clock, (line) => this.tell(`${this.line(line)}\n`));
    void this.#customers.watch(io.signal);
    this.#began = run.clock.now() + HISTORY_MS;
    const now = (): number => run.clock.now() - this.#began;
    this.#colors = picocolors.createColors(color);
    this.#teller = new Teller({ now, width: Math.min(WIDEST, size().columns), color });
    this.#screen = live ? new LiveScreen(io, () => this.dashboard(now()), size) : new PlainScreen(io);
    this.#pace = new Pace(speed, io.signal, () => this.#screen.draw());
  }

  /** Opens the shop and lets half an hour pass in it, so that there is history to decide from. */
  static async open(options: PlayOptions): Promise<Play> {
    const { io, journals, verbose, model } = options;
    const fold = new Fold({ verbose });
    const recorded: JournalEntry[] = [];
    let play: Play | undefined;
    let proposers: Proposers | undefined;
    const narrated = (role: string, journal: Journal, clock: Clock): Journal => {
      const narrator = new Narrator({
        out: (text) => play?.tell(text),
        now: () => clock.now(),
        color: false,
        lines: (by, entry) => {
          recorded.push(entry);
          return play === undefined ? [] : fold.lines(by, entry);
        },
        format: (_, line) => play?.line(line) ?? '',
      });
      return narrator.over(journal, role, async () => play?.read());
    };
    const run = await VirtualRun.open({
      // People may log in (--keep): nobody else is to be able to vote for them.
      signingKey: newSigningKey(),
      seed: options.seed,
      proposer: (clock) => {
        const parts = { clock, log: SILENT, promptsDir, passMs: PASS_MS };
        const proposer = composeProposer(model, { ...parts, guard: options.guard });
        proposers = new Proposers(proposer, composeProposer(attacker, parts));
        return proposers;
      },
      agents: (clock) => {
        const parts = { clock, log: SILENT, promptsDir, passMs: PASS_MS, guard: options.guard };
        const agents = composeAgents(() => model, parts);
        // The shop's own blueprints are new while nobody watches yet: no model is kept busy with them.
        const explain: typeof agents.parser.ask = (...asked) =>
          (play === undefined ? RULE_AGENTS.parser : agents.parser).ask(...asked);
        return { ...agents, parser: { ask: explain } };
      },
      journal: async (role, clock) => narrated(role, await journals.open(role, clock), clock),
      gatewayJournal: async (clock) => narrated('gateway', await journals.open('gateway', clock), clock),
      advance: (world, ms) => play?.advance(world, ms) ?? world.advance(ms),
    });
    if (proposers === undefined) throw new Error('the run was opened without a proposer');
    const opened = new Play(options, run, { proposers, recorded });
    try {
      for (const end = run.clock.now() + HISTORY_MS; run.clock.now() < end && !io.signal.aborted; ) await run.tick();
    } catch (error) {
      await opened.close();
      throw error;
    }
    watchOutsiders(run.world.objects, (service, text) => opened.outside(service, text));
    watchBreakers(run.world.objects, (service, text) =>
      opened.tell(`${opened.line(['breaker', `${service}: ${text}`])}\n`),
    );
    play = opened;
    return opened;
  }

  /** Begins a scenario: its heading, and a stage of its own. */
  begin(title: string, about: string): Stage {
    this.#title = title;
    this.tell(`\n${this.#teller.heading(title, about)}\n\n`);
    return new Stage({
      run: this.run,
      customers: this.#customers,
      recorded: this.#recorded,
      signal: this.#options.io.signal,
      happens: async (service, text) => {
        this.outside(service, text);
        await this.read();
      },
      says: (operator, text) => this.#says(operator, text),
      attack: (underAttack) => {
        this.#proposers.underAttack = underAttack;
      },
    });
  }

  async #says(operator: string, text: string): Promise<string> {
    this.tell(`${this.line(['chat', `${operator}: ${text}`])}\n`);
    await this.read();
    const reply = await this.#chat.ask(this.run, operator, text);
    this.tell(
      `${this.line([
        'reply',
        reply
          .split('\n')
          .filter((line) => line !== '' && !/^(?:- |Next: )/.test(line))
          .map((line) => (/[.:!?]$/.test(line) ? line : `${line}.`))
          .join(' '),
      ])}\n`,
    );
    await this.read();
    return reply;
  }

  /** From now on so many times faster than real time. */
  goAt(speed: number): void {
    this.#pace.change(speed);
  }

  /** Whole lines, as they are. */
  tell(text: string): void {
    this.#screen.story(text);
  }

  /** A sentence of our own, outside the story. */
  say(text: string): void {
    this.tell(`${this.#teller.paragraph(text)}\n`);
  }

  /** What people, customers and machines do: it stands in no journal. */
  outside(service: string, text: string): void {
    this.tell(`${this.line(['outside', `${service}: ${text}`])}\n`);
  }

  line([word, text]: Line): string {
    return this.#teller.line([word, onStoryClock(text, this.#began)]);
  }

  read(): Promise<void> {
    return this.#pace.read();
  }

  advance(world: World, ms: number): Promise<void> {
    return this.#pace.advance(world, ms);
  }

  /** A line for the state of the demo, one for each service, and a rule. */
  dashboard(now: number): string[] {
    const { bold, dim, yellow } = this.#colors;
    const speed = this.#pace.speed ?? USUAL_SPEED;
    const [asked] = this.#options.model === undefined ? [] : this.#proposers.asked;
    const state =
      asked === undefined ? dim(`${speed} times faster`) : yellow(`a model is asked about ${asked}: time stands`);
    return [
      ` ${bold('fairlead demo')}  ${minutes(now)}  ${this.#title}  ${state}`,
      ...this.services(),
      dim('─'.repeat(this.#options.size().columns)),
    ];
  }

  services(): string[] {
    const { observer, clock } = this.run;
    const place = (name: string): number => (SHOP.findIndex((service) => service.name === name) + 99) % 99;
    return observer
      .views()
      .toSorted((a, b) => place(a.name) - place(b.name))
      .map((view) => dashboardLine(view, observer.history(view.namespace, view.name), clock.now(), this.#colors));
  }

  /** Gives the terminal back. Text may still be told. */
  leaveScreen(): void {
    this.#screen.close();
  }

  /** Ends everything that runs; what does not end soon is left behind. */
  async close(): Promise<void> {
    this.leaveScreen();
    this.#chat.close();
    await Promise.race([this.run.close(), systemClock.sleep(END_MS)]);
  }
}
