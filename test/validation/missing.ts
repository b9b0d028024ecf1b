import { isObject } from '../../src/scenario/loose.ts';
import type { DecisionObject } from '../../src/schema/decisionObject.ts';
import type { JournalRecord } from '../../src/schema/journal.ts';
import { FINAL } from '../../src/schema/records.ts';

/** What is missing in the records about one Decision; none: somebody can tell from them alone what was done, why and by whom. */
export function missingOf({ metadata, spec, status }: DecisionObject, records: readonly JournalRecord[]): string[] {
  const { name } = metadata;
  const missing: string[] = [];
  const wants = (what: string, is: boolean): void => {
    if (!is) missing.push(`${name}: no ${what}`);
  };
  const own = records.filter(({ subject }) => subject === name);
  const changeIn = ({ data }: JournalRecord): unknown =>
    isObject(data['change']) ? data['change']['id'] : data['changeId'];
  // A model that is refused may have given none; what is done has one.
  wants('reason', spec.rationale !== '' || (status?.changes.length === 0 && status.message !== ''));
  wants('requester', spec.requester.name !== '' && spec.origin.role !== '');
  wants('blueprint version and hash', spec.blueprint.version !== '' && spec.blueprint.hash.length === 64);
  wants(
    'record of the call it came from',
    records.some(({ kind, hash }) => kind === 'call' && hash === spec.journal) ||
      own.some(({ kind }) => kind === 'call'),
  );
  if (status === undefined) return missing;
  wants(
    "executor's verdict",
    own.some(({ kind, writer }) => kind === 'call' && writer.startsWith('executor')) || status.verdict === undefined,
  );
  if (FINAL.has(status.phase)) {
    wants(
      `record of ${status.phase}`,
      own.some(({ kind, data }) => kind === 'phase' && (data['phase'] === status.phase || isObject(data['status']))),
    );
  }
  for (const { id, appliedAt } of status.changes) {
    const intent = own.find((record) => record.kind === 'intent' && changeIn(record) === id);
    wants(`intent of ${id}`, intent !== undefined);
    if (appliedAt === undefined) continue;
    wants(
      `confirmation of ${id}`,
      own.some((record) => record.kind === 'applied' && changeIn(record) === id),
    );
    wants(`intent of ${id} before its write`, intent !== undefined && intent.at <= appliedAt);
  }
  if (status.verification?.outcome !== undefined)
    wants(
      'record of its verification',
      own.some(({ kind }) => kind === 'verified'),
    );
  return missing;
}
