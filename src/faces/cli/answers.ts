import { votesOf } from '../../approvals/tally.ts';
import { plainLine } from '../../kernel/plainText.ts';
import type { ClusterReader } from '../../ports/cluster.ts';
import type { DecisionObject } from '../../schema/decisionObject.ts';
import { KINDS } from '../../schema/kube.ts';
import type { Vote } from '../../schema/vote.ts';

const WIDEST = 1_000;

/**
 * What people answered to the request of a Decision, oldest first. The votes are shown as they stand there: which of them
 * count, by their signatures, the executor says in the Decision's own path.
 */
export async function answerLines(
  reader: Pick<ClusterReader, 'get'>,
  { metadata: { namespace }, status }: DecisionObject,
): Promise<readonly string[]> {
  const name = status?.approval;
  if (name === undefined) return [];
  const read = await reader.get(KINDS.ApprovalRequest, namespace, name);
  const votes = read.ok && read.value !== undefined ? votesOf(read.value).map(voteLine) : [];
  const without = !read.ok
    ? `not to be read: ${read.error.message}`
    : read.value === undefined
      ? 'it is gone'
      : 'nobody yet';
  const lines = votes.length > 0 ? votes : [without];
  return [
    '',
    `Answered by people, in ${namespace}/${name} (the executor counts what the gateway signed)`,
    ...lines.map(plain),
  ];
}

const plain = (line: string): string => `  ${plainLine(line, WIDEST)}`;

function voteLine({ at, by, groups, vote, choice, comment }: Vote): string {
  const how = choice === undefined ? '' : choice === 'once' ? ', once' : ', and raise the limit in the blueprint';
  const of = groups.length === 0 ? '' : ` (${groups.join(', ')})`;
  return `${at} ${vote}${how}: ${by}${of}${comment === undefined ? '' : `, in their words: "${comment}"`}`;
}
