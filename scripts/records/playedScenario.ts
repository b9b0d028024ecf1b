import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_BUDGET } from '../../src/agents/model/modelBudget.ts';
import { attacker } from '../../src/faces/cli/demo/attacker.ts';
import type { ModelChoice } from '../../src/scenario/model/proposer.ts';
import { play } from '../../src/scenario/play.ts';
import { readScenario } from '../../src/scenario/readScenario.ts';
import type { DecisionObject } from '../../src/schema/decisionObject.ts';
import type { JournalRecord } from '../../src/schema/journal.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import type { World } from '../../src/world/world.ts';

const root = path.join(import.meta.dirname, '..', '..');
export const SCENARIOS = 'test/scenarios';
export const SEED = 1;

const ATTACKED: ModelChoice = {
  kind: 'roles',
  of: (role) => (role === 'decision-engine' ? attacker : undefined),
  budget: DEFAULT_BUDGET,
};

/** What one run of a scenario file left behind. */
export interface Played {
  readonly title: string;
  /** Oldest first. */
  readonly decisions: readonly DecisionObject[];
  readonly breakers: readonly KubeObject[];
  /** Of all writers, by time; of one moment the gateway's first, which the executor answers to. */
  readonly records: readonly JournalRecord[];
}

export interface Play {
  /** A file of `test/scenarios`, without `.yaml`. */
  readonly scenario: string;
  /** Up to this tick (of 15 s); absent: to its end. */
  readonly ticks?: number;
  /** A model under an attacker's control proposes; else the rules do. */
  readonly attacked?: boolean;
}

/** Plays a scenario in virtual time, nothing in it by chance or by the machine. */
export async function playedScenario({ scenario: name, ticks, attacked = false }: Play): Promise<Played> {
  const folder = path.join(root, SCENARIOS);
  const beside = (file: string): string => readFileSync(path.join(folder, file), 'utf8');
  const read = readScenario(beside(`${name}.yaml`), `${name}.yaml`);
  if (!read.ok) throw new Error(read.error);
  const scenario = { ...read.value, time: { ...read.value.time, ticks: ticks ?? read.value.time.ticks } };
  let world: World | undefined;
  const { decisions, journals } = await play(scenario, {
    run: 'live',
    model: attacked ? ATTACKED : { kind: 'rules' },
    seed: SEED,
    promptsDir: path.join(root, 'prompts'),
    beside,
    tamper: (port, stage) => {
      world = stage;
      return port;
    },
  });
  const records = journals
    .toSorted((a, b) => b.writer.localeCompare(a.writer))
    .flatMap((journal) => journal.records)
    .toSorted((a, b) => a.at - b.at);
  return { title: scenario.title, decisions, breakers: world?.objects.list(KINDS.CircuitBreaker) ?? [], records };
}
