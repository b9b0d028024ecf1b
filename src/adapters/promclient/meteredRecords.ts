import type { RecordWriter } from '../../ports/cluster.ts';
import type { DecisionObject } from '../../schema/decisionObject.ts';
import { KINDS } from '../../schema/kube.ts';
import type { JournalMeters } from './journalMeters.ts';

/** Records as they are written, counting whose words an agent's wishes are in: the journal has those of what was not asked for. */
export const meteredRecords = (records: RecordWriter, meters: Pick<JournalMeters, 'answered'>): RecordWriter => ({
  async create(kind, object) {
    const made = await records.create(kind, object);
    if (made.ok && kind.kind === KINDS.Decision.kind) {
      const { requester, origin } = (object as DecisionObject).spec;
      if (requester.kind === 'agent') meters.answered(origin);
    }
    return made;
  },
  replace: (kind, object) => records.replace(kind, object),
  replaceStatus: (kind, object) => records.replaceStatus(kind, object),
  delete: (kind, namespace, name) => records.delete(kind, namespace, name),
});
