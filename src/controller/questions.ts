import { floorOf } from '../agents/floor.ts';
import type { ExecutionFacts } from '../agents/roles/executionEngine.ts';
import type { VerificationFacts } from '../agents/roles/verificationEngine.ts';
import { evidenceLines } from '../analysis/evidence.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import { directionOf } from '../schema/changeRecord.ts';
import type { DecisionObject } from '../schema/decisionObject.ts';
import type { ChangeRecord, DecisionStatus } from '../schema/records.ts';
import { wantedOf, wishWords } from '../schema/wish.ts';

/** What became of a Decision long ago is nobody's question any more, also after a restart. */
const LATELY_MS = 600_000;
/** As the executor counts them. */
const RETRIES = 2;

interface Asked {
  /** The same one is asked once. */
  readonly key: string;
  readonly decision: DecisionObject;
  readonly status: DecisionStatus;
  readonly change: ChangeRecord;
  readonly view: ServiceView;
}

export type Question =
  | (Asked & { readonly role: 'execution'; readonly facts: ExecutionFacts })
  | (Asked & { readonly role: 'verification'; readonly facts: VerificationFacts });

/** What a Decision leaves open now: the pace of steps to come, what its checks could not tell, and what a failure asks for. */
export function questionsOf(
  decision: DecisionObject,
  view: ServiceView,
  all: readonly DecisionObject[],
  now: number,
): readonly Question[] {
  const { spec, status } = decision;
  const change = status?.changes.findLast(({ appliedAt }) => appliedAt !== undefined);
  if (status === undefined || change === undefined) return [];
  const asked = { decision, status, change, view };
  const facts = {
    service: `${spec.target.namespace}/${spec.target.name}`,
    what: wishWords(spec.tool, spec.arguments),
    evidence: view.assessment === undefined ? [] : evidenceLines(view.assessment),
  };
  const isLate = now - (Date.parse(status.finishedAt ?? '') || 0) > LATELY_MS;
  const isToBeUndone = status.undoAskedBy !== undefined;
  switch (status.phase) {
    case 'Executing':
    case 'Verifying':
      return isToBeUndone || change.undo ? [] : underWay(asked, facts);
    case 'Inconclusive':
      return isToBeUndone || isLate || status.reason !== 'NotJudged' ? [] : [unjudged(asked, facts, 'unjudged')];
    case 'Failed':
    case 'RolledBack':
      return isLate ? [] : failed(asked, facts, all);
    default:
      return [];
  }
}

type Asking = Omit<Asked, 'key'>;
type Common = Pick<ExecutionFacts, 'service' | 'what' | 'evidence'>;

const keyOf = ({ decision: { metadata }, change }: Asking, what: string): string =>
  `${metadata.uid ?? metadata.name} ${change.id} ${what}`;

function underWay(asked: Asking, facts: Common): readonly Question[] {
  if (isUnclear(asked.status)) return [unjudged(asked, facts, 'unclear')];
  const [from, to] = stepsLeft(asked) ?? [];
  if (from === undefined || to === undefined) return [];
  return [{ ...asked, key: keyOf(asked, 'steps'), role: 'execution', facts: { ...facts, kind: 'steps', from, to } }];
}

function unjudged(asked: Asking, facts: Common, kind: 'unclear' | 'unjudged'): Question {
  const { verification, message } = asked.status;
  const checks = (verification?.checks ?? []).map((check) => `${check.name} ${check.outcome}: ${check.message}`);
  const judged = checks.length > 0 ? checks : [message];
  return { ...asked, key: keyOf(asked, kind), role: 'verification', facts: { ...facts, kind, judged } };
}

function failed(asked: Asking, facts: Common, all: readonly DecisionObject[]): readonly Question[] {
  const { decision, status, view } = asked;
  const { failure, phase } = status;
  if (failure === undefined) return [];
  const judged = [failure.message, ...troubles(view)];
  const cause: Question = {
    ...asked,
    key: keyOf(asked, 'cause'),
    role: 'verification',
    facts: { ...facts, kind: 'failed', judged },
  };
  const root = rootOf(decision);
  const retries = all.filter(({ spec }) => spec.parent === root && spec.tool === decision.spec.tool);
  const isFollowed = retries.some(({ metadata }) => (metadata.creationTimestamp ?? '') >= (status.finishedAt ?? '~'));
  if (isFollowed) return [cause];
  const what: ExecutionFacts = {
    ...facts,
    kind: 'failure',
    code: failure.reason,
    words: failure.message,
    phase: phase === 'Failed' ? 'Failed' : 'RolledBack',
    retriesLeft: Math.max(0, RETRIES - retries.length),
    isAskedAgain: isAskedAgain(decision, view),
  };
  return [{ ...asked, key: keyOf(asked, 'failure'), role: 'execution', facts: what }, cause];
}

/** Retries are counted by the wish they began with. */
export const rootOf = ({ metadata, spec }: DecisionObject): string => spec.parent ?? metadata.name;

const isUnclear = ({ verification }: DecisionStatus): boolean =>
  verification?.widened === true && verification.outcome === undefined && verification.phase === 'stabilisation';

/** Replicas now and in the end, where a step follows that may be paced. */
function stepsLeft({ decision: { spec }, status, change, view }: Asking): readonly [number, number] | undefined {
  const { verification, approval, pace } = status;
  const { id, after } = change;
  const wanted = wantedOf(spec);
  const from = Number(after);
  if (wanted?.kind !== 'scale' || wanted.replicas === from || verification?.outcome === 'fail') return undefined;
  if (approval !== undefined || pace?.after === id) return undefined;
  const isNeeded = wanted.replicas > from && ((view.assessment?.pressure.length ?? 0) > 0 || floorIsUp(view));
  return isNeeded ? undefined : [from, wanted.replicas];
}

const floorIsUp = ({ assessment, workload }: ServiceView): boolean =>
  assessment !== undefined && workload !== undefined && floorOf({ assessment, workload })?.direction === 'up';

/** A scale-up that is still needed comes again from the analysis: a retry would only stand in its way. */
function isAskedAgain({ spec, status }: DecisionObject, view: ServiceView): boolean {
  const change = status?.changes[0];
  return spec.tool === 'scale' && change !== undefined && directionOf(change) === 'up' && floorIsUp(view);
}

const troubles = ({ workload }: ServiceView): string[] =>
  (workload?.pods ?? [])
    .flatMap(({ name, trouble, troubleDetail = '' }) =>
      trouble === undefined ? [] : [`pod ${name}: ${trouble} ${troubleDetail}`.trim()],
    )
    .slice(0, 3);
