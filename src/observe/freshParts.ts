import type { ClusterError, ClusterReader, ClusterResult } from '../ports/cluster.ts';
import { KINDS, type Kind, type KubeObject } from '../schema/kube.ts';
import { FLEET } from '../schema/records.ts';
import type { Acceptance, Accepted, AcceptedGlobal } from './blueprints/acceptance.ts';
import { acceptWithKept } from './blueprints/keptVersions.ts';
import type { Surroundings } from './surroundings.ts';

export interface FreshParts {
  readonly accepted: Accepted;
  readonly global: AcceptedGlobal;
  readonly deployment: KubeObject | undefined;
  readonly around: Surroundings;
  readonly breakers: { readonly own: KubeObject | undefined; readonly fleet: KubeObject | undefined };
}

/**
 * Reads one service from the API server itself, past every mirror. Everything or an error: half a fresh state is none.
 * All Blueprints of the namespace are read, since an elder one for the same target outranks this one.
 */
export async function readFresh(
  reader: ClusterReader,
  acceptance: Acceptance,
  service: { readonly namespace: string; readonly name: string; readonly ownNamespace: string },
): Promise<ClusterResult<FreshParts>> {
  const { namespace, name, ownNamespace } = service;
  try {
    const list = async (kind: Kind): Promise<KubeObject[]> => need(await reader.list(kind, namespace)).items;
    const get = async (kind: Kind, where: string | undefined, object: string): Promise<KubeObject | undefined> =>
      need(await reader.get(kind, where, object));
    const [blueprints, organisation, own, fleet, lists, nodes] = await Promise.all([
      list(KINDS.Blueprint),
      get(KINDS.ClusterBlueprint, undefined, 'default'),
      get(KINDS.CircuitBreaker, namespace, name),
      get(KINDS.CircuitBreaker, ownNamespace, FLEET),
      listAround(list),
      // Nodes are cluster-wide: where they may not be read, what needs their size is refused, and nothing else.
      reader.list(KINDS.Node),
    ]);
    const global = acceptance.global(organisation);
    const { accepted: all, unread } = await acceptWithKept(reader, acceptance, blueprints, global);
    const accepted = all.find(({ object }) => object.metadata.name === name);
    if (accepted === undefined) throw new ReadFailed(gone(namespace, name));
    const hidden = unread.find(({ object }) => object.metadata.name === name);
    if (hidden !== undefined) throw new ReadFailed(hidden.error);
    const target = accepted.blueprint?.target.name;
    const deployment = target === undefined ? undefined : await get(KINDS.Deployment, namespace, target);
    const around = { ...lists, nodes: nodes.ok ? nodes.value.items : undefined };
    return { ok: true, value: { accepted, global, deployment, around, breakers: { own, fleet } } };
  } catch (error) {
    if (error instanceof ReadFailed) return { ok: false, error: error.failure };
    throw error;
  }
}

/** What stands around a Deployment in its namespace, each kind under the name that the rest of the code has for it. */
const AROUND = {
  replicaSets: KINDS.ReplicaSet,
  pods: KINDS.Pod,
  budgets: KINDS.PodDisruptionBudget,
  hpas: KINDS.HorizontalPodAutoscaler,
  scaledObjects: KINDS.ScaledObject,
  vpas: KINDS.VerticalPodAutoscaler,
  quotas: KINDS.ResourceQuota,
  limitRanges: KINDS.LimitRange,
} as const satisfies Record<keyof Omit<Surroundings, 'nodes'>, Kind>;

async function listAround(list: (kind: Kind) => Promise<KubeObject[]>): Promise<Omit<Surroundings, 'nodes'>> {
  const names = Object.keys(AROUND) as (keyof typeof AROUND)[];
  const lists = await Promise.all(names.map(async (name) => [name, await list(AROUND[name])] as const));
  return Object.fromEntries(lists) as Record<keyof typeof AROUND, KubeObject[]>;
}

class ReadFailed extends Error {
  readonly failure: ClusterError;
  constructor(failure: ClusterError) {
    super(failure.message);
    this.failure = failure;
  }
}

function need<T>(result: ClusterResult<T>): T {
  if (result.ok) return result.value;
  throw new ReadFailed(result.error);
}

const gone = (namespace: string, name: string): ClusterError => ({
  code: 'notFound',
  message: `no Blueprint ${namespace}/${name}`,
  uncertain: false,
});
