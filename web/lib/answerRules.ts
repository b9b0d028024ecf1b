import type { ApprovalCard } from '../../src/schema/api/approvals.ts';

/** Old is worse than empty: a page that may be out of date cannot approve. Undefined: nothing of the world stands against it. */
export function worldOff(
  card: Pick<ApprovalCard, 'phase' | 'stale' | 'may' | 'decideBy'>,
  page: { readonly live: boolean; readonly current: boolean; readonly now: number },
): string | undefined {
  if (card.phase !== 'Pending') return 'This request is decided.';
  if (card.stale.length > 0) return 'The world moved since this was asked.';
  if (!page.live) return 'This page is not live. Approving is off until it is; rejecting and pausing are on.';
  if (!page.current) return 'This page could not be read anew. Approving is off until it is.';
  if (page.now > Date.parse(card.decideBy)) return 'The time to decide is over.';
  if (!card.may.approve) return card.may.why ?? 'You may not decide this.';
  return undefined;
}

/** What the risk asks of the person first. Undefined: it was given. */
export function personOff(
  card: Pick<ApprovalCard, 'asks'>,
  given: { readonly comment: string; readonly typed: string; readonly seen: boolean },
): string | undefined {
  if (card.asks.comment && !given.seen) return 'Look at “What changes” first.';
  if (card.asks.typed !== undefined && given.typed !== card.asks.typed) return `Type ${card.asks.typed} first.`;
  if (card.asks.comment && given.comment.trim() === '') return 'Say why first: this risk wants a comment.';
  return undefined;
}
