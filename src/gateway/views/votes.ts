import { digestOf } from '../../approvals/subject.ts';
import { mayNotDecide, type Trust, votesOf } from '../../approvals/tally.ts';
import { isGenuine } from '../../approvals/vote.ts';
import type { VoteView } from '../../schema/api/approvals.ts';
import type { RequestRecord } from './records.ts';
import { instant, instantMs, name, paragraphs } from './told.ts';

/** Every vote that stands beside a request, also those that count for nothing. */
export function voteViews({ object, spec }: RequestRecord, { keys, cluster }: Trust): VoteView[] {
  const digest = digestOf(cluster, object);
  return votesOf(object).map((vote) => ({
    by: name(vote.by),
    groups: vote.groups.map(name),
    vote: vote.vote,
    ...(vote.choice !== undefined && { choice: vote.choice }),
    ...(vote.comment !== undefined && { comment: paragraphs(vote.comment, 1_000) }),
    at: instant(instantMs(vote.at)),
    counts:
      digest !== undefined &&
      isGenuine(vote, digest, keys) &&
      mayNotDecide(vote, spec) === undefined &&
      Date.parse(vote.at) <= Date.parse(spec.decideBy),
  }));
}
