import type { LastChange } from '../schema/change.ts';
import type { Heads } from './fileVerifier.ts';

/** The records that one or several journals hold. */
export interface HeadsAtHand {
  readonly heads: Heads;
}

/** The annotation of one Deployment, as read from the cluster. */
export interface ExecutedChange {
  readonly namespace: string;
  readonly name: string;
  readonly change: LastChange;
}

export interface ClusterFault {
  readonly code: 'cutTail' | 'otherIntent';
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
 * was cut off (or a whole journal is missing), or whose record is of something else. Give it the reports of all journals of all executors.
 */
export function verifyAgainstCluster(
  reports: HeadsAtHand | readonly HeadsAtHand[],
  changes: readonly ExecutedChange[],
): ClusterReport {
  const all: readonly HeadsAtHand[] = 'heads' in reports ? [reports] : reports;
  const faults: ClusterFault[] = [];
  const unlogged: string[] = [];
  for (const { namespace, name, change } of changes) {
    if (change.log === 'unlogged') {
      unlogged.push(change.id);
      continue;
    }
    const found = all.find((report) => report.heads.has(change.log));
    const intended = found?.heads.get(change.log);
    if (intended === change.id) continue;
    const carries = `${namespace}/${name} carries change ${change.id} of ${change.at} (${change.did}), `;
    const fault =
      found === undefined
        ? {
            code: 'cutTail' as const,
            message: `${carries}whose intent is in none of the journals: a tail was cut off, or a journal is missing`,
          }
        : {
            code: 'otherIntent' as const,
            message: `${carries}and the record that it names is ${intended === undefined ? 'no intent' : `the intent of ${intended}`}: somebody wrote the annotation`,
          };
    faults.push({ ...fault, namespace, name, changeId: change.id });
  }
  return { ok: faults.length === 0, faults, unlogged };
}
