import { parseInstant } from '../../../kernel/parseInstant.ts';
import type { ClusterReader } from '../../../ports/cluster.ts';
import { KINDS } from '../../../schema/kube.ts';
import { age } from '../io.ts';
import type { Finding } from './finding.ts';

/** A Lease lasts 15 s; a holder that has not renewed for twice that is gone, and nobody took its place. */
const SILENT_MS = 30_000;
const DOES = { controller: 'proposes', executor: 'acts, verifies or undoes' } as const;

/** Whether somebody does the work of each role that one process at a time does, from its Lease. */
export function roleFindings(reader: ClusterReader, ownNamespace: string, now: number): Promise<Finding[]> {
  return Promise.all(
    (['controller', 'executor'] as const).map(async (role): Promise<Finding> => {
      const fix = `look at its pods: kubectl -n ${ownNamespace} get pods -l app.kubernetes.io/component=${role}; or at the process, where it runs by itself`;
      const read = await reader.get(KINDS.Lease, ownNamespace, `fairlead-${role}`);
      if (!read.ok) return { what: role, state: 'off', detail: `its Lease cannot be read: ${read.error.message}` };
      if (read.value === undefined) return { what: role, state: 'off', detail: `none has run in ${ownNamespace} yet` };
      const { holderIdentity, renewTime } = (read.value.spec ?? {}) as { holderIdentity?: string; renewTime?: string };
      const renewed = parseInstant(renewTime ?? '');
      const since = renewed === undefined ? 'nobody knows how long' : age(renewed, now);
      if (!holderIdentity)
        return { what: role, state: 'wrong', detail: `given up ${since} ago: nobody ${DOES[role]}`, fix };
      if (renewed === undefined || now - renewed > SILENT_MS)
        return {
          what: role,
          state: 'wrong',
          detail: `${holderIdentity}: silent for ${since}: nobody ${DOES[role]}`,
          fix,
        };
      return { what: role, state: 'fine', detail: `${holderIdentity}, heard ${since} ago` };
    }),
  );
}
