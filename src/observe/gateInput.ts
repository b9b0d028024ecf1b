import { frozenAt } from '../schema/blueprint/freeze.ts';
import type { Request } from '../schema/request.ts';
import type { CheckedApproval, GateInput } from '../schema/verdict.ts';
import type { ServiceView } from './serviceView.ts';

export interface GateFacts {
  readonly now: number;
  readonly ownNamespace: string;
  readonly approval?: CheckedApproval;
  /** The admission policy is installed; absent means that it is not known to be. */
  readonly admission?: boolean;
}

/** What the gate decides from. Every entrance builds it here, so that the same call on the same state gets the same verdict (P1). */
export function gateInput(view: ServiceView, request: Request, facts: GateFacts): GateInput {
  const { blueprint, global, workload, assessment, counters, holds, fleet } = view;
  const frozen = frozenAt([...(blueprint?.freeze ?? []), ...(global?.freeze ?? [])], facts.now);
  return {
    now: facts.now,
    request,
    ...(blueprint !== undefined && { blueprint }),
    ...(global !== undefined && { global }),
    ...(workload !== undefined && { workload }),
    ...(assessment !== undefined && { assessment }),
    ...(counters !== undefined && { counters }),
    ...(holds !== undefined && { holds }),
    ...(fleet !== undefined && { fleet }),
    ...(facts.approval !== undefined && { approval: facts.approval }),
    matches: view.matches,
    admission: facts.admission ?? false,
    ownNamespace: facts.ownNamespace,
    ...(frozen !== undefined && { frozen }),
  };
}
