import { votesOf } from '../../approvals/tally.ts';
import type { ApprovalSummary } from '../../schema/api/approvals.ts';
import type { KubeObject } from '../../schema/kube.ts';
import type { GatewayDeps } from '../deps.ts';
import { type RequestRecord, readDecision, type Standing, standingOf } from './records.ts';
import { instantMs, name, sentence } from './told.ts';

type Answer = Pick<ApprovalSummary, 'answer' | 'answeredBy' | 'answeredAfterMs' | 'outcome'>;

/** Of a request that is open no more: who answered what, after how long, and what became of it. */
export function answerOf(request: RequestRecord, standing: Standing, decision: KubeObject | undefined): Answer {
  const { phase, tally } = standing;
  if (phase === 'Pending') return {};
  const outcome = decision && readDecision(decision)?.status;
  return {
    answer: sentence(answerWord(request, standing)),
    ...(tally.kind === 'approved' && { answeredBy: tally.by.map(name).join(', ') }),
    ...(tally.kind === 'rejected' && { answeredBy: name(tally.by) }),
    ...(tally.kind !== 'pending' && { answeredAfterMs: answeredAfter(request) }),
    ...(outcome !== undefined && { outcome: sentence(`${outcome.phase}: ${outcome.message}`) }),
  };
}

/** `approved once by ann; Succeeded: ...`: for a row of earlier requests. */
export function outcomeOf(deps: GatewayDeps, request: RequestRecord, decision: KubeObject | undefined): string {
  const standing = standingOf(request, deps);
  if (standing.phase === 'Pending') return 'still waits for an answer';
  const { answer, answeredBy, outcome } = answerOf(request, standing, decision);
  const by = answeredBy === undefined ? '' : ` by ${answeredBy}`;
  return sentence(`${answer}${by}${outcome === undefined ? '' : `; ${outcome}`}`);
}

function answerWord({ status }: RequestRecord, { phase, tally }: Standing): string {
  switch (phase) {
    case 'Pending':
      return '';
    case 'Approved':
    case 'Consumed':
      return tally.kind === 'approved' && tally.choice === 'update_blueprint'
        ? 'approved, and raised'
        : 'approved once';
    case 'Rejected':
      return `rejected${tally.kind === 'rejected' && tally.comment !== undefined ? `: ${tally.comment}` : ''}`;
    case 'Expired':
      return 'no answer in time';
    case 'Superseded':
      return `superseded${status.message === '' ? '' : `: ${status.message}`}`;
  }
}

function answeredAfter({ object, createdAt }: RequestRecord): number {
  const last = votesOf(object).at(-1);
  return Math.max(0, instantMs(last?.at) - createdAt);
}
