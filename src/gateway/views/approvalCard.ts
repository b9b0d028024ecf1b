import { digestOf } from '../../approvals/subject.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { ApprovalCard } from '../../schema/api/approvals.ts';
import { verdictRecord } from '../../schema/decisionObject.ts';
import { KINDS } from '../../schema/kube.ts';
import { wantedOf } from '../../schema/wish.ts';
import { isAskedNow } from '../askedNow.ts';
import type { GatewayDeps, Refused } from '../deps.ts';
import type { Identity } from '../people/identity.ts';
import { replacementOf } from '../replacement.ts';
import { alternativeViews } from './alternativeViews.ts';
import { approvalSummary } from './approvalSummary.ts';
import {
  asksOf,
  cardRisks,
  changesOf,
  evidenceOf,
  type Looked,
  recordedVerdict,
  requesterOf,
  restrictingOf,
  staleOf,
  termsOf,
  unknownVerdict,
} from './cardParts.ts';
import { judged, wishOf } from './judgedNow.ts';
import { mayNow } from './may.ts';
import { railOf } from './rail.ts';
import { raiseView } from './raiseView.ts';
import { receiptOf } from './receipt.ts';
import { type DecisionRecord, indexed, type RequestRecord, readDecision, readRequest, standingOf } from './records.ts';
import { isReversible } from './risks.ts';
import { similarTo } from './similar.ts';
import { instant, name, sentence } from './told.ts';
import { verdictView } from './verdicts.ts';
import { voteViews } from './votes.ts';
import { wordsOf } from './words.ts';

/**
 * Everything that a person decides from, in one answer: read now from the API server, judged now by the gate. Of a request
 * that was answered it is what was recorded, beside what stands there now.
 */
export async function approvalCard(
  deps: GatewayDeps,
  who: Identity,
  namespace: string,
  requestName: string,
): Promise<Result<ApprovalCard, Refused>> {
  const read = await deps.reader.get(KINDS.ApprovalRequest, namespace, requestName);
  if (!read.ok) return refused('unavailable', `the request cannot be read now: ${sentence(read.error.message)}`);
  const request = read.value && readRequest(read.value);
  if (request === undefined) {
    return refused('notFound', 'there is no such request, or none that can be read: the list shows what there is');
  }
  const [decision, world] = await Promise.all([decisionOf(deps, request), worldOf(deps, request)]);
  const looked = lookedAt(deps, request, decision, world);
  const raise = looked.isOpen && world.view ? await raiseView(deps, request, world.view) : undefined;
  return ok(cardOf(who, looked, raise));
}

type World = Pick<Looked, 'view' | 'unreadable'>;

/** As the API server has it now; where it does not answer, what the last pass saw, and that it is no more than that. */
async function worldOf({ observer }: GatewayDeps, { namespace, spec }: RequestRecord): Promise<World> {
  const fresh = await observer.fresh(namespace, spec.blueprint.name);
  if (fresh.ok) return { view: fresh.value, unreadable: undefined };
  if (fresh.error.code === 'notFound') return { view: undefined, unreadable: undefined };
  const view = observer.views().find((one) => one.namespace === namespace && one.name === spec.blueprint.name);
  return { view, unreadable: sentence(fresh.error.message) };
}

/** A Decision of the same name that was made later is another one. */
async function decisionOf(
  { reader }: GatewayDeps,
  { namespace, spec }: RequestRecord,
): Promise<DecisionRecord | undefined> {
  const read = await reader.get(KINDS.Decision, namespace, spec.decision);
  const isIt = read.ok && read.value !== undefined && read.value.metadata.uid === spec.decisionUid;
  return isIt ? readDecision(read.value) : undefined;
}

function lookedAt(
  deps: GatewayDeps,
  request: RequestRecord,
  decision: DecisionRecord | undefined,
  { view, unreadable }: World,
): Looked {
  const standing = standingOf(request, deps);
  const isOpen = standing.phase === 'Pending';
  const now = deps.clock.now();
  const verdict = isOpen && view && decision ? judgedNow(deps, view, decision, now) : undefined;
  return { deps, request, standing, isOpen, now, decision, view, unreadable, verdict };
}

const judgedNow = (deps: GatewayDeps, view: ServiceView, decision: DecisionRecord, now: number) =>
  judged(view, wishOf(decision, deps.trust), { now, ownNamespace: deps.ownNamespace });

function cardOf(who: Identity, looked: Looked, raise: ApprovalCard['raise']): ApprovalCard {
  const { deps, request, standing, isOpen, now, decision, view, unreadable, verdict } = looked;
  const { spec } = request;
  const summary = approvalSummary(deps, who, request, { view, decision: decision?.object }, standing);
  const asking = verdict ? verdictRecord(verdict) : (recordedVerdict(decision) ?? unknownVerdict(request));
  const told = verdictView(asking);
  const stale = staleOf(looked);
  const rail = view && railOf(view, spec.arguments.replicas);
  const isAsked =
    decision !== undefined && view !== undefined && isAskedNow(deps, request.object, spec, decision, view);
  const forbidden = verdict?.authority === 'forbidden' ? told.headline : undefined;
  return {
    ...summary,
    digest: digestOf(deps.trust.cluster, request.object) ?? '',
    decision: name(spec.decision),
    now: instant(now),
    stale,
    ...(rail && { rail }),
    changes: changesOf(looked),
    ...(raise && { raise }),
    ...evidenceOf(looked),
    words: decision ? wordsOf(decision.spec) : [],
    risks: cardRisks(looked),
    reversible: isReversible(decision && wantedOf(decision.spec)),
    asking: told,
    restricting: restrictingOf(looked, asking),
    alternatives: isOpen ? alternativeViews(looked) : [],
    similar: similarTo(deps, request, indexed(deps.observer.decisions())),
    requester: requesterOf(looked),
    given: voteViews(request, deps.trust),
    ...termsOf(looked, raise),
    may: mayNow(who, request, {
      standing,
      isStale: stale.length > 0,
      raise,
      unreadable,
      forbidden,
      isAsked,
      instead: replacementOf(deps, request),
    }),
    asks: asksOf(summary.risk, spec.target.name),
    receipt: receiptOf(request, standing, decision),
  };
}

const refused = (code: Refused['code'], message: string): Result<never, Refused> => err({ code, message });
