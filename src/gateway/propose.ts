import { calledChange } from '../calls/calledChange.ts';
import { alternativeLines, askedAbout, isAskingPeople, type Judged, viewOf } from '../calls/judge.ts';
import { isoInstant } from '../kernel/instant.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { Client } from '../schema/client.ts';
import { headline } from '../schema/headline.ts';
import type { AskedCall } from '../schema/judgedCall.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import type { Verdict } from '../schema/verdict.ts';
import { argumentsOf, wishWords } from '../schema/wish.ts';
import { whatIf as whatIfTool } from '../tools/whatIf.ts';
import {
  type Asking,
  create,
  judgeDeps,
  judgeInName,
  judgeUnrecorded,
  mayNotAsk,
  unavailable,
  type Where,
} from './ask.ts';
import { askedBefore, askedOfPeople, SAME_ASKING_MS } from './askedBefore.ts';
import type { GatewayDeps, Refused } from './deps.ts';
import type { Identity } from './people/identity.ts';
import type { Asked } from './turns.ts';
import type { DecisionRecord, RequestRecord } from './views/records.ts';
import { wishName } from './wishName.ts';

/** A change as somebody words it: the name of its tool and the tool's arguments, the service among them. */
export interface Wish {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** What the gate says to a wish. */
export interface Answered {
  readonly verdict: Verdict;
  readonly headline: string;
  /** What could be asked for instead, each judged by the same gate. */
  readonly alternatives: readonly string[];
  /** All of it in words that stand alone. */
  readonly text: string;
}

export interface Proposed extends Answered {
  /** Absent: there is nowhere to keep one, or nobody has to be asked. */
  readonly decision?: Where;
  /** Where people decide, of what is restricted. The executor opens it within seconds. `page` comes behind the gateway's address. */
  readonly approval?: Where & { readonly page: string };
  /** This person asked for the same before: nothing new was asked for. */
  readonly again: boolean;
  /** People said no to it lately; the same may be asked again then. */
  readonly rejected?: { readonly message: string; readonly askAgainAt: string };
}

/**
 * A person's wish for a change, in their name: judged by the gate on state read now, on record, and then a Decision that the
 * executor judges again. Who asks is never who approves. The same wish of the same person that is open, or to which nothing
 * else would be said, is answered with the Decision it has.
 */
export async function propose(
  deps: GatewayDeps,
  who: Identity,
  from: Client,
  wish: Wish & { readonly reason: string },
): Promise<Result<Proposed, Refused>> {
  const barred = mayNotAsk(who);
  if (barred !== undefined) return err(barred);
  const called = calledChange(wish.tool, wish.arguments, wish.reason);
  if (!called.ok) return err({ code: 'malformed', message: called.error });
  const late = tooMany(deps, who, 'wishes');
  if (late !== undefined) return late;
  return deps.turns.inTurn(who.name, () => ask(deps, { who, from, called: called.value }, wish.reason.trim()));
}

async function ask(
  deps: GatewayDeps,
  parts: Pick<Asking, 'who' | 'from' | 'called'>,
  reason: string,
): Promise<Result<Proposed, Refused>> {
  const seen = await lookAt(deps, parts.called);
  if (!seen.ok) return seen;
  const known = await listed(deps, seen.value);
  if (!known.ok) return known;
  const looked = judgeUnrecorded(deps, { ...parts, view: seen.value });
  const twin = await askedOfPeople(deps, looked);
  const before = askedBefore(deps, parts.who, { ...looked, isAsked: twin !== undefined }, known.value);
  const isMade = before === undefined && !(isAskingPeople(parts.called) && looked.verdict.authority === 'allowed');
  // The call of a Decision stands under its name in the journal, and no other call does.
  const id = isMade ? wishName(parts.who, looked, known.value, deps.clock.now()) : undefined;
  const asking = { ...parts, view: seen.value, ...(id !== undefined && { id }) };
  const judged = await judgeInName(deps, asking);
  if (!judged.ok) return judged;
  if (judged.value.asksPeople && judged.value.verdict.authority === 'allowed') return ok(nobodyToAsk(judged.value));
  if (before !== undefined) return ok(proposed(deps, judged.value, before, twin, before));
  const made = await create(deps, asking, judged.value, reason);
  return made.ok ? ok(proposed(deps, judged.value, made.value, twin, made.value?.before)) : made;
}

/**
 * What the gate would say to a change if this person asked for it. Nothing is asked for; the question is on record like any
 * call.
 */
export async function whatIf(
  deps: GatewayDeps,
  who: Identity,
  from: Client,
  wish: Wish,
): Promise<Result<Answered, Refused>> {
  const change = calledChange(wish.tool, wish.arguments, 'what if');
  if (!change.ok) return err({ code: 'malformed', message: change.error });
  const late = tooMany(deps, who, 'questions');
  if (late !== undefined) return late;
  const called = questionAbout(change.value);
  if (!called.ok) return called;
  const seen = await lookAt(deps, called.value);
  if (!seen.ok) return seen;
  const judged = await judgeInName(deps, { who, from, called: called.value, view: seen.value });
  if (!judged.ok) return judged;
  const about = called.value.effect === 'read' ? askedAbout(judgeDeps(deps, seen.value), judged.value) : judged.value;
  return about === undefined
    ? err({ code: 'malformed', message: 'there is no such change' })
    : ok(answered(deps, about));
}

/** What has no tool is asked about by its name alone, and refused. */
function questionAbout(change: AskedCall): Result<AskedCall, Refused> {
  if (change.effect !== 'change') return ok(change);
  const { reason: _, ...given } = change.args;
  const args = whatIfTool.input.safeParse({ ...given, action: change.tool });
  return args.success
    ? ok({ tool: whatIfTool.name, effect: 'read', args: args.data, target: change.target })
    : err({ code: 'malformed', message: `what_if is about a change itself: ask about it, not about ${change.tool}` });
}

/** Read now: nothing is judged unseen. Undefined: no blueprint governs the target. */
async function lookAt(deps: GatewayDeps, { target }: AskedCall): Promise<Result<ServiceView | undefined, Refused>> {
  const known = viewOf(deps.observer.views(), target);
  if (known === undefined) return ok(undefined);
  const seen = await deps.observer.fresh(known.namespace, known.name);
  if (seen.ok) return ok(seen.value);
  return seen.error.code === 'notFound'
    ? ok(undefined)
    : unavailable(`the cluster cannot be read now, so nothing is judged: ${seen.error.message}`);
}

async function listed(
  deps: GatewayDeps,
  view: ServiceView | undefined,
): Promise<Result<readonly KubeObject[], Refused>> {
  if (view === undefined) return ok([]);
  const read = await deps.reader.list(KINDS.Decision, view.namespace, `fairlead.dev/blueprint=${view.name}`);
  return read.ok
    ? ok(read.value.items)
    : unavailable(`the decisions cannot be read, so nothing was asked for: ${read.error.message}`);
}

function tooMany(deps: GatewayDeps, who: Identity, what: Asked): Result<never, Refused> | undefined {
  const until = deps.turns.take(who.name, what);
  if (until === undefined) return undefined;
  const message = `${who.name} asked for too much within ten minutes: ask again at ${isoInstant(until)}`;
  return err({ code: 'tooMany', message });
}

function answered(deps: GatewayDeps, about: Pick<Judged, 'request' | 'verdict' | 'view'>): Answered {
  const { request, verdict } = about;
  const said = headline(verdict);
  const alternatives = verdict.authority === 'allowed' ? [] : alternativeLines(deps, about);
  const service = `${request.target.namespace}/${request.target.name}`;
  const words = [`${whatOf(request)} on ${service}: ${said}.`, insteadOf(alternatives)];
  return { verdict, headline: said, alternatives, text: sentences(words) };
}

const whatOf = ({ tool, wanted }: Judged['request']): string =>
  wishWords(tool, tool === 'scale_to_zero' ? {} : argumentsOf(wanted));

const insteadOf = (alternatives: readonly string[]): string =>
  alternatives.length === 0 ? '' : `Instead: ${alternatives.join('; ')}.`;

const sentences = (words: readonly string[]): string => words.filter((part) => part !== '').join(' ');

function nobodyToAsk(judged: Judged): Proposed {
  const { request, verdict } = judged;
  const text = `${whatOf(request)}: ${headline(verdict)}. Nobody has to approve this: ask for ${request.tool} itself. Nothing was asked for.`;
  return { verdict, headline: headline(verdict), alternatives: [], text, again: false };
}

function proposed(
  deps: GatewayDeps,
  judged: Judged,
  decision: Where | undefined,
  twin: RequestRecord | undefined,
  before?: DecisionRecord,
): Proposed {
  const base = answered(deps, judged);
  if (decision === undefined) return { ...base, again: false };
  const { namespace, name } = decision;
  const rejected = before && rejectionOf(before);
  const isAsked =
    rejected === undefined &&
    (judged.verdict.authority === 'restricted' || before?.status?.phase === 'AwaitingApproval');
  const asked = twin?.name ?? before?.status?.approval ?? name;
  const approval = isAsked ? { namespace, name: asked, page: approvalPage(namespace, asked) } : undefined;
  const anew = rejected && `The same may be asked again from ${rejected.askAgainAt} on.`;
  const words = [base.text, standsAs(judged, decision, before), anew ?? askedWhere(approval, twin, before ?? decision)];
  return {
    ...base,
    decision: { namespace, name },
    ...(approval && { approval }),
    again: before !== undefined,
    ...(rejected && { rejected }),
    text: sentences(words),
  };
}

function rejectionOf({ status, createdAt }: DecisionRecord): Proposed['rejected'] {
  if (status?.phase !== 'Rejected') return undefined;
  return { message: status.message, askAgainAt: isoInstant(createdAt + SAME_ASKING_MS) };
}

export const approvalPage = (namespace: string, name: string): string =>
  `/#/approvals/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;

function standsAs({ verdict }: Judged, { namespace, name }: Where, before: DecisionRecord | undefined): string {
  const where = `${namespace}/${name}`;
  if (before !== undefined) {
    const { phase = 'Pending', message = '' } = before.status ?? {};
    const how = message === '' ? phase : `${phase}, ${message}`;
    return `You asked for it at ${isoInstant(before.createdAt)} already: decision ${where}, ${how}.`;
  }
  return verdict.authority === 'forbidden'
    ? `On record as decision ${where}; nothing will come of it.`
    : `Asked for in your name as decision ${where}; the executor judges it again before anything is done.`;
}

function askedWhere(approval: Proposed['approval'], twin: RequestRecord | undefined, { name }: Where): string {
  if (approval === undefined) return '';
  const whose =
    twin === undefined || twin.spec.decision === name ? '' : `${twin.spec.requester.name} asked for the same; `;
  return `${whose}people decide at ${approval.page} of the gateway, and whoever asked is not among them.`;
}
