import { isFromPerson } from '../../approvals/requesterProof.ts';
import { riskOf } from '../../approvals/risk.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { ApprovalSummary } from '../../schema/api/approvals.ts';
import type { KubeObject } from '../../schema/kube.ts';
import type { GatewayDeps } from '../deps.ts';
import type { Identity } from '../people/identity.ts';
import { answerOf } from './answer.ts';
import { hasNoVote } from './may.ts';
import { type DecisionRecord, keyOf, type RequestRecord, readDecision, type Standing, standingOf } from './records.ts';
import { instant, name, sentence } from './told.ts';
import { ruleWords } from './verdicts.ts';
import { whySentence } from './why.ts';

export interface Around {
  readonly view: ServiceView | undefined;
  readonly decision: KubeObject | undefined;
}

/** One line of the inbox. */
export function approvalSummary(
  deps: GatewayDeps,
  who: Identity,
  request: RequestRecord,
  { view, decision }: Around,
  standing: Standing = standingOf(request, deps),
): ApprovalSummary {
  const { spec, namespace } = request;
  const { tally, phase } = standing;
  const asked = decision && readDecision(decision);
  const isOpen = phase === 'Pending';
  const seen = isOpen && view ? whySentence(view, deps.observer.history(namespace, spec.blueprint.name)) : undefined;
  const finding = restrictingFinding(asked);
  return {
    namespace,
    name: request.name,
    service: name(spec.blueprint.name),
    phase,
    operation: name(spec.operation),
    before: name(spec.before),
    after: name(spec.after),
    risk: riskOf(spec),
    why: seen ?? sentence(finding?.message ?? `${spec.operation} needs an approval.`),
    rule: ruleWords(finding?.rule ?? 'G0'),
    ...whoAsked(deps, request, asked),
    approvers: spec.approvers.map(name),
    votes: tally.kind === 'rejected' ? 0 : tally.by.length,
    quorum: spec.quorum,
    askedAt: instant(request.createdAt),
    decideBy: instant(Date.parse(spec.decideBy)),
    mine: isOpen && hasNoVote(who, request, 'approve') === undefined,
    ...answerOf(request, standing, decision),
  };
}

/** Who asked and, of a person, why. A Decision of the same name that was made later is another one, and says nothing of it. */
function whoAsked(
  { trust }: GatewayDeps,
  { spec }: RequestRecord,
  asked: DecisionRecord | undefined,
): Pick<ApprovalSummary, 'requester' | 'reason'> {
  const isIt = asked !== undefined && asked.object.metadata.uid === spec.decisionUid;
  const byPerson = isIt && isFromPerson(asked.object, asked.spec, trust);
  const reason = byPerson ? sentence(asked.spec.rationale).trim() : '';
  return {
    requester: { kind: byPerson ? 'person' : 'agent', name: name((byPerson ? asked.spec : spec).requester.name) },
    ...(reason !== '' && { reason }),
  };
}

/** The recorded finding that put it to people. */
function restrictingFinding(decision: DecisionRecord | undefined) {
  const verdict = decision?.status?.verdict ?? decision?.spec.verdict;
  return verdict?.findings.find(({ effect }) => effect === 'restrict');
}

/** Views by the name of their Blueprint, made once a call. */
export const viewsByName = (views: readonly ServiceView[]): ReadonlyMap<string, ServiceView> =>
  new Map(views.map((view) => [keyOf(view.namespace, view.name), view]));
