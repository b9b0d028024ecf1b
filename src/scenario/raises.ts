import { RAISED_BY_ANNOTATION } from '../schema/allowance.ts';
import { BlueprintSpec } from '../schema/blueprint/document.ts';
import { ApprovalRequestSpec } from '../schema/records.ts';
import { Vote } from '../schema/vote.ts';
import type { ApprovalSeen, Effect } from './seen.ts';

/**
 * A Blueprint's maximum set to exactly the number of a request, by the vote that stands beside it: the people's own change,
 * done for them. Any other write to a Blueprint is an effect of the product like every other.
 */
export function isChosenRaise({ before, after }: Effect, approvals: readonly ApprovalSeen[]): boolean {
  const [old, next] = [BlueprintSpec.safeParse(before?.spec), BlueprintSpec.safeParse(after?.spec)];
  const voteId = after?.metadata.annotations?.[RAISED_BY_ANNOTATION];
  if (after?.kind !== 'Blueprint' || !old.success || !next.success || voteId === undefined) return false;
  const to = next.data.scaling.max_replicas;
  const onlyRaised = { ...old.data, version: next.data.version, scaling: { ...old.data.scaling, max_replicas: to } };
  if (JSON.stringify(onlyRaised) !== JSON.stringify(next.data)) return false;
  return approvals.some(({ object }) => {
    const spec = ApprovalRequestSpec.safeParse(object.spec);
    const votes = Vote.array().safeParse(object['votes']);
    if (!spec.success || !votes.success || spec.data.arguments.replicas !== to) return false;
    return votes.data.some(
      ({ id, vote, choice }) => id === voteId && vote === 'approve' && choice === 'update_blueprint',
    );
  });
}
