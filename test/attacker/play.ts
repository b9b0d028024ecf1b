import { act } from './act.ts';
import { AttackStage, type StageOptions } from './stage.ts';
import type { Attack } from './steps.ts';

export interface Played {
  readonly violations: readonly string[];
  readonly writes: number;
  readonly undos: number;
  /** Verdicts of the executors: forbidden, restricted, waits, allowed; by their number. */
  readonly verdicts: Readonly<Record<string, number>>;
}

/** Enough for a wish of the last step to be looked at, and for what it set going to be looked at again. */
const LAST_PASSES = 2;

/** One attack from beginning to end, and a few passes more in which whatever was set going comes out. */
export async function play(attack: Attack, options: StageOptions = { holds: 'process' }): Promise<Played> {
  const stage = await AttackStage.open(attack, options);
  for (const step of attack.steps) await act(stage, step);
  for (let pass = 0; pass < LAST_PASSES; pass += 1) await stage.pass();
  await stage.close();
  const { ledger, journals, port } = stage;
  const verdicts: Record<string, number> = {};
  for (const { kind, data } of journals.flatMap(({ entries }) => entries)) {
    if (kind !== 'call') continue;
    const { authority, wait } = data['verdict'] as { authority: string; wait?: unknown };
    const said = authority === 'allowed' && wait !== undefined ? 'waits' : authority;
    verdicts[said] = (verdicts[said] ?? 0) + 1;
  }
  return {
    violations: [...ledger.violations, ...ledger.deletions(port.calls)],
    writes: ledger.changes.length,
    undos: ledger.changes.filter(({ undo }) => undo).length,
    verdicts,
  };
}
