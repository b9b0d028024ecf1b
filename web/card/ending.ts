import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { clockOf } from '../lib/time.ts';
import type { IconName } from '../ui/icon.tsx';
import type { Tone } from '../ui/tag.tsx';

export interface Ending {
  readonly title: string;
  readonly text: string;
  readonly tone: Tone;
  readonly icon: IconName;
}

/** How a request ended, or undefined while it is open. */
export function endingOf(
  card: Pick<ApprovalCard, 'phase' | 'given' | 'decideBy' | 'service' | 'before' | 'requester'>,
): Ending | undefined {
  const names = (vote: 'approve' | 'reject'): string =>
    card.given
      .filter((one) => one.counts && one.vote === vote)
      .map(({ by }) => by)
      .join(' and ') || 'a person';
  switch (card.phase) {
    case 'Pending':
      return undefined;
    case 'Approved':
    case 'Consumed': {
      const raised = card.given.some((one) => one.counts && one.choice === 'update_blueprint');
      const what = raised ? 'Approved and blueprint raised' : 'Approved once';
      return { title: `${what}, by ${names('approve')}`, text: '', tone: 'allowed', icon: 'allowed' };
    }
    case 'Rejected': {
      const said = card.given.findLast((one) => one.counts && one.vote === 'reject')?.comment;
      const reason = said === undefined ? '' : `“${said}” `;
      const agents = card.requester.kind === 'agent' ? ' The agent reads why and does not ask again at once.' : '';
      const text = `${reason}Nothing changed.${agents}`;
      return { title: `Rejected by ${names('reject')}`, text, tone: 'plain', icon: 'failed' };
    }
    case 'Expired': {
      const text = `Nobody answered in time. ${card.service} stays at ${card.before}.`;
      return { title: `Expired at ${clockOf(card.decideBy)}`, text, tone: 'plain', icon: 'clock' };
    }
    case 'Superseded': {
      const text = 'The agent asks with other values, or it is not needed any more. Nothing was done.';
      return { title: 'Out of date: asked anew', text, tone: 'plain', icon: 'moved' };
    }
  }
}
