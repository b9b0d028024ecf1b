import { ok, type Result } from '../../kernel/result.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { ServiceList } from '../../schema/api/services.ts';
import type { GatewayDeps, Refused } from '../deps.ts';
import { capacityText } from './capacityText.ts';
import { keyOf } from './records.ts';
import { recordsByService } from './serviceRecords.ts';
import { serviceSummary } from './serviceSummary.ts';

/** More than these are counted and not listed: a page of them helps nobody. */
const MOST = 2_000;

/** Every governed service, by name: a list that people learn by heart does not reorder itself. */
export async function serviceList(deps: GatewayDeps): Promise<Result<ServiceList, Refused>> {
  const recordsOf = recordsByService(deps);
  const nameOf = (view: ServiceView): string => keyOf(view.namespace, view.name);
  const views = deps.observer.views().toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const items = views.slice(0, MOST).map((view) => serviceSummary(deps, view, recordsOf(nameOf(view))));
  const [first] = views;
  const capacity = first && capacityText(first);
  return ok({
    items,
    counts: {
      services: views.length,
      breached: items.filter(({ state }) => state === 'breached').length,
      blind: items.filter(({ state }) => state === 'blind').length,
      breakersOpen: items.filter(({ breaker }) => breaker.state !== 'closed').length,
      waiting: items.reduce((sum, { waiting }) => sum + waiting, 0),
    },
    ...(capacity !== undefined && { capacity }),
  });
}
