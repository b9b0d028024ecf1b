import { ok, type Result } from '../../kernel/result.ts';
import { textAt } from '../../observe/narrow.ts';
import type { DecisionList } from '../../schema/api/records.ts';
import type { GatewayDeps, Refused } from '../deps.ts';
import { decisionSummary } from './decisionSummary.ts';
import { pageOf } from './pages.ts';
import { createdAt, keyOf, readDecision } from './records.ts';
import { serviceOf } from './serviceRecords.ts';

/** Newest first. `service` is `namespace/name`, or a name alone, of a Blueprint; `phase` in any case of letters. */
export async function decisionList(
  deps: GatewayDeps,
  query: { readonly service?: string; readonly phase?: string; readonly cursor?: string },
): Promise<Result<DecisionList, Refused>> {
  const phase = query.phase?.toLowerCase();
  const places = deps.observer
    .decisions()
    .filter((object) => {
      const isOf = query.service === undefined || isService(serviceOf(object), query.service);
      return isOf && (phase === undefined || (textAt(object, 'status', 'phase') ?? 'Pending').toLowerCase() === phase);
    })
    .map((object) => ({
      at: createdAt(object),
      key: keyOf(object.metadata.namespace ?? '', object.metadata.name),
      object,
    }));
  const page = pageOf(places, 'newest first', query.cursor);
  if (!page.ok) return page;
  return ok({
    items: page.value.items.flatMap(({ object }) => {
      const decision = readDecision(object);
      return decision === undefined ? [] : [decisionSummary(decision)];
    }),
    ...(page.value.next !== undefined && { next: page.value.next }),
  });
}

export const isService = (key: string, wanted: string): boolean =>
  wanted.includes('/') ? key === wanted : key.endsWith(`/${wanted}`);
