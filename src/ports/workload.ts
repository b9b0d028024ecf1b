import type { LastChange } from '../schema/change.ts';
import type { KubeObject } from '../schema/kube.ts';
import type { Permit } from '../schema/permit.ts';
import type { ClusterResult } from './cluster.ts';

/**
 * The only way to change a workload. Only the executor is given one. The write is exactly the permit's change and the
 * annotation, in one JSON Patch (of a rollback with the template of the ReplicaSet that the permit names) whose `test` operations name the permit's uid, the old value and the old annotation (or,
 * for a target's first change, the resourceVersion). Implementations throw when the permit is not genuine, expired or
 * used: that is a bug, not an outcome.
 */
export interface WorkloadWriter {
  apply(
    permit: Permit,
    lastChange: LastChange,
    options: { readonly dryRun: boolean },
  ): Promise<ClusterResult<KubeObject>>;
}
