import { isFromPerson } from '../approvals/requesterProof.ts';
import type { Judged } from '../calls/judge.ts';
import { sameVerdict } from '../calls/sameVerdict.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { TAKEN_BACK } from '../schema/phases.ts';
import { FINAL } from '../schema/records.ts';
import { sameJson } from '../schema/resources.ts';
import { argumentsOf, sentText } from '../schema/wish.ts';
import type { GatewayDeps } from './deps.ts';
import type { Identity } from './people/identity.ts';
import { type DecisionRecord, type RequestRecord, readDecision, readRequest, standingOf } from './views/records.ts';

/** As long as the same wish is the same asking. */
export const SAME_ASKING_MS = 600_000;

/**
 * The Decision that this person's same wish has already: it is open, or was asked within ten minutes and nothing else would
 * come of it now. `isAsked`: people are asked for the same now, by whoever. A call that was sent twice, or a client that asks in circles, makes one Decision.
 */
export function askedBefore(
  deps: Pick<GatewayDeps, 'trust' | 'clock'>,
  who: Identity,
  judged: Pick<Judged, 'request' | 'verdict'> & { readonly isAsked: boolean },
  decisions: readonly KubeObject[],
): DecisionRecord | undefined {
  return decisions
    .flatMap((object) => readDecision(object) ?? [])
    .toSorted((a, b) => b.createdAt - a.createdAt)
    .find(
      (decision) =>
        isSameWish(judged, decision) &&
        decision.spec.requester.name === who.name &&
        isFromPerson(decision.object, decision.spec, deps.trust) &&
        stillAnswers(judged, decision, deps.clock.now()),
    );
}

function stillAnswers(
  { verdict, isAsked }: Pick<Judged, 'verdict'> & { readonly isAsked: boolean },
  decision: DecisionRecord,
  now: number,
): boolean {
  if (decision.status === undefined || !FINAL.has(decision.status.phase)) return true;
  if (now - decision.createdAt >= SAME_ASKING_MS) return false;
  switch (decision.status.phase) {
    case 'Rejected':
      return decision.status.reason !== TAKEN_BACK && verdict.authority === 'restricted';
    case 'Refused':
      return sameVerdict(verdict, decision);
    case 'Superseded':
      // Replaced by a newer wish it may be wanted again; merged into another's, that one asks while it stands.
      return decision.status.reason === 'Merged' && isAsked && sameVerdict(verdict, decision);
    case 'Succeeded':
      return verdict.findings.some(({ code, effect }) => code === 'NothingToChange' && effect !== 'note');
    default:
      return false;
  }
}

function isSameWish({ request }: Pick<Judged, 'request'>, { spec }: DecisionRecord): boolean {
  const { sent, ...asked } = spec.arguments;
  return (
    spec.parent === undefined &&
    spec.tool === request.tool &&
    spec.target.namespace === request.target.namespace &&
    spec.target.name === request.target.name &&
    sameJson(asked, argumentsOf(request.wanted)) &&
    (request.effect !== 'unknown' || sent === sentText(request.args))
  );
}

/** The request in which people are asked for the same already, by whoever: the executor merges the wish into it. */
export async function askedOfPeople(
  deps: Pick<GatewayDeps, 'reader' | 'trust' | 'clock'>,
  { request, verdict, view }: Pick<Judged, 'request' | 'verdict' | 'view'>,
): Promise<RequestRecord | undefined> {
  if (verdict.authority !== 'restricted' || view === undefined) return undefined;
  const listed = await deps.reader.list(KINDS.ApprovalRequest, view.namespace);
  const all = listed.ok ? listed.value.items.flatMap((object) => readRequest(object) ?? []) : [];
  const same = all.find(
    (one) =>
      one.spec.operation === verdict.operation &&
      one.spec.target.name === request.target.name &&
      sameJson(one.spec.arguments, argumentsOf(request.wanted)) &&
      standingOf(one, deps).phase === 'Pending',
  );
  // Anybody may have written a request that no Decision waits for.
  const holder = same && (await deps.reader.get(KINDS.Decision, same.namespace, same.spec.decision));
  const decision = holder?.ok === true && holder.value !== undefined ? readDecision(holder.value) : undefined;
  return decision?.status?.approval === same?.name ? same : undefined;
}
