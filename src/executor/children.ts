import { KINDS } from '../schema/kube.ts';
import { FINAL } from '../schema/records.ts';
import { sameJson } from '../schema/resources.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS } from './deps.ts';
import { takePace } from './pace.ts';
import { type HeldDecision, isOrder, readDecision } from './records/heldDecision.ts';
import { type ChildFault, refuseChild } from './refuseChild.ts';
import { request } from './request.ts';
import { heldByClock } from './serverTime.ts';
import { undoOnRequest } from './verification/undoOnRequest.ts';

/** The same wish is tried again so often after it failed. */
const RETRIES = 2;

/**
 * A Decision that names another one as its parent: a pace of its next step, the undo of its change, or its wish once more.
 * Nothing in it is trusted: parent and state are read here and now. What it is no child of is refused, in words.
 */
export async function lookAtChild(
  deps: ExecutorDeps,
  held: HeldDecision,
  siblings: readonly HeldDecision[],
): Promise<AgainAt> {
  const { tool } = held.spec;
  // A retry was weighed as one before its first phase: from then on it is a request like any other.
  if (!isOrder(held) && held.status.history.length > 0) return request(deps, held, siblings);
  const read = await deps.reader.get(KINDS.Decision, held.namespace, held.spec.parent ?? '');
  if (!read.ok) return deps.clock.now() + POLL_MS;
  const parent = read.value === undefined ? undefined : readDecision(read.value, deps.trust);
  if (parent?.ok !== true) return refuseChild(deps, held, NO_PARENT);
  if (!isSameService(held, parent.value)) return refuseChild(deps, held, OF_ANOTHER);
  if (tool === 'pace') return (await heldByClock(deps, held)) ?? takePace(deps, held, parent.value);
  if (tool === 'undo') return undoOnRequest(deps, held, parent.value);
  const fault = retryFault(held, parent.value, siblings);
  return fault === undefined ? request(deps, held, siblings) : refuseChild(deps, held, fault);
}

const NO_PARENT: ChildFault = { code: 'NoParent', message: 'the Decision it names as its parent is not there' };
const OF_ANOTHER: ChildFault = { code: 'ParentOfAnother', message: 'its parent is about another service' };

const isSameService = ({ spec }: HeldDecision, parent: HeldDecision): boolean =>
  spec.blueprint.name === parent.spec.blueprint.name &&
  spec.target.namespace === parent.spec.target.namespace &&
  spec.target.name === parent.spec.target.name;

/** A retry is the wish of a Decision that failed, word for word, and one of few. */
function retryFault(
  held: HeldDecision,
  parent: HeldDecision,
  siblings: readonly HeldDecision[],
): ChildFault | undefined {
  const { spec, status } = parent;
  if (spec.parent !== undefined) return { code: 'ParentIsAChild', message: `${parent.name} is a child itself` };
  if (held.spec.tool !== spec.tool || !sameJson(held.spec.arguments, spec.arguments)) {
    return { code: 'NotTheSameWish', message: `it asks for something else than ${parent.name}` };
  }
  if (!FINAL.has(status.phase) || status.failure === undefined) {
    return { code: 'ParentDidNotFail', message: `${parent.name} did not fail: it is ${status.phase}` };
  }
  const before = siblings.filter(
    (other) => other.spec.parent === parent.name && !isOrder(other) && isOlder(other, held),
  );
  if (before.length < RETRIES) return undefined;
  return { code: 'RetriedEnough', message: `${parent.name} was retried ${before.length} times: ${RETRIES} at most` };
}

const isOlder = (other: HeldDecision, held: HeldDecision): boolean =>
  other.createdAt < held.createdAt || (other.createdAt === held.createdAt && other.name < held.name);
