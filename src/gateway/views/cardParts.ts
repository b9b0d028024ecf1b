import { evidenceLines } from '../../analysis/evidence.ts';
import { movedSince } from '../../approvals/moved.ts';
import { isFromPerson } from '../../approvals/requesterProof.ts';
import { FRICTION } from '../../approvals/risk.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { ApprovalCard } from '../../schema/api/approvals.ts';
import type { VerdictRecord } from '../../schema/records.ts';
import type { Verdict } from '../../schema/verdict.ts';
import { wantedOf } from '../../schema/wish.ts';
import type { GatewayDeps } from '../deps.ts';
import { askedDiff } from './askedDiff.ts';
import { changeDiff } from './changeDiff.ts';
import type { DecisionRecord, RequestRecord, Standing } from './records.ts';
import { risksOf } from './risks.ts';
import { seriesOf } from './series.ts';
import { instant, name, sentence } from './told.ts';
import { findingView } from './verdicts.ts';

/** What a card is made from, read and judged once. */
export interface Looked {
  readonly deps: GatewayDeps;
  readonly request: RequestRecord;
  readonly standing: Standing;
  readonly isOpen: boolean;
  readonly now: number;
  /** Absent: it is gone, or another one of that name. */
  readonly decision: DecisionRecord | undefined;
  readonly view: ServiceView | undefined;
  /** Why the view is not of now. */
  readonly unreadable: string | undefined;
  /** Of an open request: what the gate says now. */
  readonly verdict: Verdict | undefined;
}

/** What a chart shows before the request, and after it where it was answered long ago. */
const BEFORE_MS = 30 * 60_000;
const AFTER_MS = 60 * 60_000;
const POINTS = 600;

/** Numbers of now while it is open, of then when it was answered. */
export function evidenceOf({
  deps,
  request,
  isOpen,
  now,
  decision,
  view,
}: Looked): Pick<ApprovalCard, 'evidence' | 'series'> {
  const { namespace, spec, createdAt } = request;
  const lines = isOpen && view?.assessment ? evidenceLines(view.assessment) : (decision?.spec.evidence ?? []);
  const to = isOpen ? now : Math.min(now, createdAt + AFTER_MS);
  const history = deps.observer.history(namespace, spec.blueprint.name);
  return {
    evidence: lines.map(sentence),
    series: view ? seriesOf(view, history, { from: createdAt - BEFORE_MS, to, most: POINTS, forecast: isOpen }) : [],
  };
}

export const recordedVerdict = (decision: DecisionRecord | undefined): VerdictRecord | undefined =>
  decision?.status?.verdict ?? decision?.spec.verdict;

/** The Decision is gone: what is known is that people were asked. */
export const unknownVerdict = ({ spec, createdAt }: RequestRecord): VerdictRecord => ({
  operation: spec.operation,
  authority: 'restricted',
  approvers: spec.approvers,
  findings: [],
  at: createdAt,
});

/** Empty as well where the world cannot be read: that is said in another place, and nothing is claimed to have moved. */
export function staleOf({ request: { spec }, isOpen, decision, view, unreadable }: Looked): ApprovalCard['stale'] {
  if (!isOpen || unreadable !== undefined) return [];
  if (decision === undefined) return [{ what: 'DecisionGone', asked: name(spec.decision), now: 'it is gone' }];
  if (view === undefined) return [{ what: 'BlueprintGone', asked: name(spec.blueprint.version), now: 'it is gone' }];
  const moved = movedSince(spec, decision.spec, view);
  return moved.map(({ what, asked, now }) => ({ what, asked: name(asked), now: name(now) }));
}

/** Of what is open the object as it stands; of the rest what was put to people. */
export function changesOf({ request: { spec }, isOpen, decision, view }: Looked): ApprovalCard['changes'] {
  const { workload } = view ?? {};
  const diff = isOpen && workload && decision ? changeDiff(wantedOf(decision.spec), workload) : [];
  return {
    target: `Deployment ${name(spec.target.namespace)}/${name(spec.target.name)}`,
    uid: name(workload?.uid ?? spec.target.uid),
    resourceVersion: name(workload?.resourceVersion),
    diff: diff.length > 0 ? diff : askedDiff(spec),
  };
}

export function cardRisks({ deps, isOpen, decision, view, now }: Looked): ApprovalCard['risks'] {
  if (!isOpen) return [];
  const who = decision?.spec.requester;
  const isUnproven = who?.kind === 'person' && !isProven(deps, decision);
  const words = `Whoever wrote it calls themselves ${name(who?.name)}, and no gateway signed for that: it is judged as an agent's.`;
  return [
    ...risksOf(view, decision && wantedOf(decision.spec), now),
    ...(isUnproven ? [{ title: 'Who asked', text: words }] : []),
  ];
}

/** Who asked, as far as it is proven: an unsigned name is nobody's. */
export const requesterOf = ({ deps, request: { spec }, decision }: Looked): ApprovalCard['requester'] => ({
  kind: isProven(deps, decision) ? 'person' : 'agent',
  name: name(spec.requester.name),
});

const isProven = ({ trust }: GatewayDeps, decision: DecisionRecord | undefined): boolean =>
  decision !== undefined && isFromPerson(decision.object, decision.spec, trust);

/** The findings that put it to people, with the values that were compared. */
export function restrictingOf(looked: Looked, asking: VerdictRecord): ApprovalCard['restricting'] {
  const of = (verdict: VerdictRecord | undefined) =>
    (verdict?.findings ?? []).filter(({ effect }) => effect === 'restrict');
  const found = of(asking).length > 0 ? of(asking) : of(recordedVerdict(looked.decision));
  const compared = comparedValues(looked);
  return found.map((finding) => {
    const { values, ...told } = findingView(finding);
    return { ...told, values: { ...values, ...compared } };
  });
}

/** The numbers that a condition of the blueprint can speak of, by its own names for them. */
function comparedValues({ request, view, isOpen }: Looked): Readonly<Record<string, string>> {
  const { replicas } = request.spec.arguments;
  const { workload, blueprint } = view ?? {};
  if (!isOpen || replicas === undefined || workload === undefined || blueprint === undefined) return {};
  return {
    target_replicas: String(replicas),
    current_replicas: String(workload.replicas),
    min_replicas: String(blueprint.scaling.minReplicas),
    max_replicas: String(blueprint.scaling.maxReplicas),
  };
}

export function asksOf(risk: ApprovalCard['risk'], target: string): ApprovalCard['asks'] {
  const { comment, typed, delayMs } = FRICTION[risk];
  return { comment, ...(typed && { typed: target }), delayMs };
}

/** Where no blueprint is in view: the default of the schema. */
const EXECUTE_WITHIN_MS = 600_000;

/** How long there is for what, and what happens when nobody answers. */
export function termsOf(
  { request, view, isOpen }: Looked,
  raise: ApprovalCard['raise'],
): Pick<ApprovalCard, 'onApproval' | 'executeWithinMs' | 'escalatesAt' | 'ifUnanswered'> {
  const { spec, createdAt } = request;
  const { onApproval = 'once', executeWithinMs = EXECUTE_WITHIN_MS } = view?.blueprint?.approval ?? {};
  const half = createdAt + (Date.parse(spec.decideBy) - createdAt) / 2;
  return {
    onApproval: raise !== undefined && raise.ownedBy === undefined ? onApproval : 'once',
    executeWithinMs,
    ...(isOpen && spec.approvers.length > 1 && { escalatesAt: instant(half) }),
    ifUnanswered: sentence(`No answer means rejected: ${spec.target.name} stays as it is (${spec.before}).`),
  };
}
