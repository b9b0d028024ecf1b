import { assertNever } from '../kernel/assertNever.ts';
import { awaitApproval } from './awaitApproval.ts';
import { lookAtChild } from './children.ts';
import type { AgainAt, ExecutorDeps } from './deps.ts';
import type { HeldDecision } from './heldDecision.ts';
import { settleIntent } from './recover.ts';
import { request } from './request.ts';
import { verify } from './verify.ts';

/** One look at one Decision, by its phase. */
export function advance(deps: ExecutorDeps, held: HeldDecision, siblings: readonly HeldDecision[]): Promise<AgainAt> {
  const { phase } = held.status;
  switch (phase) {
    case 'Pending':
    case 'Deferred':
      return held.spec.parent === undefined ? request(deps, held, siblings) : lookAtChild(deps, held, siblings);
    case 'AwaitingApproval':
      return awaitApproval(deps, held);
    case 'Executing':
      return settleIntent(deps, held);
    case 'Verifying':
      return verify(deps, held);
    case 'Refused':
    case 'Succeeded':
    case 'RolledBack':
    case 'Failed':
    case 'Inconclusive':
    case 'Rejected':
    case 'Expired':
    case 'Superseded':
      return Promise.resolve(undefined);
    default:
      return assertNever(phase);
  }
}
