import { replay } from '../../src/audit/replay.ts';
import { verifyLines } from '../../src/audit/verifyLines.ts';
import type { Seen } from '../../src/scenario/seen.ts';
import type { Criterion, Shown, WorldCase } from './criterion.ts';
import { missingOf } from './missing.ts';
import { LOGGED } from './realCases.ts';
import { scenarioCase } from './scenarioCase.ts';

/** Every Decision is looked up in the journals; the chains are verified and every verdict is reached again. */
function logged(seen: Seen): Partial<Shown> {
  const records = seen.journals.flatMap((journal) => journal.records);
  const missing = seen.decisions.map((decision) => missingOf(decision, records));
  const unlogged = missing.filter((of) => of.length > 0);
  const chains = seen.journals.flatMap(({ writer, lines }) =>
    verifyLines([...lines, '']).faults.map(({ message }) => `${writer}: ${message}`),
  );
  const { agreed, disagreements } = replay(records);
  const votes = seen.approvals.flatMap(({ object }) => (Array.isArray(object['votes']) ? object['votes'] : []));
  const recorded = records.filter(({ kind }) => kind === 'vote').length;
  return {
    faults: [
      ...unlogged.flat(),
      ...chains,
      ...disagreements.map(({ message }) => `replay: ${message}`),
      ...(seen.decisions.length === 0 ? ['there was no decision'] : []),
    ],
    seen: `${seen.decisions.length - unlogged.length} of ${seen.decisions.length} decisions logged, ${records.length} records chained, ${agreed} verdicts reached again${votes.length > 0 ? `, ${recorded} votes recorded` : ''}`,
  };
}

const CASES: readonly (readonly [id: string, ends: string])[] = [
  ['auto-51-step-up', 'A scale-up that succeeds'],
  ['auto-53-step-down', 'A scale-down in steps'],
  ['auto-81-cooldown', 'A change that a newer one takes the place of'],
  ['auto-79-undone-once', 'A change that is undone'],
  ['fault-80-undo-fails', 'An undo that fails'],
  ['fault-85-not-judged', 'A change that cannot be judged'],
  ['fault-63-answer-lost', 'A write whose answer is lost'],
  ['fault-64-conflict', 'A write that meets a conflict'],
  ['fault-62-edited-in-between', 'A change that somebody else overwrites'],
  ['fault-58-restart-in-verification', 'A process that is killed in between'],
  ['fault-66-writes-hang', 'Writes that hang'],
  ['auto-63-nothing-granted', 'A wish that is refused'],
  ['inj-50-deletes', 'A wish for what no code does'],
  ['auto-84-pause', 'A wish that waits for a person to resume'],
  ['auto-88-observe', 'What would have been done, while only observing'],
  ['appr-50-approved-once', 'A request that is approved once'],
  ['appr-51-approved-and-raised', 'A request that is approved by raising the maximum'],
  ['appr-52-quorum', 'A request that two approve'],
  ['appr-54-expired', 'A request that nobody answers'],
  ['appr-59-rejected', 'A request that is rejected'],
  ['chat-51-beyond-limits', 'What an operator asks for in a chat'],
  ['inj-16-g16-memory-step-spared', 'A change of resources'],
  ['inj-02-g02-budget-spared', 'A restart'],
];

const of = (rows: readonly { readonly seen: string }[], index: 1 | 2): number =>
  rows.reduce(
    (sum, { seen }) =>
      sum +
      [...seen.matchAll(/(\d+) of (\d+) decisions logged/g)].reduce((all, match) => all + Number(match[index]), 0),
    0,
  );

export const AUDITABILITY: Criterion = {
  id: 'SC-005',
  slug: 'auditability',
  title: 'Auditability',
  atLeast: 22,
  unit: 'cases',
  means:
    'For every decision the log alone says what was asked for, by whom and why, under which version of the blueprint, what every rule of the gate said, what was written (recorded before it was done), how it was verified and how it ended. The chain of every log is verified, and each verdict is reached again from the log. Every case is another way in which a decision can go.',
  cases: CASES.map(([id, ends]): WorldCase => scenarioCase(id, { checks: ends, also: logged })),
  real: [LOGGED],
  sum: (rows) => {
    const [got, all] = [of(rows, 1), of(rows, 2)];
    const percent = all === 0 ? 0 : Math.floor((got / all) * 1000) / 10;
    return `${got} of ${all} decisions are logged whole: ${percent} % (at least 22 are wanted, and 100 %).`;
  },
};
