import { evidenceLines } from '../analysis/evidence.ts';
import { isFromPerson, proveRequester } from '../approvals/requesterProof.ts';
import { type JudgeDeps, type Judged, judgeCall, judgeOnly, wishIn } from '../calls/judge.ts';
import { readable } from '../calls/readable.ts';
import { isoInstant } from '../kernel/instant.ts';
import { redact } from '../kernel/redact.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import { type Client, clientWords } from '../schema/client.ts';
import { headline } from '../schema/headline.ts';
import type { AskedCall } from '../schema/judgedCall.ts';
import { KINDS } from '../schema/kube.ts';
import { newDecision } from '../schema/newDecision.ts';
import { originOf } from '../schema/origin.ts';
import type { DecisionSpec, Origin } from '../schema/records.ts';
import type { GatewayDeps, Refused } from './deps.ts';
import type { Identity } from './people/identity.ts';
import { type DecisionRecord, readDecision } from './views/records.ts';

export interface Where {
  readonly namespace: string;
  readonly name: string;
}

export interface Made extends Where {
  /** It was there already: asked for by the same person, as the same wish. */
  readonly before?: DecisionRecord;
}

/** What a person asks for, and through what. */
export interface Asking {
  readonly who: Identity;
  readonly from: Client;
  readonly called: AskedCall;
  /** Read now; undefined: no blueprint governs the target. */
  readonly view: ServiceView | undefined;
  /** Of the Decision, where asking once more has to find the same one; else a fresh one. */
  readonly id?: string;
}

/** The one path of every call, for people: judged in this person's name, and on record with the client they use. */
export async function judgeInName(
  deps: GatewayDeps,
  { who, from, called, view, id }: Asking,
): Promise<Result<Judged, Refused>> {
  const subject = id ?? `${view?.name ?? called.target.name}-${deps.ids.fresh()}`;
  const requester = { kind: 'person', name: who.name } as const;
  const more = { client: from, id: subject };
  const judged = await judgeCall(judgeDeps(deps, view), called, requester, subject, more);
  return judged.ok ? judged : unavailable(`it cannot be recorded, so nothing was asked for: ${judged.error}`);
}

/** What the gate says to it now, to find out what is to be done with it. Nothing is told from this: only what is on record is. */
export const judgeUnrecorded = (
  deps: GatewayDeps,
  { who, called, view }: Pick<Asking, 'who' | 'called' | 'view'>,
): ReturnType<typeof judgeOnly> =>
  judgeOnly(deps, view, wishIn(called), { id: '', requester: { kind: 'person', name: who.name } });

export const judgeDeps = (deps: GatewayDeps, view: ServiceView | undefined): JudgeDeps => ({
  journal: deps.journal,
  clock: deps.clock,
  ids: deps.ids,
  reader: deps.reader,
  ownNamespace: deps.ownNamespace,
  views: () => (view === undefined ? [] : [view]),
  decisions: () => readable(deps.observer.decisions()),
});

/** Why this login may ask for nothing, by whatever face it came; undefined: it may. */
export function mayNotAsk({ role, by }: Identity): Refused | undefined {
  if (role === 'viewer') return { code: 'notYours', message: 'a viewer asks for nothing: ask an admin for the role' };
  if (by.kind === 'token' && !by.scopes.includes('propose')) {
    return { code: 'notYours', message: 'this token was not given the scope propose' };
  }
  return undefined;
}

/**
 * The Decision for a judged call, with the gateway's word for who asked. It carries no authority: the executor judges it like
 * any. Undefined: no blueprint governs the target, so there is nowhere to keep one; the journal has the call.
 */
export async function create(
  deps: GatewayDeps,
  { who, from }: Asking,
  { request, verdict, view, head }: Judged,
  said: string,
): Promise<Result<Made | undefined, Refused>> {
  const barred = mayNotAsk(who);
  if (barred !== undefined) return err(barred);
  const { blueprint, workload, assessment } = view ?? {};
  if (blueprint === undefined) return ok(undefined);
  const now = deps.clock.now();
  const evidence = assessment === undefined ? [] : evidenceLines(assessment);
  const origin: Origin = { ...originOf('person'), note: clientWords(from).slice(0, 300) };
  const uid = workload?.uid;
  // A reason is read by more people than the secret that somebody pasted into it was meant for.
  const rationale = redact(said);
  const parts = { blueprint, uid, request, verdict, rationale, evidence, origin, journal: head };
  const object = newDecision(parts, isoInstant(workload?.at ?? now));
  const where = { namespace: blueprint.namespace, name: request.id };
  const spec = object.spec as DecisionSpec;
  const proof = proveRequester(deps.trust.cluster, where, spec, isoInstant(now), deps.key);
  const created = await deps.records.create(KINDS.Decision, { ...object, spec: { ...spec, proof } });
  if (created.ok) return ok(where);
  const before = created.error.code === 'conflict' ? await theirs(deps, who, where) : undefined;
  if (before !== undefined) return ok({ ...where, before });
  const perhaps = created.error.uncertain ? 'it may have been asked for all the same: look at the decisions first' : '';
  const words = [`${headline(verdict)}, but it was not asked for: ${created.error.message}`, perhaps];
  return unavailable(words.filter((part) => part !== '').join('; '));
}

/** The Decision at this place, where it is one that this person asked for. */
export async function theirs(
  deps: GatewayDeps,
  who: Identity,
  { namespace, name }: Where,
): Promise<DecisionRecord | undefined> {
  const read = await deps.reader.get(KINDS.Decision, namespace, name);
  const found = read.ok && read.value !== undefined ? readDecision(read.value) : undefined;
  const isTheirs =
    found !== undefined && found.spec.requester.name === who.name && isFromPerson(found.object, found.spec, deps.trust);
  return isTheirs ? found : undefined;
}

export const unavailable = (message: string): Result<never, Refused> => err({ code: 'unavailable', message });
