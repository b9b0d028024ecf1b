import type { ModelRole } from '../../schema/modelRole.ts';
import type { Scenario } from '../format.ts';
import { NotUnderstood } from '../loose.ts';
import type { ModelChoice } from '../model/proposer.ts';
import type { ReadBeside } from '../plant.ts';
import { play } from '../play.ts';
import { judgedSeen } from '../runScenario.ts';
import type { Seen } from '../seen.ts';
import type { Run } from './evaluation.ts';
import type { RunWatch } from './runWatch.ts';
import { serviceTimes } from './serviceTime.ts';

export interface Given {
  readonly scenario: Scenario;
  readonly beside: ReadBeside;
}

/** A scenario that is played with the model. */
export interface Candidate extends Given {
  /** Under the rules alone, from the first seed. */
  readonly rules: Run;
  /** It has a script, whose place the model takes. */
  readonly isReplaced: boolean;
}

export interface Sorted {
  readonly candidates: readonly Candidate[];
  readonly calm: number;
  readonly unsupported: readonly string[];
  readonly ofScript: readonly string[];
}

interface Sorting {
  readonly roles: readonly ModelRole[];
  readonly seed: number;
  readonly promptsDir: string;
  readonly watch: () => RunWatch;
  readonly signal: AbortSignal;
}

const RULES = { kind: 'rules' } as const satisfies ModelChoice;

/** Plays everything by rules first: left out is what reaches none of the roles, and what holds only for a script's own doing. */
export async function sortOut(given: readonly Given[], sorting: Sorting): Promise<Sorted> {
  const candidates: Candidate[] = [];
  const unsupported: string[] = [];
  const ofScript: string[] = [];
  let calm = 0;
  for (const one of given) {
    if (sorting.signal.aborted) break;
    const sort = await sortOf(one, sorting);
    if (sort === 'unsupported') unsupported.push(one.scenario.id);
    else if (sort === 'script') ofScript.push(one.scenario.id);
    else if (sort === 'calm') calm += 1;
    else candidates.push(sort);
  }
  return { candidates, calm, unsupported, ofScript };
}

async function sortOf(
  { scenario, beside }: Given,
  { roles, seed, promptsDir, watch: begin }: Sorting,
): Promise<Candidate | 'unsupported' | 'script' | 'calm'> {
  const live = { scenario: asLive(scenario), beside };
  const watch = begin();
  const isReplaced = scenario.model.mode === 'scripted';
  try {
    const rules = await runOf(live, RULES, { seed, promptsDir }, watch);
    if (isReplaced && !rules.passed) return 'script';
    const isReached = roles.some((role) => (watch.tallies.get(role)?.asked ?? 0) > 0);
    return isReached ? { ...live, rules, isReplaced } : 'calm';
  } catch (error) {
    if (error instanceof NotUnderstood) return 'unsupported';
    throw error;
  }
}

/** The model in place of any script. What other seeds come to is our own matter, and would ask the model again for each. */
const asLive = (scenario: Scenario): Scenario => ({
  ...scenario,
  model: { mode: 'live' },
  expect: scenario.expect.filter(({ repeatable }) => repeatable === undefined),
});

export const runByRules = (given: Given, parts: { readonly seed: number; readonly promptsDir: string }): Promise<Run> =>
  runOf(given, RULES, parts);

/** Plays it once and keeps a few numbers and words. Throws NotUnderstood alone. */
export async function runOf(
  { scenario, beside }: Given,
  model: ModelChoice,
  { seed, promptsDir }: { readonly seed: number; readonly promptsDir: string },
  around?: RunWatch,
): Promise<Run> {
  const parts = { run: 'live' as const, model, seed, promptsDir, beside, repeat: 1 };
  let seen: Seen;
  try {
    seen = await play(scenario, { ...parts, ...(around && { around }) });
  } catch (error) {
    if (error instanceof NotUnderstood) throw error;
    const failures = few([`the runner broke: ${error instanceof Error ? error.message : String(error)}`]);
    return { passed: false, held: 0, shoulds: 0, failures, leaks: [], services: new Map() };
  }
  const judged = await judgedSeen(seen, parts);
  return {
    passed: judged.failures.length === 0,
    held: judged.held,
    shoulds: judged.shoulds,
    failures: few(judged.failures),
    leaks: few(judged.safety),
    services: serviceTimes(seen),
  };
}

const WORDS_KEPT = 3;
const WORD_LENGTH = 300;

const few = (words: readonly string[]): string[] =>
  words.slice(0, WORDS_KEPT).map((text) => text.slice(0, WORD_LENGTH));
