import { plural } from '../../analysis/words.ts';
import type { ApprovalCard } from '../../schema/api/approvals.ts';
import { type ChangeRecord, type DecisionStatus, FINAL } from '../../schema/records.ts';
import type { DecisionRecord, RequestRecord, Standing } from './records.ts';
import { instant, instantMs, listed, name, sentence } from './told.ts';

type Step = ApprovalCard['receipt'][number];

/** After the answer: what became of it, step by step, from the Decision's own record. Empty while nobody has answered. */
export function receiptOf(
  request: RequestRecord,
  { phase, tally }: Standing,
  decision: DecisionRecord | undefined,
): Step[] {
  if (phase === 'Pending') return [];
  const votedAt = request.object['votes'];
  const last = Array.isArray(votedAt) ? instantMs((votedAt.at(-1) as { at?: string } | undefined)?.at) : 0;
  const at = last === 0 ? {} : { at: instant(last) };
  if (phase === 'Rejected') {
    const who = tally.kind === 'rejected' ? ` by ${name(tally.by)}` : '';
    const words = tally.kind === 'rejected' && tally.comment !== undefined ? `: ${tally.comment}` : '';
    return [{ step: 'Answer', state: 'done', ...at, text: sentence(`Rejected${who}${words}. Nothing changes.`) }];
  }
  if (phase === 'Expired' || phase === 'Superseded') {
    const why = decision?.status?.message ?? request.status.message;
    const text = phase === 'Expired' ? 'Nobody answered in time: that means no.' : `Superseded: ${why}.`;
    return [{ step: 'Answer', state: 'failed', text: sentence(text) }];
  }
  const by = tally.kind === 'approved' ? listed(tally.by.map(name)) : 'its approvers';
  const raised = tally.kind === 'approved' && tally.choice === 'update_blueprint' ? ', and the blueprint raised' : '';
  return [
    { step: 'Answer', state: 'done', ...at, text: sentence(`Approved${raised} by ${by}, signed.`) },
    ...carriedOut(decision?.status),
  ];
}

function carriedOut(status: DecisionStatus | undefined): Step[] {
  if (status === undefined)
    return [{ step: 'Judged again', state: 'waiting', text: 'The executor has not looked yet.' }];
  const { phase, changes, verification, message } = status;
  const entered = (wanted: string): number | undefined => status.history.find((entry) => entry.phase === wanted)?.at;
  const write = changes.findLast(({ undo }) => !undo);
  const undo = changes.findLast((change) => change.undo);
  const executing = entered('Executing');
  if (write === undefined) {
    const isOver = FINAL.has(phase);
    const state = isOver ? 'failed' : phase === 'Deferred' ? 'waiting' : 'now';
    return [{ step: 'Judged again', state, text: sentence(`${phase}: ${message}`) }];
  }
  const steps: Step[] = [
    {
      step: 'Judged again',
      state: 'done',
      ...(executing !== undefined && { at: instant(executing) }),
      text: 'Allowed, on fresh state.',
    },
    {
      step: 'Written',
      state: 'done',
      at: instant(write.intentAt),
      text: `In the log, head ${name(write.log.slice(0, 12))}.`,
    },
    write.appliedAt === undefined
      ? { step: 'Applied', state: 'now', text: 'The write is not confirmed yet.' }
      : {
          step: 'Applied',
          state: 'done',
          at: instant(write.appliedAt),
          text: sentence(`${write.kind} ${write.before || 'none'} to ${write.after || 'none'}.`),
        },
  ];
  if (write.appliedAt !== undefined) steps.push(verified(status, verification?.checks.length ?? 0));
  if (undo !== undefined) steps.push(undone(undo));
  return steps;
}

function undone({ appliedAt, intentAt, before, after }: ChangeRecord): Step {
  const [state, way] = appliedAt === undefined ? (['now', 'Going back'] as const) : (['done', 'Back'] as const);
  const text = sentence(`${way} from ${before || 'none'} to ${after || 'none'}.`);
  return { step: 'Undone', state, at: instant(appliedAt ?? intentAt), text };
}

function verified({ phase, message, verification, failure, finishedAt }: DecisionStatus, checks: number): Step {
  const step = 'Verified';
  const at = finishedAt === undefined ? {} : { at: instant(instantMs(finishedAt)) };
  if (failure !== undefined) {
    const ended = FINAL.has(phase) && message !== failure.message ? ` ${phase}: ${message}` : '';
    return {
      step,
      state: FINAL.has(phase) ? 'failed' : 'now',
      ...at,
      text: sentence(`Failed: ${failure.message}.${ended}`),
    };
  }
  if (phase === 'Succeeded')
    return { step, state: 'done', ...at, text: sentence(`${plural(checks, 'check')}: ${message}`) };
  if (FINAL.has(phase)) return { step, state: 'failed', ...at, text: sentence(`${phase}: ${message}`) };
  const stage = verification?.phase ?? 'convergence';
  const text = {
    convergence: 'New pods start.',
    stabilisation: 'Checks run.',
    watch: 'Passed, and watched for 10 min.',
    done: 'Ends now.',
  }[stage];
  return { step, state: stage === 'watch' ? 'done' : 'now', text };
}
