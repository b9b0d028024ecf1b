import type { LastChange } from '../schema/change.ts';

/** The hashes that one or several journals hold. */
export interface HeadsAtHand {
  readonly heads: ReadonlySet<string>;
}

/** The annotation of one Deployment, as read from the cluster. */
export interface ExecutedChange {
  readonly namespace: string;
  readonly name: string;
  readonly change: LastChange;
}

export interface ClusterFault {
  readonly code: 'cutTail';
  readonly namespace: string;
  readonly name: string;
  readonly changeId: string;
  readonly message: string;
}

export interface ClusterReport {
  readonly ok: boolean;
  readonly faults: readonly ClusterFault[];
  /** Undos made while the log could not be written: no head to look for. */
  readonly unlogged: readonly string[];
}

/**
 * Finds what the chain alone cannot show: an executed change whose intent is in none of the journals, because their end
 * was cut off (or a whole journal is missing). Give it the reports of all journals of all executors.
 */
export function verifyAgainstCluster(
  reports: HeadsAtHand | readonly HeadsAtHand[],
  changes: readonly ExecutedChange[],
): ClusterReport {
  const all: readonly HeadsAtHand[] = 'heads' in reports ? [reports] : reports;
  const faults: ClusterFault[] = [];
  const unlogged: string[] = [];
  for (const { namespace, name, change } of changes) {
    if (change.log === 'unlogged') unlogged.push(change.id);
    else if (!all.some((report) => report.heads.has(change.log))) {
      faults.push({
        code: 'cutTail',
        namespace,
        name,
        changeId: change.id,
        message: `${namespace}/${name} carries change ${change.id} of ${change.at} (${change.did}), whose intent is in none of the journals: a tail was cut off, or a journal is missing`,
      });
    }
  }
  return { ok: faults.length === 0, faults, unlogged };
}
