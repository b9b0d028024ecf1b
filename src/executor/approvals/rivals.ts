import { tally } from '../../approvals/tally.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { ApprovalRequestSpec, FINAL } from '../../schema/records.ts';
import { sameJson } from '../../schema/resources.ts';
import type { ExecutorDeps } from '../deps.ts';
import { type End, finish } from '../records/close.ts';
import { type HeldDecision, readDecision } from '../records/heldDecision.ts';
import { endRequest, isOpenRequest } from './endRequest.ts';

export type Rivalry =
  /** Nothing else of this kind is asked, or what was is no more. */
  | { readonly kind: 'clear' }
  | { readonly kind: 'ends'; readonly end: End }
  /** It cannot be told now. */
  | { readonly kind: 'unclear' };

/**
 * One open request an operation and target: people decide one number at a time. The same once more is merged into the one
 * that stands; a newer value takes the place of one that nobody answered yet; where somebody did, the newer one ends. An
 * agent never takes the place of a person's request.
 */
export async function settleRivals(
  deps: ExecutorDeps,
  held: HeldDecision,
  asked: ApprovalRequestSpec,
): Promise<Rivalry> {
  const listed = await deps.reader.list(KINDS.ApprovalRequest, held.namespace);
  if (!listed.ok) return { kind: 'unclear' };
  for (const request of listed.value.items) {
    const spec = ApprovalRequestSpec.safeParse(request.spec);
    if (!spec.success || !isRival(spec.data, asked) || !isOpenRequest(request)) continue;
    const rival = await holderOf(deps, request, spec.data);
    if (rival === 'unreadable') return { kind: 'unclear' };
    if (rival === undefined) continue;
    if (sameJson(spec.data.arguments, asked.arguments)) return ends('Merged', `the same is asked by ${rival.name}`);
    const reason = whyItStands(deps, request, rival, held);
    if (reason !== undefined) return ends('OpenRequest', `${rival.name} asks for ${spec.data.after}: ${reason}`);
    if (!(await replace(deps, request, rival, held, asked))) return { kind: 'unclear' };
  }
  return { kind: 'clear' };
}

const ends = (reason: string, message: string): Rivalry => ({
  kind: 'ends',
  end: { phase: 'Superseded', reason, message },
});

const isRival = (spec: ApprovalRequestSpec, asked: ApprovalRequestSpec): boolean =>
  spec.decisionUid !== asked.decisionUid &&
  spec.operation === asked.operation &&
  spec.target.name === asked.target.name &&
  spec.target.uid === asked.target.uid;

/** The living Decision that waits for this very request. Anybody may have written a request that none waits for. */
async function holderOf(
  deps: ExecutorDeps,
  { metadata }: KubeObject,
  spec: ApprovalRequestSpec,
): Promise<HeldDecision | 'unreadable' | undefined> {
  const read = await deps.reader.get(KINDS.Decision, metadata.namespace, spec.decision);
  if (!read.ok) return 'unreadable';
  const held = read.value && readDecision(read.value, deps.trust);
  if (held?.ok !== true || held.value.object.metadata.uid !== spec.decisionUid) return undefined;
  const { status } = held.value;
  return FINAL.has(status.phase) || status.approval !== metadata.name ? undefined : held.value;
}

/** Why the other request is not given up for this one; undefined: it is. */
function whyItStands(
  { trust }: ExecutorDeps,
  request: KubeObject,
  rival: HeldDecision,
  held: HeldDecision,
): string | undefined {
  const isNewer = held.createdAt > rival.createdAt || (held.createdAt === rival.createdAt && held.name > rival.name);
  if (!isNewer) return 'it is the newer one';
  if (rival.person && !held.person) return `${rival.spec.requester.name} asked for it, and no agent takes its place`;
  const votes = trust === undefined ? undefined : tally(request, trust);
  if (votes === undefined || (votes.kind === 'pending' && votes.by.length === 0)) return undefined;
  return 'people are about to decide it: ask again when it is decided';
}

/** The Decision first: should this process end in between, the request that is left leads to a Decision that is over. */
async function replace(
  deps: ExecutorDeps,
  request: KubeObject,
  rival: HeldDecision,
  held: HeldDecision,
  asked: ApprovalRequestSpec,
): Promise<boolean> {
  const message = `replaced by the newer ${held.name}, which asks for ${asked.after}`;
  const again = await finish(deps, rival, { phase: 'Superseded', reason: 'NewerRequest', message });
  if (again !== undefined) return false;
  await endRequest(deps, request, 'Superseded', message);
  return true;
}
