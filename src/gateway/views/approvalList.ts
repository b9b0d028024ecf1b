import { ok, type Result } from '../../kernel/result.ts';
import { textAt } from '../../observe/narrow.ts';
import type { ApprovalList } from '../../schema/api/approvals.ts';
import type { KubeObject } from '../../schema/kube.ts';
import type { GatewayDeps, Refused } from '../deps.ts';
import type { Identity } from '../people/identity.ts';
import { approvalSummary, viewsByName } from './approvalSummary.ts';
import { askLess } from './askLess.ts';
import { type Entry, openOf } from './openRequests.ts';
import { pageOf } from './pages.ts';
import { indexed, keyOf, readRequest, standingOf } from './records.ts';
import { requestFacts } from './requestFacts.ts';

const WEEK_MS = 7 * 86_400_000;

/** What waits for an answer, what ends soonest first; or what was answered, newest first. */
export async function approvalList(
  deps: GatewayDeps,
  who: Identity,
  query: { readonly state?: 'open' | 'decided'; readonly cursor?: string },
): Promise<Result<ApprovalList, Refused>> {
  const objects = deps.observer.approvals();
  const decisions = indexed(deps.observer.decisions());
  const open = openOf(deps, objects);
  const page =
    query.state === 'decided'
      ? decidedPage(deps, objects, open, query.cursor)
      : pageOf([...open.values()], 'oldest first', query.cursor);
  if (!page.ok) return page;
  const views = viewsByName(deps.observer.views());
  const { items, next } = page.value;
  return ok({
    items: items.map(({ request, standing }) => {
      const { namespace, spec } = request;
      const view = views.get(keyOf(namespace, spec.blueprint.name));
      const decision = decisions.get(keyOf(namespace, spec.decision));
      return approvalSummary(deps, who, request, { view, decision }, standing);
    }),
    ...(next !== undefined && { next }),
    stats: { ...statsOf(objects, decisions, deps.clock.now()), ...waitingNow(open, deps.clock.now()) },
    askLess: askLess(views, objects, decisions),
  });
}

function waitingNow(open: ReadonlyMap<KubeObject, Entry>, now: number): Partial<ApprovalList['stats']> {
  const asked = [...open.values()].map(({ request }) => request.createdAt);
  if (asked.length === 0) return { pending: 0 };
  const oldest = asked.reduce((a, b) => Math.min(a, b));
  return { pending: asked.length, oldestPendingMs: Math.max(0, now - oldest) };
}

function decidedPage(
  deps: GatewayDeps,
  objects: readonly KubeObject[],
  open: ReadonlyMap<KubeObject, Entry>,
  cursor: string | undefined,
) {
  const places = objects
    .filter((object) => !open.has(object))
    .map((object) => ({ at: requestFacts(object).at, key: requestFacts(object).key, object }));
  const page = pageOf(places, 'newest first', cursor);
  if (!page.ok) return page;
  const items = page.value.items.flatMap(({ object, ...place }): Entry[] => {
    const request = readRequest(object);
    return request === undefined ? [] : [{ ...place, request, standing: standingOf(request, deps) }];
  });
  return ok({ ...page.value, items });
}

/** Of seven days, by what the executor counted and wrote: a vote that counted for nothing is in none of these numbers. */
function statsOf(
  objects: readonly KubeObject[],
  decisions: ReadonlyMap<string, KubeObject>,
  now: number,
): ApprovalList['stats'] {
  const stats = { asked: 0, approved: 0, undone: 0, rejected: 0, expired: 0, underThreeSeconds: 0 };
  const times: number[] = [];
  for (const object of objects) {
    const { at, phase, decision, votedAt } = requestFacts(object);
    if (now - at > WEEK_MS) continue;
    stats.asked += 1;
    if (phase === 'Expired') stats.expired += 1;
    if (phase !== 'Rejected' && phase !== 'Approved' && phase !== 'Consumed') continue;
    if (phase === 'Rejected') stats.rejected += 1;
    else stats.approved += 1;
    if (phase === 'Consumed' && textAt(decisions.get(decision), 'status', 'phase') === 'RolledBack') stats.undone += 1;
    if (votedAt === 0) continue;
    const took = Math.max(0, votedAt - at);
    times.push(took);
    if (took < 3_000) stats.underThreeSeconds += 1;
  }
  times.sort((a, b) => a - b);
  const [median, ninetieth] = [times[Math.floor(times.length / 2)], times[Math.ceil(times.length * 0.9) - 1]];
  return {
    ...stats,
    ...(median !== undefined && { medianMsToDecide: median }),
    ...(ninetieth !== undefined && { ninetiethMsToDecide: ninetieth }),
  };
}
