import { createHash } from 'node:crypto';
import { digestOf } from '../approvals/subject.ts';
import { mayNotDecide } from '../approvals/tally.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { TakeAlternativeBody } from '../schema/api/approvals.ts';
import type { AskedAnew } from '../schema/api/lists.ts';
import type { Client } from '../schema/client.ts';
import { headline } from '../schema/headline.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { ApprovalRequestSpec } from '../schema/records.ts';
import type { Request } from '../schema/request.ts';
import { type Asking, create, judgeInName, mayNotAsk, theirs, unavailable, type Where } from './ask.ts';
import type { GatewayDeps, Refused } from './deps.ts';
import type { Identity } from './people/identity.ts';
import { alternativeTitle } from './views/alternativeViews.ts';
import { judged, judgedAlternatives, wishOf } from './views/judgedNow.ts';
import { readDecision } from './views/records.ts';
import { vote } from './vote.ts';

/**
 * Asks, in this person's own name, for another change than the one that waits, and rejects that one. The index is that of
 * the card's list. The new Decision carries the gateway's signature and no authority: the executor judges it like any.
 */
export async function takeAlternative(
  deps: GatewayDeps,
  who: Identity,
  from: Client,
  where: Where,
  { index, title, digest: seen, comment }: TakeAlternativeBody,
): Promise<Result<AskedAnew, Refused>> {
  const mayNot = mayNotAsk(who);
  if (mayNot !== undefined) return err(mayNot);
  const asked = await requestAt(deps, where);
  if (!asked.ok) return asked;
  const { request, spec } = asked.value;
  const barred = mayNotDecide({ by: who.name, groups: who.groups, vote: 'reject' }, spec);
  if (barred !== undefined) return err({ code: 'notYours', message: barred });
  const taken = takenAs(request, spec, who);
  if ((await theirs(deps, who, taken)) !== undefined)
    return ok({ text: `You took one already: decision ${taken.name}.` });
  const found = await alternativeAt(deps, spec, index);
  if (!found.ok) return found;
  const { view, wish, text } = found.value;
  if (title !== undefined && title !== alternativeTitle(text)) {
    return err({ code: 'stale', message: `what stands there now is "${text}": look at the request again` });
  }
  // The one that waits goes first: two changes of one thing must never both be on their way.
  const digest = digestOf(deps.trust.cluster, request);
  if (digest === undefined) return unavailable('the cluster does not say which one it is');
  if (seen !== undefined && seen !== digest) {
    return err({ code: 'stale', message: 'what you saw is not what stands there now: look at the request again' });
  }
  const said = [`took instead: ${text}`, comment?.trim() ?? ''].filter((part) => part !== '').join('; ');
  const rejected = await vote(deps, who, where, { digest, vote: 'reject', comment: said.slice(0, 1000) });
  if (!rejected.ok) return rejected;
  return ask(deps, { who, from, view, id: taken.name }, wish, said);
}

async function requestAt(
  { reader }: GatewayDeps,
  { namespace, name }: Where,
): Promise<Result<{ readonly request: KubeObject; readonly spec: ApprovalRequestSpec }, Refused>> {
  const read = await reader.get(KINDS.ApprovalRequest, namespace, name);
  if (!read.ok) return unavailable(`the request cannot be read: ${read.error.message}`);
  const spec = ApprovalRequestSpec.safeParse(read.value?.spec);
  return read.value === undefined || !spec.success
    ? err({ code: 'notFound', message: 'there is no such request' })
    : ok({ request: read.value, spec: spec.data });
}

interface Found {
  readonly view: ServiceView;
  readonly wish: Request;
  readonly text: string;
}

async function alternativeAt(
  deps: GatewayDeps,
  spec: ApprovalRequestSpec,
  index: number,
): Promise<Result<Found, Refused>> {
  const { namespace } = spec.target;
  const read = await deps.reader.get(KINDS.Decision, namespace, spec.decision);
  const seen = await deps.observer.fresh(namespace, spec.blueprint.name);
  if (!read.ok || !seen.ok) return unavailable('the cluster cannot be read now: nothing is asked for unseen');
  const record = read.value && readDecision(read.value);
  if (record === undefined) return err({ code: 'stale', message: 'the decision that asked is gone' });
  const facts = { now: deps.clock.now(), ownNamespace: deps.ownNamespace };
  const wish = wishOf(record, deps.trust);
  const one = judgedAlternatives(seen.value, wish, judged(seen.value, wish, facts), facts)[index];
  if (one?.wish === undefined || one.verdict === undefined) {
    return err({ code: 'notOffered', message: 'this alternative is not offered: look at the request again' });
  }
  return one.verdict.authority === 'forbidden'
    ? err({ code: 'notOffered', message: `${one.text}: ${headline(one.verdict)}` })
    : ok({ view: seen.value, wish: one.wish, text: one.text });
}

/** Judged once more in the person's own name, on record, then a Decision with the gateway's word for who asked. */
async function ask(
  deps: GatewayDeps,
  asking: Omit<Asking, 'called'>,
  { tool, effect, args, wanted, target }: Request,
  said: string,
): Promise<Result<AskedAnew, Refused>> {
  if (asking.view?.blueprint === undefined) {
    return err({ code: 'stale', message: 'no blueprint governs this service any more' });
  }
  const whole = { ...asking, called: { tool, effect, args, ...(wanted && { wanted }), target } };
  const own = await judgeInName(deps, whole);
  if (!own.ok) return own;
  const made = await create(deps, whole, own.value, said);
  return made.ok
    ? ok({ text: `Asked for in your name: ${headline(own.value.verdict)}. Decision ${asking.id}.` })
    : made;
}

/**
 * One of a request and a person: whoever takes an alternative a second time, because no answer came or because the page still
 * showed it, is told of the first.
 */
const takenAs = ({ metadata }: KubeObject, { target, blueprint }: ApprovalRequestSpec, who: Identity): Where => ({
  namespace: target.namespace,
  name: `${blueprint.name}-${createHash('sha256')
    .update(`${metadata.namespace}/${metadata.name} ${metadata.uid} ${who.name}`)
    .digest('hex')
    .slice(0, 10)}`,
});
