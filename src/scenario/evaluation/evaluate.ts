import type { BudgetLimits } from '../../agents/model/modelBudget.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelRole } from '../../schema/modelRole.ts';
import type { ModelUnderTest } from './countedModel.ts';
import { type Evaluation, isBetter, type Pair, sideOf, worseWords } from './evaluation.ts';
import { addTo, emptyTally, type RoleTallies, type RoleTally, tallyIn } from './roleTally.ts';
import { RunWatch } from './runWatch.ts';
import { type Candidate, type Given, runByRules, runOf, sortOut } from './sortOut.ts';

export interface EvaluationOptions {
  readonly given: readonly Given[];
  /** Those that are evaluated; the others are played by rules. */
  readonly models: ReadonlyMap<ModelRole, ModelUnderTest>;
  readonly budget: BudgetLimits;
  readonly times: number;
  readonly seed: number;
  /** Of real time, for the runs with the model. */
  readonly forMs: number;
  readonly clock: Clock;
  readonly promptsDir: string;
  readonly signal: AbortSignal;
  /** A line for a person, at the beginning and after each run. */
  readonly tell: (line: string) => void;
}

/** New blueprints a model explains in all: every scenario begins with some, and they are much alike. */
const NEW_BLUEPRINTS = 3;

/**
 * Plays scenarios with a model and under the rules alone, from the same seeds, and compares. Scenarios in which nobody is
 * asked for anything cost no model time. One after the other: a local model answers one request at a time anyway, and of a
 * run a few numbers and words are kept.
 */
export async function evaluate(options: EvaluationOptions): Promise<Evaluation> {
  const { given, models, times, clock, seed, promptsDir, signal, tell } = options;
  const began = clock.now();
  const watch = (): RunWatch =>
    new RunWatch({ clock, newBlueprints: { left: 0 }, model: () => undefined, stop: signal });
  tell(`playing ${given.length} scenarios under the rules alone first\n`);
  const sorted = await sortOut(given, { roles: [...models.keys()], seed, promptsDir, watch, signal });
  const { candidates, ...rest } = sorted;
  const comparison = new Comparison(options);
  await comparison.play(candidates);
  const { pairs, roles, runsNotRun, dead } = comparison;
  const played = new Set(pairs.map(({ id }) => id));
  return {
    models: Object.fromEntries([...models].map(([role, { name }]) => [role, name])),
    times,
    scenarios: {
      ...rest,
      given: given.length,
      replaced: candidates.filter(({ scenario, isReplaced }) => isReplaced && played.has(scenario.id)).length,
      played: played.size,
      runsNotRun,
    },
    model: sideOf(pairs, 'model'),
    rules: sideOf(pairs, 'rules'),
    roles: Object.fromEntries(roles),
    pairs,
    seconds: (clock.now() - began) / 1000,
    ...(dead !== undefined && { dead }),
  };
}

class Comparison {
  readonly pairs: Pair[] = [];
  readonly roles: RoleTallies = new Map();
  runsNotRun = 0;
  /** The endpoint never answered: why nothing more is played. */
  dead: string | undefined;
  readonly #options: EvaluationOptions;
  readonly #newBlueprints = { left: NEW_BLUEPRINTS };
  /** Aborted when the time is up. */
  readonly #over = new AbortController();

  constructor(options: EvaluationOptions) {
    this.#options = options;
  }

  async play(candidates: readonly Candidate[]): Promise<void> {
    const { times, clock, forMs, signal, tell } = this.#options;
    const done = new AbortController();
    void clock.sleep(forMs, AbortSignal.any([signal, done.signal])).then(() => this.#over.abort());
    const runs = Array.from({ length: times }, (_, turn) => candidates.map((one) => ({ one, turn }))).flat();
    for (const [n, { one, turn }] of runs.entries()) {
      const started = clock.now();
      const pair = this.#isOver() ? undefined : await this.#pair(one, turn);
      if (pair === undefined) {
        this.runsNotRun += 1;
        continue;
      }
      this.pairs.push(pair);
      const outcome = `${pair.model.passed ? 'passed' : 'failed'}${pair.worse.length > 0 ? ', worse off than under the rules' : ''}`;
      const seconds = ((clock.now() - started) / 1000).toFixed(0);
      tell(`[${n + 1}/${runs.length}] ${pair.id}: ${outcome}; ${pair.decisions} decisions, ${seconds} s\n`);
    }
    done.abort();
  }

  #isOver(): boolean {
    return this.#over.signal.aborted || this.dead !== undefined;
  }

  /** Undefined when the time ended in its middle: from there on it was played by rules, and says nothing about the model. */
  async #pair(candidate: Candidate, turn: number): Promise<Pair | undefined> {
    const { models, clock, budget, promptsDir } = this.#options;
    const { id, polarity } = candidate.scenario;
    const stop = this.#over.signal;
    const seed = this.#options.seed + turn;
    const parts = { seed, promptsDir };
    const rules = turn === 0 ? candidate.rules : await runByRules(candidate, parts);
    const watch = new RunWatch({
      clock,
      newBlueprints: this.#newBlueprints,
      model: (role) => models.get(role),
      stop,
    });
    const model = await runOf(candidate, { kind: 'roles', of: watch.of, budget }, parts, watch);
    if (stop.aborted) return undefined;
    const worse = worseWords(model, rules);
    const better = isBetter(model, rules);
    const decisions = this.#add(watch.tallies, worse.length > 0 ? 'hurt' : better ? 'helped' : undefined);
    this.dead = deadWords(this.roles);
    return { id, polarity, seed, model, rules, decisions, worse, better };
  }

  /** Adds what a run showed of the roles under evaluation; answers with how many decisions that were. */
  #add(own: RoleTallies, ended: 'helped' | 'hurt' | undefined): number {
    let decisions = 0;
    for (const role of this.#options.models.keys()) {
      const tally = own.get(role) ?? emptyTally();
      if (ended !== undefined) tally[ended] = tally.disagreed;
      decisions += tally.asked;
      addTo(tallyIn(this.roles, role), tally);
    }
    return decisions;
  }
}

/** An endpoint that failed every exchange of a whole run will fail the others too. */
function deadWords(roles: ReadonlyMap<ModelRole, RoleTally>): string | undefined {
  const tallies = [...roles.values()];
  const exchanges = tallies.reduce((sum, tally) => sum + tally.exchanges, 0);
  const answers = tallies.reduce((sum, tally) => sum + tally.answers, 0);
  if (exchanges === 0 || answers > 0) return undefined;
  const [why] = tallies.flatMap(({ instead }) => Object.keys(instead));
  return `none of ${exchanges} exchanges was answered (${why ?? 'unknown'})`;
}
