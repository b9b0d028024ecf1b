import { ok, type Result } from '../../kernel/result.ts';
import type { BreakerList } from '../../schema/api/lists.ts';
import type { GatewayDeps, Refused } from '../deps.ts';
import { breakerView, holdsIn, holdView, holdViews } from './breakerView.ts';
import { keyOf } from './records.ts';

/** Every breaker, and all that is held: by service, by namespace, and of the whole cluster. */
export async function breakerList(deps: GatewayDeps): Promise<Result<BreakerList, Refused>> {
  const now = deps.clock.now();
  const views = deps.observer
    .views()
    .toSorted((a, b) => (keyOf(a.namespace, a.name) < keyOf(b.namespace, b.name) ? -1 : 1));
  return ok({
    items: views.map((view) => ({
      namespace: view.namespace,
      name: view.name,
      breaker: breakerView(view, now),
      holds: holdViews(view),
    })),
    holds: holdsIn(views[0]?.fleetObject).flatMap((hold) =>
      holdView(hold, 'the whole cluster').map((view) => ({
        ...view,
        ...(hold.namespace !== undefined && { namespace: hold.namespace }),
      })),
    ),
  });
}
