import { textAt } from '../../observe/narrow.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { ApprovalList } from '../../schema/api/approvals.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { minorBump } from '../raise.ts';
import { fieldLines, same } from './changeDiff.ts';
import { requestFacts } from './requestFacts.ts';
import { instant, name, sentence } from './told.ts';

/** So often people let more through before it is said that the limit is in the wrong place. */
const TIMES = 3;
/** A page of suggestions is read by nobody. */
const MOST = 3;

type Suggestion = NonNullable<ApprovalList['askLess']>[number];

interface Lifted {
  readonly replicas: number;
  readonly at: number;
}

/**
 * Limits that people have lifted again and again, of the requests that stand there: each was approved, none was rejected
 * and none undone. The limit offered is the lowest under which three of them need not have been asked. A question that is
 * always answered the same way is not read any more.
 */
export function askLess(
  views: ReadonlyMap<string, ServiceView>,
  requests: readonly KubeObject[],
  decisions: ReadonlyMap<string, KubeObject>,
): Suggestion[] {
  const lifted = new Map<string, Lifted[]>();
  const doubted = new Set<string>();
  for (const request of requests) {
    const { operation, service, phase, replicas, decision, at } = requestFacts(request);
    if (operation !== 'scale_beyond_limits') continue;
    if (phase === 'Rejected') doubted.add(service);
    if (phase !== 'Consumed' || replicas === undefined) continue;
    const ended = textAt(decisions.get(decision), 'status', 'phase');
    if (ended === 'RolledBack' || ended === 'Failed') doubted.add(service);
    const known = lifted.get(service) ?? [];
    known.push({ replicas, at });
    lifted.set(service, known);
  }
  return [...lifted]
    .flatMap(([key, all]) => {
      const view = views.get(key);
      const offer = view === undefined || doubted.has(key) ? undefined : suggestionOf(view, all);
      return offer === undefined ? [] : [offer];
    })
    .toSorted((a, b) => b.times - a.times)
    .slice(0, MOST);
}

function suggestionOf(
  { namespace, name: own, blueprint, global }: ServiceView,
  all: readonly Lifted[],
): Suggestion | undefined {
  if (blueprint === undefined) return undefined;
  const max = blueprint.scaling.maxReplicas;
  const over = all.filter(({ replicas }) => replicas > max).toSorted((a, b) => a.replicas - b.replicas);
  const to = over[TIMES - 1]?.replicas;
  const ceiling = global?.ceilings.maxReplicas ?? Number.POSITIVE_INFINITY;
  if (to === undefined || to > ceiling) return undefined;
  const spared = over.filter(({ replicas }) => replicas <= to);
  const next = minorBump(blueprint.version);
  return {
    namespace,
    service: name(own),
    times: spared.length,
    since: instant(Math.min(...spared.map(({ at }) => at))),
    text: sentence(
      `${own} went beyond ${max} replicas ${over.length} times. Each was approved, none was undone; with ${to} as the limit, ${spared.length} of them would have needed nobody.`,
    ),
    from: name(blueprint.version),
    to: next,
    diff: [
      same('spec:'),
      ...fieldLines('  ', 'version', blueprint.version, next),
      same('  scaling:'),
      ...fieldLines('    ', 'max_replicas', String(max), String(to)),
    ],
  };
}
