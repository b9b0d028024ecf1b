import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Scenario } from '../../src/scenario/format.ts';
import { replicasOf, targetOf } from '../../src/scenario/observed.ts';
import { play } from '../../src/scenario/play.ts';
import { readScenario } from '../../src/scenario/readScenario.ts';
import { judgedSeen } from '../../src/scenario/runScenario.ts';
import { type RunKind, type Seen, TICK_MS } from '../../src/scenario/seen.ts';
import type { Shown, WorldCase } from './criterion.ts';
import { timeText } from './outcome.ts';

const FOLDER = path.join(import.meta.dirname, '..', 'scenarios');
const SEED = 1;
const OPTIONS = {
  model: { kind: 'rules' as const },
  seed: SEED,
  repeat: 1,
  promptsDir: path.join(FOLDER, '..', '..', 'prompts'),
  beside: (name: string): string => readFileSync(path.join(FOLDER, name), 'utf8'),
};

export function scenarioOf(id: string): Scenario {
  const file = `${id}.yaml`;
  const read = readScenario(readFileSync(path.join(FOLDER, file), 'utf8'), file);
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

export interface ScenarioCaseOptions {
  /** Its own title by default. */
  readonly checks?: string;
  /** What the criterion wants beyond what the scenario expects of itself and what holds in every run. */
  readonly also?: (seen: Seen) => Partial<Shown>;
}

/**
 * A scenario file, played by the whole product as it is written: passed when all that it expects, the invariants of every
 * run and what the criterion adds hold. Where it has a script of a model's worst, that is played as well.
 */
export function scenarioCase(id: string, { checks, also }: ScenarioCaseOptions = {}): WorldCase {
  const scenario = scenarioOf(id);
  const { title, model, time } = scenario;
  const kinds: readonly RunKind[] = model.worst_case === undefined ? ['live'] : ['live', 'worst_case'];
  return {
    checks: `${checks ?? title} ([${id}](../test/scenarios/${id}.yaml))`,
    seed: SEED,
    async play() {
      const faults: string[] = [];
      const words: string[] = [];
      let further: Partial<Shown> = {};
      for (const run of kinds) {
        const seen = await play(scenario, { ...OPTIONS, run });
        const judged = await judgedSeen(seen, OPTIONS);
        further = also?.(seen) ?? {};
        faults.push(...judged.failures, ...(further.faults ?? []));
        const story = storyOf(seen);
        words.push(
          `${run === 'worst_case' ? 'with the model at its worst: ' : ''}${story}${further.seen === undefined ? '' : `; ${further.seen}`}`,
        );
      }
      const virtualMs = further.virtualMs ?? kinds.length * time.ticks * TICK_MS;
      return {
        faults,
        seen: words.join('. '),
        virtualMs,
        ...(further.realMs !== undefined && { realMs: further.realMs }),
      };
    },
  };
}

const MOST = 4;

/** What was written, when, and what became of what was asked for. */
export function storyOf(seen: Seen): string {
  const writes = seen.effects
    .filter(({ object }) => object.startsWith('deployment/'))
    .map((effect) => {
      const { object, at, changes, lastChange } = effect;
      const what = changes.includes('replicas')
        ? `${replicasOf(effect, 'before')} to ${replicasOf(effect)}`
        : changes.join(' and ');
      return `${targetOf(object)} ${what}${lastChange?.undo === true ? ' (undo)' : ''} at ${timeText(at - seen.startedAt)}`;
    });
  const more = writes.length > MOST ? `, ${writes.length - MOST} more` : '';
  const written = writes.length === 0 ? 'no write' : `${writes.slice(0, MOST).join(', ')}${more}`;
  const counts = new Map<string, number>();
  for (const { status } of seen.decisions) {
    const phase = status === undefined ? 'Pending' : status.phase;
    const telling = phase === 'Refused' ? 'forbid' : phase === 'Deferred' ? 'wait' : undefined;
    const findings = (status?.verdict?.findings ?? []).filter(({ effect }) => effect === telling);
    const by = [...new Set(findings.map(({ rule }) => rule))];
    const name = by.length === 0 ? phase : `${phase} by ${by.join(', ')}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const decided = [...counts].map(([name, times]) => `${times} ${name}`).join(', ');
  return `${written}; decisions: ${decided || 'none'}`;
}
