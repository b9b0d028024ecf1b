import { err } from '../kernel/result.ts';
import type { ClusterError, RecordWriter } from '../ports/cluster.ts';
import type { WorkloadWriter } from '../ports/workload.ts';

const SILENCED = err<ClusterError>({
  code: 'unavailable',
  message: 'this process does not hold the lease of its role: another acts, and goes on from the records',
  uncertain: false,
});

/**
 * Writes that come to nothing once the lease has run out: a pass that was under way when the process was frozen or cut off
 * ends there, as if it had been killed at that call. Whoever took over goes on from the records.
 */
export const recordsWhileHeld = (records: RecordWriter, isHeld: () => boolean): RecordWriter => ({
  create: async (kind, object) => (isHeld() ? records.create(kind, object) : SILENCED),
  replace: async (kind, object) => (isHeld() ? records.replace(kind, object) : SILENCED),
  replaceStatus: async (kind, object) => (isHeld() ? records.replaceStatus(kind, object) : SILENCED),
  delete: async (kind, namespace, name) => (isHeld() ? records.delete(kind, namespace, name) : SILENCED),
});

export const workloadsWhileHeld = (workloads: WorkloadWriter, isHeld: () => boolean): WorkloadWriter => ({
  apply: async (permit, change, options) => (isHeld() ? workloads.apply(permit, change, options) : SILENCED),
});
