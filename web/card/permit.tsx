import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { clockOf, lengthOf } from '../lib/time.ts';
import { withUnit } from '../ui/change.tsx';
import { Hash } from '../ui/copy.tsx';
import { Icon } from '../ui/icon.tsx';

/** The product's promise, beside the buttons: this object, this value, once, until then, and it is judged again. */
export function Permit({ card, stale }: { readonly card: ApprovalCard; readonly stale: boolean }) {
  const { changes, before, after, operation, decideBy, executeWithinMs, digest } = card;
  return (
    <section class="permit" aria-labelledby="permit">
      <h2 id="permit">
        <Icon name="lock" small />
        {stale ? 'Why approving is gone' : 'What your answer can do'}
      </h2>
      {stale ? (
        <p>
          An approval is bound to the exact object, value, blueprint and request. The gateway and the executor refuse
          this digest, whatever a page, a job or a script sends.
        </p>
      ) : (
        <p>
          Change <code>{changes.target}</code> from {before} to {withUnit(operation, after)}, once, by a vote before{' '}
          {clockOf(decideBy)} and within {lengthOf(executeWithinMs)} of it. The executor judges it again on fresh state;
          if anything moved, it comes back to you.
        </p>
      )}
      <p>
        Digest <Hash hash={digest} what="digest" />
      </p>
    </section>
  );
}
