import { isOf } from '../approvals/askedRightly.ts';
import { tally, votesOf } from '../approvals/tally.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import { ALLOWANCE_ANNOTATION, allowanceOn, allowanceText } from '../schema/allowance.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { FINAL } from '../schema/records.ts';
import { isAskedNow } from './askedNow.ts';
import type { GatewayDeps } from './deps.ts';
import { type DecisionRecord, indexed, keyOf, type RequestRecord, readDecision, readRequest } from './views/records.ts';

/** After a failure of the API server, and after another gateway was faster. */
const AGAIN_MS = 5_000;

/** What people allowed once, of a Decision that is not over. */
interface Allowed {
  readonly text: string;
  readonly request: RequestRecord;
  readonly held: DecisionRecord;
  readonly vote: string;
  readonly castAt: number;
  /** It has written already, or is about to: its way back is kept open until it is over. */
  readonly begun: boolean;
}

/**
 * One look at every Blueprint: the API server is told what people allowed once, for as long as the Decision is under way
 * that they allowed it for, and an allowance that nothing justifies is taken away. Level-based: a gateway that died, or one
 * beside this one, leaves nothing that the next look does not put right. While all is as it should be it costs no request.
 * `againAt`: when something could not be done now.
 */
export async function keepAllowances(deps: GatewayDeps): Promise<{ againAt?: number }> {
  const decisions = indexed(deps.observer.decisions());
  const allowed = new Map<string, Allowed[]>();
  for (const object of deps.observer.approvals()) {
    const one = allowedBy(deps, object, (namespace, name) => decisions.get(keyOf(namespace, name)));
    if (one === undefined) continue;
    const key = keyOf(one.request.namespace, one.request.spec.blueprint.name);
    allowed.set(key, [...(allowed.get(key) ?? []), one]);
  }
  let failed = false;
  for (const view of deps.observer.views()) {
    const standing = allowanceOn(view.object);
    const due = foremost(deps, view, allowed.get(keyOf(view.namespace, view.name)) ?? []);
    if (due?.text === standing) continue;
    const settled = await settle(deps, view);
    if (settled.ok) continue;
    failed = true;
    const { namespace, name } = view;
    deps.log.warn({ service: keyOf(namespace, name), error: settled.error }, 'an allowance is not as it should be yet');
  }
  return failed ? { againAt: deps.clock.now() + AGAIN_MS } : {};
}

/** Votes that are genuine and enough, for once, beyond the range, for a Decision that waits for this very request. */
function allowedBy(
  { trust }: GatewayDeps,
  object: KubeObject,
  decision: (namespace: string, name: string) => KubeObject | undefined,
): Allowed | undefined {
  const request = readRequest(object);
  const text = request && allowanceText(request.spec);
  if (request === undefined || text === undefined) return undefined;
  const found = decision(request.namespace, request.spec.decision);
  const held = found && readDecision(found);
  const { status } = held ?? {};
  if (held === undefined || status === undefined || isOver(found)) return undefined;
  if (status.approval !== request.name || !isOf(request.spec, held)) return undefined;
  const votes = tally(object, trust);
  if (votes.kind !== 'approved' || votes.choice !== 'once') return undefined;
  const castAt = Date.parse(votesOf(object).find(({ id }) => id === votes.vote)?.at ?? '');
  return { text, request, held, vote: votes.vote, castAt, begun: status.changes.length > 0 };
}

function isOver(decision: KubeObject | undefined): boolean {
  const phase = decision && readDecision(decision)?.status?.phase;
  return phase !== undefined && FINAL.has(phase);
}

/**
 * The one that is told. A service has one change under way, so one allowance is enough: the one that began, else the one
 * that was approved first; the next takes its place when it is over. The time in which an approval may be carried out is
 * the gateway's own clock's: whoever writes "begun" into a Decision later opens nothing that was not open.
 */
function foremost(
  { clock }: GatewayDeps,
  { object, blueprint }: ServiceView,
  all: readonly Allowed[],
): Allowed | undefined {
  const within = blueprint?.approval.executeWithinMs ?? 0;
  const standing = allowanceOn(object);
  return all
    .filter(({ castAt, begun, text }) => clock.now() <= castAt + within || (begun && text === standing))
    .toSorted((a, b) => Number(b.begun) - Number(a.begun) || a.castAt - b.castAt || (a.vote < b.vote ? -1 : 1))[0];
}

/** Mirrors gave the reason to look; what is written comes from the records themselves, and swaps the version it was read at. */
async function settle(deps: GatewayDeps, { namespace, name }: ServiceView): Promise<Result<void, string>> {
  const seen = await deps.observer.fresh(namespace, name);
  if (!seen.ok) return seen.error.code === 'notFound' ? ok(undefined) : err(seen.error.message);
  const { object } = seen.value;
  const standing = allowanceOn(object);
  const allowed = await freshlyAllowed(deps, seen.value);
  if (!allowed.ok) return allowed;
  const due = foremost(deps, seen.value, allowed.value);
  if (due?.text === standing) return ok(undefined);
  const data = {
    blueprint: keyOf(namespace, name),
    allowance: due?.text ?? null,
    was: standing ?? null,
    ...(due && { vote: due.vote, request: due.request.name }),
  };
  const logged = await deps.journal.append({ kind: 'allowance', subject: due?.held.name ?? '', data });
  // What is only taken away does not wait for the log.
  if (!logged.ok && due !== undefined) return err(logged.error.message);
  const written = await deps.records.replace(KINDS.Blueprint, withAllowance(object, due?.text));
  if (!written.ok) return err(written.error.message);
  deps.log.info({ service: keyOf(namespace, name), what: due?.text ?? 'none' }, 'allowance written');
  return ok(undefined);
}

/** As {@link allowedBy}; what has not begun has to be what the gate asks of people now, too. */
async function freshlyAllowed(deps: GatewayDeps, view: ServiceView): Promise<Result<Allowed[], string>> {
  const listed = await deps.reader.list(KINDS.ApprovalRequest, view.namespace);
  if (!listed.ok) return err(listed.error.message);
  const known = indexed(deps.observer.decisions());
  const all: Allowed[] = [];
  for (const object of listed.value.items) {
    const request = readRequest(object);
    if (request?.spec.blueprint.name !== view.name || allowanceText(request.spec) === undefined) continue;
    // What a mirror says is over is over; of anything else it may be behind.
    if (isOver(known.get(keyOf(view.namespace, request.spec.decision)))) continue;
    const decision = await deps.reader.get(KINDS.Decision, view.namespace, request.spec.decision);
    if (!decision.ok) return err(decision.error.message);
    const one = allowedBy(deps, object, () => decision.value);
    if (one === undefined) continue;
    if (one.begun || isAskedNow(deps, object, request.spec, one.held, view)) all.push(one);
  }
  return ok(all);
}

function withAllowance(object: KubeObject, text: string | undefined): KubeObject {
  const { [ALLOWANCE_ANNOTATION]: _, ...others } = object.metadata.annotations ?? {};
  const annotations = text === undefined ? others : { ...others, [ALLOWANCE_ANNOTATION]: text };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
