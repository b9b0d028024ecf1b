import { type Moved, movedSince } from '../approvals/moved.ts';
import { tally } from '../approvals/tally.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { AskedAnew } from '../schema/api/lists.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { ApprovalRequestSpec, ApprovalRequestStatus, DecisionSpec } from '../schema/records.ts';
import type { GatewayDeps, Refused } from './deps.ts';
import type { Identity } from './people/identity.ts';

interface Where {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Looks at a request's world now and says which request to look at next. It changes nothing: a request that the world left
 * behind is withdrawn and asked anew by the executor, from the wish that stands, and whoever evaluates is asked like anybody.
 */
export async function evaluate(deps: GatewayDeps, _who: Identity, where: Where): Promise<Result<AskedAnew, Refused>> {
  const read = await deps.reader.get(KINDS.ApprovalRequest, where.namespace, where.name);
  if (!read.ok) return unavailable(`the request cannot be read: ${read.error.message}`);
  const spec = ApprovalRequestSpec.safeParse(read.value?.spec);
  if (read.value === undefined || !spec.success) return err({ code: 'notFound', message: 'there is no such request' });
  const listed = await deps.reader.list(KINDS.ApprovalRequest, where.namespace);
  if (!listed.ok) return unavailable(`the requests cannot be read: ${listed.error.message}`);
  const next = openOf(deps, listed.value.items, spec.data);
  if (next !== undefined && next.metadata.name !== where.name) {
    return ok({ text: 'It was asked anew, on the values of now.', request: placeOf(next) });
  }
  if (next === undefined) return ok({ text: ended(deps, read.value) });
  const moved = await worldOf(deps, spec.data);
  if (!moved.ok) return moved;
  if (moved.value.length === 0)
    return ok({ text: 'Nothing moved: it stands as it was asked.', request: placeOf(next) });
  const words = moved.value.map(({ asked, now }) => `${asked} then, ${now} now`).join('; ');
  return ok({ text: `${words}. The executor withdraws this request, and asks anew if it still has to.` });
}

/** The newest request of the same wish that still waits. */
function openOf(
  deps: GatewayDeps,
  requests: readonly KubeObject[],
  asked: ApprovalRequestSpec,
): KubeObject | undefined {
  const created = ({ metadata }: KubeObject): string => metadata.creationTimestamp ?? '';
  return requests
    .filter((request) => {
      const spec = ApprovalRequestSpec.safeParse(request.spec);
      return spec.success && spec.data.decisionUid === asked.decisionUid && isOpen(deps, request, spec.data);
    })
    .toSorted((a, b) => (created(a) < created(b) ? 1 : -1))[0];
}

const isOpen = (deps: GatewayDeps, request: KubeObject, { decideBy }: ApprovalRequestSpec): boolean =>
  phaseOf(request) === 'Pending' &&
  tally(request, deps.trust).kind === 'pending' &&
  deps.clock.now() <= Date.parse(decideBy);

function ended(deps: GatewayDeps, request: KubeObject): string {
  const votes = tally(request, deps.trust).kind;
  const phase = phaseOf(request);
  const how = phase === 'Pending' ? (votes === 'pending' ? 'expired' : votes) : phase.toLowerCase();
  return `This request is ${how}. What still has to be done is asked anew by whoever finds that it has.`;
}

function phaseOf(request: KubeObject): ApprovalRequestStatus['phase'] {
  const status = ApprovalRequestStatus.safeParse(request.status);
  return status.success ? status.data.phase : 'Pending';
}

async function worldOf(deps: GatewayDeps, spec: ApprovalRequestSpec): Promise<Result<readonly Moved[], Refused>> {
  const { namespace } = spec.target;
  const decision = await deps.reader.get(KINDS.Decision, namespace, spec.decision);
  const seen = await deps.observer.fresh(namespace, spec.blueprint.name);
  if (!decision.ok || (!seen.ok && seen.error.code !== 'notFound'))
    return unavailable('the cluster cannot be read now');
  const wish = DecisionSpec.safeParse(decision.value?.spec);
  if (!wish.success) return err({ code: 'stale', message: 'the decision that asked is gone' });
  return ok(movedSince(spec, wish.data, seen.ok ? seen.value : {}));
}

const placeOf = ({ metadata }: KubeObject): Where => ({ namespace: metadata.namespace ?? '', name: metadata.name });

const unavailable = (message: string): Result<never, Refused> => err({ code: 'unavailable', message });
