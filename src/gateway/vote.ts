import { movedSince } from '../approvals/moved.ts';
import { FRICTION, riskOf } from '../approvals/risk.ts';
import { digestOf } from '../approvals/subject.ts';
import { mayNotDecide, type Tally, tally, votesOf, whyFull } from '../approvals/tally.ts';
import { castVote, isGenuine } from '../approvals/vote.ts';
import { isoInstant } from '../kernel/instant.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { VoteBody } from '../schema/api/approvals.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { ApprovalRequestSpec, ApprovalRequestStatus } from '../schema/records.ts';
import { spoken } from '../schema/spoken.ts';
import type { Vote } from '../schema/vote.ts';
import { isAskedNow, NOT_ASKED } from './askedNow.ts';
import type { GatewayDeps, Refused } from './deps.ts';
import type { Identity } from './people/identity.ts';
import { raiseOffer } from './raise.ts';
import { isOverWords, replacementOf } from './replacement.ts';
import { readDecision, readRequest } from './views/records.ts';

const ATTEMPTS = 5;

/** What became of a vote: it stands in the record, and this is what all votes come to now. */
export interface Voted {
  readonly vote: Vote;
  readonly tally: Tally;
}

/**
 * Puts a person's answer beside the request, signed, after it is in the journal. Everything is read now: who they are was
 * settled by the caller, what they answer must be exactly what stands there. The same answer twice is one vote.
 */
export async function vote(
  deps: GatewayDeps,
  who: Identity,
  where: { readonly namespace: string; readonly name: string },
  body: VoteBody,
): Promise<Result<Voted, Refused>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const read = await deps.reader.get(KINDS.ApprovalRequest, where.namespace, where.name);
    if (!read.ok) return refused('unavailable', `the request cannot be read: ${read.error.message}`);
    const request = read.value;
    const spec = ApprovalRequestSpec.safeParse(request?.spec);
    if (request === undefined || !spec.success) return refused('notFound', 'there is no such request');
    const before = standing(deps, request, who, body);
    if (before !== undefined) return before;
    const fault = await whyNot(deps, request, spec.data, who, body);
    if (fault !== undefined) return { ok: false, error: fault };
    const choice = await choiceOf(deps, spec.data, body);
    if (!choice.ok) return choice;
    const cast = sign(deps, who, body, spec.data, choice.value);
    const logged = await deps.journal.append({
      kind: 'vote',
      subject: spec.data.decision,
      data: { request: `${where.namespace}/${where.name}`, vote: cast },
    });
    if (!logged.ok) return refused('unavailable', `the vote cannot be recorded: ${logged.error.message}`);
    const next = { ...request, votes: [...votesOf(request), cast] };
    const written = await deps.records.replace(KINDS.ApprovalRequest, next);
    if (written.ok) return ok({ vote: cast, tally: tally(written.value, deps.trust) });
    if (written.error.code !== 'conflict') {
      return refused('unavailable', `the vote was not taken: ${written.error.message}`);
    }
  }
  return refused('busy', 'others are writing to this request: try again');
}

/** The same person's same answer that stands there already, and counts: in their name anybody may have written there. */
function standing(
  deps: GatewayDeps,
  request: KubeObject,
  who: Identity,
  body: VoteBody,
): Result<Voted, Refused> | undefined {
  const same = votesOf(request).findLast((one) => one.by === who.name && isGenuine(one, body.digest, deps.trust.keys));
  const is = same?.vote === body.vote && (body.choice ?? same.choice) === same.choice;
  return same !== undefined && is ? ok({ vote: same, tally: tally(request, deps.trust) }) : undefined;
}

async function whyNot(
  deps: GatewayDeps,
  request: KubeObject,
  spec: ApprovalRequestSpec,
  who: Identity,
  body: VoteBody,
): Promise<Refused | undefined> {
  const status = ApprovalRequestStatus.safeParse(request.status);
  const phase = status.success ? status.data.phase : 'Pending';
  const sofar = tally(request, deps.trust);
  if (phase !== 'Pending' || sofar.kind !== 'pending') {
    const record = readRequest(request);
    const instead = record && replacementOf(deps, record);
    return { code: 'decided', message: isOverWords(phase === 'Pending' ? sofar.kind : phase, instead) };
  }
  if (deps.clock.now() > Date.parse(spec.decideBy)) {
    return { code: 'decided', message: `the time to decide ended at ${spec.decideBy}: no answer means rejected` };
  }
  const full = whyFull(request);
  if (full !== undefined) return { code: 'decided', message: full };
  const barred = mayNotDecide({ by: who.name, groups: who.groups, vote: body.vote }, spec);
  if (barred !== undefined) return { code: 'notYours', message: barred };
  // A no for something else would be taken and count for nothing.
  if (digestOf(deps.trust.cluster, request) !== body.digest) {
    return { code: 'stale', message: 'what you saw is not what stands there now: look at the request again' };
  }
  if (body.vote === 'reject') return undefined;
  return (await staleness(deps, request, spec)) ?? incomplete(spec, body);
}

/** A rejection needs no fresh world; an approval does. */
async function staleness(
  deps: GatewayDeps,
  request: KubeObject,
  spec: ApprovalRequestSpec,
): Promise<Refused | undefined> {
  const { namespace } = spec.target;
  const decision = await deps.reader.get(KINDS.Decision, namespace, spec.decision);
  const seen = await deps.observer.fresh(namespace, spec.blueprint.name);
  if (!decision.ok || (!seen.ok && seen.error.code !== 'notFound')) {
    return { code: 'unavailable', message: 'the cluster cannot be read now: an approval needs fresh state' };
  }
  const held = decision.value && readDecision(decision.value);
  if (held === undefined) return { code: 'stale', message: 'the decision that asked is gone' };
  const moved = movedSince(spec, held.spec, seen.ok ? seen.value : {});
  if (moved.length === 0 && seen.ok) {
    // A signature lends the gateway's word to whatever it stands on: not to what somebody else wrote.
    return isAskedNow(deps, request, spec, held, seen.value) ? undefined : { code: 'stale', message: NOT_ASKED };
  }
  const words = moved.map(({ asked, now }) => `${asked} then, ${now} now`).join('; ');
  return { code: 'stale', message: `the world moved since this was asked: ${words}. It will be asked anew` };
}

function incomplete(spec: ApprovalRequestSpec, body: VoteBody): Refused | undefined {
  const asks = FRICTION[riskOf(spec)];
  if (asks.comment && (body.comment ?? '').trim() === '') {
    return { code: 'incomplete', message: 'an approval of this risk wants a comment: why is it right?' };
  }
  if (asks.typed && body.typed !== spec.target.name) {
    return { code: 'incomplete', message: `an approval of this risk wants the name typed: ${spec.target.name}` };
  }
  return undefined;
}

/** Where nothing was said, what the blueprint says, and only once where a raise cannot be had. Asked for it in words: no. */
async function choiceOf(
  deps: GatewayDeps,
  spec: ApprovalRequestSpec,
  body: VoteBody,
): Promise<Result<Vote['choice'] | undefined, Refused>> {
  if (body.vote === 'reject') return ok(undefined);
  if (body.choice === 'once') return ok('once');
  const seen = await deps.observer.fresh(spec.target.namespace, spec.blueprint.name);
  const offer = seen.ok ? raiseOffer(spec, seen.value) : undefined;
  if (offer !== undefined && offer.ownedBy === undefined) {
    return ok(body.choice ?? (seen.ok ? seen.value.blueprint?.approval.onApproval : undefined) ?? 'once');
  }
  if (body.choice === undefined) return ok('once');
  const why =
    offer?.ownedBy === undefined
      ? 'there is no limit that an answer to this request could raise'
      : `${offer.ownedBy} applies this blueprint: raise max_replicas to ${offer.to} in its repository`;
  return refused('notOffered', `${why}; approve once, or reject`);
}

function sign(
  deps: GatewayDeps,
  who: Identity,
  body: VoteBody,
  spec: ApprovalRequestSpec,
  choice: Vote['choice'] | undefined,
): Vote {
  // Before it is signed: afterwards nothing of it may change.
  const comment = spoken(body.comment ?? '', 1_000);
  return castVote(
    {
      id: `${who.name}-${deps.ids.fresh()}`.slice(-64),
      by: who.name,
      groups: who.groups.filter((group) => spec.approvers.includes(group)),
      vote: body.vote,
      ...(choice === undefined ? {} : { choice }),
      ...(comment === '' ? {} : { comment }),
      at: isoInstant(deps.clock.now()),
      digest: body.digest,
    },
    deps.key,
  );
}

const refused = (code: Refused['code'], message: string): Result<never, Refused> => err({ code, message });
