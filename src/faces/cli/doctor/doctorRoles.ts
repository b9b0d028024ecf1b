import type { ClusterReader } from '../../../ports/cluster.ts';
import { KINDS } from '../../../schema/kube.ts';
import { holdingOf } from '../heldLease.ts';
import type { Finding } from './finding.ts';

/** Whether somebody does the work of each role that one process at a time does, from its Lease. */
export function roleFindings(reader: ClusterReader, ownNamespace: string, now: number): Promise<Finding[]> {
  return Promise.all(
    (['controller', 'executor'] as const).map(async (role): Promise<Finding> => {
      const pods = `kubectl -n ${ownNamespace} get pods -l app.kubernetes.io/component=${role}; or at the process, where it runs by itself`;
      const read = await reader.get(KINDS.Lease, ownNamespace, `fairlead-${role}`);
      if (!read.ok) return { what: role, state: 'off', detail: `its Lease cannot be read: ${read.error.message}` };
      const { state, words } = holdingOf(role, read.value, now);
      switch (state) {
        case 'heard':
          return { what: role, state: 'fine', detail: words };
        case 'never':
          return { what: role, state: 'off', detail: `none has run in ${ownNamespace} yet` };
        case 'ahead':
          return {
            what: role,
            state: 'wrong',
            detail: words,
            fix: `set its machine’s clock right, then look at its pods: ${pods}`,
          };
        default:
          return { what: role, state: 'wrong', detail: words, fix: `look at its pods: ${pods}` };
      }
    }),
  );
}
