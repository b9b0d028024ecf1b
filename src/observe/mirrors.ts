import { KINDS, type Kind, type KubeObject } from '../schema/kube.ts';
import { Mirror, type MirrorDeps } from './mirror.ts';

/** The kinds that a Workload is made of: without every one of them nothing is known of it. */
export const AROUND = [
  'Deployment',
  'ReplicaSet',
  'Pod',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
  'ScaledObject',
  'VerticalPodAutoscaler',
  'ResourceQuota',
  'LimitRange',
] as const;
/** Wanted, but not needed for a Workload: cluster-wide, and not everybody lets us read them. */
const WANTED = ['Node'] as const;
const RECORDS = ['Blueprint', 'ClusterBlueprint', 'Decision', 'ApprovalRequest', 'CircuitBreaker'] as const;

export type MirroredKind = (typeof AROUND)[number] | (typeof WANTED)[number] | (typeof RECORDS)[number];

/** As long as one sample may be old (G3): what was last heard earlier is not known any more. */
const STALE_MS = 45_000;

export interface Reach {
  /** The instant up to which all of them are known to be true; undefined when one cannot be read. */
  readonly at?: number;
  /** One line for each kind that cannot be read. */
  readonly problems: readonly string[];
}

/** The mirrors of every kind that a pass looks at. */
export class Mirrors {
  readonly #all: ReadonlyMap<MirroredKind, Mirror>;
  readonly #now: () => number;

  constructor(deps: MirrorDeps) {
    const all = new Map<MirroredKind, Mirror>();
    for (const name of [...AROUND, ...WANTED, ...RECORDS]) {
      const kind: Kind = KINDS[name];
      all.set(name, name === 'Deployment' ? new Mirror(deps, kind) : new Mirror(deps, kind, withoutManagers));
    }
    this.#all = all;
    this.#now = () => deps.clock.now();
  }

  of(kind: MirroredKind): Mirror {
    const mirror = this.#all.get(kind);
    if (mirror === undefined) throw new TypeError(`no mirror of ${kind}`);
    return mirror;
  }

  each(): Iterable<Mirror> {
    return this.#all.values();
  }

  /** How far the contents of these kinds reach. */
  reach(kinds: readonly MirroredKind[]): Reach {
    const now = this.#now();
    let at = now;
    const problems: string[] = [];
    for (const kind of kinds) {
      const mirror = this.of(kind);
      const freshAt = mirror.syncedAt === undefined ? undefined : mirror.freshAt();
      if (freshAt === undefined)
        problems.push(`${kind}: never read (${mirror.problem ?? 'the first list has not come'})`);
      else if (now - freshAt > STALE_MS) {
        problems.push(
          `${kind}: not heard for ${Math.round((now - freshAt) / 1000)} s (${mirror.problem ?? 'no word'})`,
        );
      } else at = Math.min(at, freshAt);
    }
    return { ...(problems.length === 0 && { at }), problems };
  }
}

/** Managed fields are a third of a pod's text, and only a Deployment's are read. */
function withoutManagers(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
