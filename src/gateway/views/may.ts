import { mayNotDecide, whyFull } from '../../approvals/tally.ts';
import type { ApprovalCard } from '../../schema/api/approvals.ts';
import type { Vote } from '../../schema/vote.ts';
import { NOT_ASKED } from '../askedNow.ts';
import type { Identity } from '../people/identity.ts';
import { isOverWords } from '../replacement.ts';
import type { RequestRecord, Standing } from './records.ts';
import { clock } from './told.ts';

type May = ApprovalCard['may'];

/** Why this reader cannot say this here, whatever the state of the world; undefined: they can. */
export function hasNoVote(
  who: Identity,
  { spec }: Pick<RequestRecord, 'spec'>,
  vote: Vote['vote'],
): string | undefined {
  if (who.role === 'viewer') return 'a viewer looks and does not vote: an admin can make you operator';
  if (who.by.kind === 'token' && !who.by.scopes.includes('approve'))
    return 'this token was not given the scope approve';
  return mayNotDecide({ by: who.name, groups: who.groups, vote }, spec);
}

export interface Ground {
  readonly standing: Standing;
  /** The world moved since people were asked. */
  readonly isStale: boolean;
  /** The cluster could not be read now, in its words. */
  readonly unreadable: string | undefined;
  /** What the gate says now where it forbids: no approval lifts that. */
  readonly forbidden: string | undefined;
  /** Whether it is what the gate asks of people now, and not what somebody else wrote. */
  readonly isAsked: boolean;
  /** The request that took its place. */
  readonly instead: string | undefined;
  readonly raise: { readonly ownedBy?: string | undefined } | undefined;
}

/** What the reader may do now, and the first reason why not. A rejection needs no fresh world; an approval does. */
export function mayNow(who: Identity, request: RequestRecord, ground: Ground): May {
  const nothing = (why: string): May => ({ approve: false, raise: false, reject: false, why });
  const { standing, raise } = ground;
  if (standing.phase !== 'Pending') return nothing(decidedWords(request, ground));
  const barred = hasNoVote(who, request, 'reject');
  if (barred !== undefined) return nothing(barred);
  const full = whyFull(request.object);
  if (full !== undefined) return nothing(full);
  const onlyReject = (why: string): May => ({ approve: false, raise: false, reject: true, why });
  const own = hasNoVote(who, request, 'approve');
  if (own !== undefined) return onlyReject(own);
  if (ground.unreadable !== undefined) {
    return onlyReject(`the cluster cannot be read now, and an approval needs fresh state: ${ground.unreadable}`);
  }
  if (ground.isStale) return onlyReject('the world moved since this was asked: it is asked anew');
  if (!ground.isAsked) return onlyReject(NOT_ASKED);
  const { tally } = standing;
  if (tally.kind === 'pending' && tally.by.includes(who.name)) {
    const more = tally.needed - tally.by.length;
    return onlyReject(`you approved it: ${more} more ${more === 1 ? 'has' : 'have'} to`);
  }
  const canRaise = raise !== undefined && raise.ownedBy === undefined;
  const why =
    ground.forbidden === undefined
      ? raise?.ownedBy === undefined
        ? undefined
        : `${raise.ownedBy} applies this Blueprint: raising it is a change of its repository`
      : `the gate would refuse it now, and an approval does not lift that: ${ground.forbidden}`;
  return { approve: true, raise: canRaise, reject: true, ...(why !== undefined && { why }) };
}

function decidedWords({ spec }: RequestRecord, { standing: { phase }, instead }: Ground): string {
  return phase === 'Expired'
    ? `the time to decide ended at ${clock(Date.parse(spec.decideBy))} UTC: no answer means rejected`
    : isOverWords(phase, instead);
}
