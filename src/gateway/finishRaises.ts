import { ApprovalRequestStatus } from '../schema/records.ts';
import type { GatewayDeps } from './deps.ts';
import { raiseIfApproved } from './raise.ts';

/** After a failure of the API server or of the file, and after another gateway was faster. */
const AGAIN_MS = 5_000;

/**
 * One look at every request that is not over: whatever people chose to raise is raised. The vote in the record is the
 * order, so a gateway that died after it, or one beside it, finishes what it means; a raise that was done is found done.
 * `againAt`: when something could not be done now.
 */
export async function finishRaises(deps: GatewayDeps): Promise<{ againAt?: number }> {
  let failed = false;
  for (const request of deps.observer.approvals()) {
    const status = ApprovalRequestStatus.safeParse(request.status);
    if (status.success && status.data.phase !== 'Pending' && status.data.phase !== 'Approved') continue;
    const raised = await raiseIfApproved(deps, request);
    const { namespace, name } = request.metadata;
    if (!raised.ok) {
      failed = true;
      deps.log.warn({ approval: `${namespace}/${name}`, error: raised.error }, 'an approved raise is not done yet');
    } else if (raised.value.kind === 'raised') {
      const { version } = raised.value;
      deps.log.info({ approval: `${namespace}/${name}`, version }, 'blueprint raised');
    }
  }
  return failed ? { againAt: deps.clock.now() + AGAIN_MS } : {};
}
