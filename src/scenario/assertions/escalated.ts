import type { Params } from '../expectation.ts';
import { matchesTarget } from '../observed.ts';
import type { Seen } from '../seen.ts';

/** A person was asked or called: an open approval, an alert, an Event that says so. */
export function escalated({ target }: Params<'escalated'>, seen: Seen): string[] {
  const asked = seen.approvals.some(({ object }) => {
    const { target: of } = object.spec as { target: { namespace: string; name: string } };
    return matchesTarget(target, `${of.namespace}/${of.name}`);
  });
  const called = seen.events.some(({ reason, regarding }) => {
    const { namespace, name } = (regarding ?? {}) as { namespace?: string; name?: string };
    return reason === 'FairleadAlert' && matchesTarget(target, `${namespace}/${name}`);
  });
  return asked || called ? [] : [`nobody was called for ${target}: no alert and no approval request`];
}
