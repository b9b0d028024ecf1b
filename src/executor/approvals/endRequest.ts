import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { ApprovalRequestStatus } from '../../schema/records.ts';
import type { ExecutorDeps } from '../deps.ts';

const OPEN: ReadonlySet<ApprovalRequestStatus['phase']> = new Set<ApprovalRequestStatus['phase']>([
  'Pending',
  'Approved',
]);

/** Its status says that people can still decide it, or that what they decided is still to be carried out. */
export function isOpenRequest(request: KubeObject): boolean {
  const status = ApprovalRequestStatus.safeParse(request.status);
  return !status.success || OPEN.has(status.data.phase);
}

/** For people and their pages: no status of a request is ever the ground for a write. */
export async function endRequest(
  deps: ExecutorDeps,
  request: KubeObject,
  phase: ApprovalRequestStatus['phase'],
  message: string,
): Promise<void> {
  const status = ApprovalRequestStatus.safeParse(request.status);
  if (status.success && status.data.phase === phase) return;
  const next: ApprovalRequestStatus = { phase, message: message.slice(0, 500) };
  const written = await deps.records.replaceStatus(KINDS.ApprovalRequest, { ...request, status: next });
  if (!written.ok)
    deps.log.warn(
      { approval: `${request.metadata.namespace}/${request.metadata.name}`, phase },
      'approval request not updated',
    );
}
