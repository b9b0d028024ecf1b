import { numberAt, textAt } from '../../observe/narrow.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { ApprovalList } from '../../schema/api/approvals.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { minorBump } from '../raise.ts';
import { fieldLines, same } from './changeDiff.ts';
import { phaseIn } from './openRequests.ts';
import { createdAt, keyOf } from './records.ts';
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
    if (textAt(request, 'spec', 'operation') !== 'scale_beyond_limits') continue;
    const namespace = request.metadata.namespace ?? '';
    const key = keyOf(namespace, textAt(request, 'spec', 'blueprint', 'name') ?? '');
    const phase = phaseIn(request);
    if (phase === 'Rejected') doubted.add(key);
    const replicas = numberAt(request, 'spec', 'arguments', 'replicas');
    if (phase !== 'Consumed' || replicas === undefined) continue;
    const decision = decisions.get(keyOf(namespace, textAt(request, 'spec', 'decision') ?? ''));
    const ended = textAt(decision, 'status', 'phase');
    if (ended === 'RolledBack' || ended === 'Failed') doubted.add(key);
    const known = lifted.get(key) ?? [];
    known.push({ replicas, at: createdAt(request) });
    lifted.set(key, known);
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
      `${own} went beyond ${max} replicas ${over.length} times. Each was approved, none was undone; with ${to} as the limit ${spared.length} would have needed nobody.`,
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
