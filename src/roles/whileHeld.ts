import { err } from '../kernel/result.ts';
import type { ClusterError, ClusterResult, RecordWriter } from '../ports/cluster.ts';

const SILENCED = err<ClusterError>({
  code: 'unavailable',
  message: 'this process does not hold the lease of its role: another acts, and goes on from the records',
  uncertain: false,
});

/**
 * A write that comes to nothing once the lease has run out: a pass that was under way when the process was frozen or cut
 * off ends there, as if it had been killed at that call. Whoever took over goes on from the records.
 */
export const whileHeld =
  <Asked extends readonly unknown[], Answer>(
    isHeld: () => boolean,
    write: (...asked: Asked) => Promise<ClusterResult<Answer>>,
  ): ((...asked: Asked) => Promise<ClusterResult<Answer>>) =>
  async (...asked) =>
    isHeld() ? write(...asked) : SILENCED;

export const recordsWhileHeld = (records: RecordWriter, isHeld: () => boolean): RecordWriter => ({
  create: whileHeld(isHeld, (kind, object) => records.create(kind, object)),
  replace: whileHeld(isHeld, (kind, object) => records.replace(kind, object)),
  replaceStatus: whileHeld(isHeld, (kind, object) => records.replaceStatus(kind, object)),
  delete: whileHeld(isHeld, (kind, namespace, name) => records.delete(kind, namespace, name)),
});
