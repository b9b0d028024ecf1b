import canonicalize from 'canonicalize';
import { decide } from '../policy/decide.ts';
import type { JournalRecord } from '../schema/journal.ts';
import { plainJson } from '../schema/journalHash.ts';
import type { GateInput } from '../schema/verdict.ts';

export interface Disagreement {
  readonly seq: number;
  readonly writer: string;
  readonly subject: string;
  readonly message: string;
  readonly recorded: unknown;
  readonly replayed: unknown;
}

export interface ReplayReport {
  /** Records whose verdict came out the same again. */
  readonly agreed: number;
  readonly disagreements: readonly Disagreement[];
}

/**
 * Judges every recorded call again, from its record alone, and compares the verdicts whole. A permit is not in the
 * records and is not compared. A record that cannot be judged again counts as a disagreement: it proves nothing.
 */
export function replay(records: readonly JournalRecord[]): ReplayReport {
  let agreed = 0;
  const disagreements: Disagreement[] = [];
  for (const record of records) {
    if (record.kind !== 'call') continue;
    const outcome = again(record);
    if (outcome === undefined) agreed += 1;
    else {
      const { seq, writer, subject } = record;
      disagreements.push({ seq, writer, subject, ...outcome });
    }
  }
  return { agreed, disagreements };
}

function again(record: JournalRecord): Pick<Disagreement, 'message' | 'recorded' | 'replayed'> | undefined {
  const { input, verdict: recorded } = record.data;
  if (!isGateInput(input)) {
    return { message: 'the record holds no gate input to judge again', recorded, replayed: undefined };
  }
  try {
    const replayed = plainJson(decide(input).verdict);
    if (canonicalize(replayed) === canonicalize(recorded)) return undefined;
    return { message: 'the gate answers otherwise today', recorded, replayed };
  } catch (error) {
    return { message: `the gate could not judge it: ${String(error)}`, recorded, replayed: undefined };
  }
}

/** The rules answer for the worst case where a part is missing; without these three there is nothing to answer. */
function isGateInput(value: unknown): value is GateInput {
  if (typeof value !== 'object' || value === null) return false;
  const { now, request, ownNamespace } = value as Record<string, unknown>;
  return typeof now === 'number' && typeof request === 'object' && request !== null && typeof ownNamespace === 'string';
}
