import { replay } from '../../audit/replay.ts';
import { textAt } from '../../observe/narrow.ts';
import type { DecisionDetail } from '../../schema/api/records.ts';
import type { GatewayDeps } from '../deps.ts';
import { journalsAtHand } from './journals.ts';
import type { DecisionRecord } from './records.ts';
import { sentence } from './told.ts';

/** The recorded calls of one Decision judged again. Undefined: the journals at hand hold none of them. */
export async function replayOf(deps: GatewayDeps, { name }: DecisionRecord): Promise<DecisionDetail['replay']> {
  const read = deps.journals && (await journalsAtHand(deps.journals));
  if (read?.ok !== true) return undefined;
  const records = read.value.lines
    .map(({ record }) => record)
    .filter(({ kind, subject, data }) => {
      if (kind !== 'call') return false;
      const id = textAt(data, 'input', 'request', 'id');
      return subject === name || id === name || id === `${name}.undo`;
    });
  if (records.length === 0) return undefined;
  const { agreed, disagreements } = replay(records);
  const [first] = disagreements;
  const text =
    first === undefined
      ? `${agreed} recorded verdicts came out the same when they were judged again now.`
      : `${disagreements.length} of ${records.length} recorded verdicts come out otherwise now: ${first.writer} record ${first.seq}: ${first.message}.`;
  return { agrees: disagreements.length === 0, text: sentence(text) };
}
