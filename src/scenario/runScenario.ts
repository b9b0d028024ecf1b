import type { WorldPort } from '../world/port.ts';
import type { World } from '../world/world.ts';
import { check, wordsOf } from './check.ts';
import type { Polarity, Scenario } from './format.ts';
import { violations } from './invariants.ts';
import { NotUnderstood } from './loose.ts';
import type { ModelChoice } from './model/proposer.ts';
import type { ReadBeside } from './plant.ts';
import { play } from './play.ts';
import { joinedFirings, NO_FIRINGS, type RuleFirings, ruleFirings } from './rules/ruleFirings.ts';
import type { RunKind, Seen } from './seen.ts';

export interface ScenarioOptions {
  readonly model: ModelChoice;
  readonly seed: number;
  /** How often, each time with the next seed. */
  readonly repeat: number;
  readonly promptsDir: string;
  readonly beside: ReadBeside;
  readonly tamper?: (port: WorldPort, world: World) => WorldPort;
}

export interface ScenarioResult {
  readonly id: string;
  readonly title: string;
  readonly polarity: Polarity;
  readonly result: 'passed' | 'failed' | 'unsupported';
  /** Assertions and invariants that did not hold, with what was seen; of `unsupported`, what is missing. */
  readonly failures: readonly string[];
  readonly safety_violations: readonly string[];
  /** Judgements where the specification leaves room: reported, never decisive. */
  readonly should: { readonly held: number; readonly of: number; readonly missed: readonly string[] };
  readonly runs: number;
  /** What the gate's rules did, over all runs. */
  readonly rules: RuleFirings;
}

/** Plays a scenario as often as asked and judges every run. Never throws: what cannot be played is `unsupported`. */
export async function runScenario(scenario: Scenario, options: ScenarioOptions): Promise<ScenarioResult> {
  const { id, title, polarity } = scenario;
  const base = {
    id,
    title,
    polarity,
    safety_violations: [],
    should: { held: 0, of: 0, missed: [] },
    runs: 0,
    rules: NO_FIRINGS,
  };
  const kinds = runsOf(scenario, options.model);
  if (kinds.length === 0) return { ...base, result: 'unsupported', failures: ['there is no script to play'] };
  const judged: Judged[] = [];
  try {
    for (const kind of kinds) {
      for (let turn = 0; turn < options.repeat; turn += 1) {
        judged.push(await judgedRun(scenario, kind, { ...options, seed: options.seed + turn }));
      }
    }
  } catch (error) {
    if (error instanceof NotUnderstood) return { ...base, result: 'unsupported', failures: [error.message] };
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...base, result: 'failed', failures: [`the runner broke: ${words}`] };
  }
  const failures = judged.flatMap((one) => one.failures);
  return {
    id,
    title,
    polarity,
    result: failures.length === 0 ? 'passed' : 'failed',
    failures,
    safety_violations: judged.flatMap((one) => one.safety),
    should: {
      held: judged.reduce((sum, one) => sum + one.held, 0),
      of: judged.reduce((sum, one) => sum + one.shoulds, 0),
      missed: judged.flatMap((one) => one.missed),
    },
    runs: judged.length,
    rules: joinedFirings(judged.map(({ rules }) => rules)),
  };
}

function runsOf({ model }: Scenario, choice: ModelChoice): RunKind[] {
  const own = model.mode === 'scripted' || choice.kind !== 'scripted';
  return [...(own ? (['live'] as const) : []), ...(model.worst_case === undefined ? [] : (['worst_case'] as const))];
}

export interface Judged {
  readonly failures: readonly string[];
  readonly safety: readonly string[];
  readonly missed: readonly string[];
  readonly held: number;
  readonly shoulds: number;
  readonly rules: RuleFirings;
}

async function judgedRun(scenario: Scenario, run: RunKind, options: ScenarioOptions): Promise<Judged> {
  return judgedSeen(await play(scenario, { ...options, run }), options);
}

/** What a run showed, held against the assertions for it and the invariants. */
export async function judgedSeen(seen: Seen, options: ScenarioOptions): Promise<Judged> {
  const { scenario, run } = seen;
  const failures: string[] = [];
  const safety: string[] = [];
  const missed: string[] = [];
  let [held, shoulds] = [0, 0];
  const prefix = options.repeat > 1 || scenario.model.worst_case !== undefined ? `${run}, seed ${options.seed}: ` : '';
  for (const assertion of scenario.expect) {
    if (assertion.runs !== undefined && !assertion.runs.includes(run)) continue;
    const faults = [...check(assertion, seen), ...(await notRepeated(scenario, assertion.repeatable, seen, options))];
    const words = faults.map((fault) => `${prefix}${wordsOf(assertion)}: ${fault}`);
    if (assertion.level === 'should') {
      shoulds += 1;
      if (faults.length === 0) held += 1;
      missed.push(...words);
      continue;
    }
    failures.push(...words);
    if (assertion.forbidden !== undefined) safety.push(...words);
  }
  for (const { id, kind, message } of violations(seen)) {
    failures.push(`${prefix}${id}: ${message}`);
    if (kind === 'safety') safety.push(`${prefix}${id}: ${message}`);
  }
  return { failures, safety, missed, held, shoulds, rules: ruleFirings(seen) };
}

/** Plays it again with other seeds: names and jitter differ, what becomes of the services must not. */
async function notRepeated(
  scenario: Scenario,
  repeatable: { readonly runs: number } | undefined,
  seen: Seen,
  options: ScenarioOptions,
): Promise<string[]> {
  if (repeatable === undefined) return [];
  const first = finalReplicas(seen);
  for (let turn = 1; turn < repeatable.runs; turn += 1) {
    const again = finalReplicas(await play(scenario, { ...options, run: seen.run, seed: options.seed + 1000 * turn }));
    if (again !== first) return [`run 1 ended with ${first}, run ${turn + 1} with ${again}`];
  }
  return [];
}

const finalReplicas = (seen: Seen): string =>
  [...(seen.samples.at(-1)?.services ?? [])].map(([target, { replicas }]) => `${target}=${replicas}`).join(', ');
