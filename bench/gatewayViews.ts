import type { GatewayDeps } from '../src/gateway/deps.ts';
import { approvalCard } from '../src/gateway/views/approvalCard.ts';
import { approvalList } from '../src/gateway/views/approvalList.ts';
import { serviceList } from '../src/gateway/views/serviceList.ts';
import { KINDS, type KubeObject } from '../src/schema/kube.ts';
import { PEOPLE } from '../src/testing/people.ts';
import { identity, openViewStage, REQUEST } from '../test/stages/viewStage.ts';

export interface Size {
  readonly requests: number;
  readonly pending: number;
}
/** Of a fleet after a week; and of one that began this morning, to hold it against. */
export const LARGE: Size = { requests: 10_000, pending: 200 };
export const SMALL: Size = { requests: 10, pending: 2 };

/** The pages that people wait for, with so many requests on record of which some wait, each with a vote to be checked. */
export async function openGatewayViews(size: Size) {
  const { stage, deps } = await openViewStage();
  const request = stage.world.get(KINDS.ApprovalRequest, 'shop', REQUEST);
  const decision = stage.world.get(KINDS.Decision, 'shop', REQUEST);
  if (request === undefined || decision === undefined) throw new Error('nobody was asked');
  const named = (object: KubeObject, n: number): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, name: `web-${String(n).padStart(10, '0')}`, uid: `uid-${n}` },
  });
  const approvals = Array.from({ length: size.requests }, (_, n): KubeObject => {
    const spec = { ...(request.spec as object), decision: `web-${String(n).padStart(10, '0')}`, quorum: 2 };
    const one = named({ ...request, spec }, n);
    if (n >= size.pending) return { ...one, status: { phase: 'Consumed', message: 'used' } };
    return { ...one, votes: [PEOPLE.vote(one, 'omar', deps.clock.now())] };
  });
  const decisions = Array.from({ length: size.requests }, (_, n) => named(decision, n));
  const { observer } = deps;
  const many: GatewayDeps = {
    ...deps,
    observer: {
      approvals: () => [request, ...approvals],
      decisions: () => [decision, ...decisions],
      views: () => observer.views(),
      history: (...where) => observer.history(...where),
      fresh: (...where) => observer.fresh(...where),
      onChange: (listener) => observer.onChange(listener),
    },
  };
  const who = identity();
  return {
    deps: many,
    inbox: () => approvalList(many, who, { state: 'open' }),
    decided: () => approvalList(many, who, { state: 'decided' }),
    card: () => approvalCard(many, who, 'shop', REQUEST),
    services: () => serviceList(many),
    close: () => stage.close(),
  };
}
