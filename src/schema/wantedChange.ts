import type { Blueprint } from './blueprint.ts';
import { type Change, inverse, type Wanted } from './change.ts';
import { mainContainer } from './changeText.ts';
import type { Request } from './request.ts';
import {
  AMOUNTS,
  type AmountName,
  amountIn,
  amountText,
  type ContainerResources,
  PLACES,
  withAmounts,
} from './resources.ts';
import type { Container, Revision, Workload } from './workload.ts';

export type TemplateChange = Extract<Change, { readonly kind: 'resources' | 'rollback' }>;

/**
 * What a wish for other resources or an earlier revision comes to on this workload; undefined where there is no one
 * container, or no such revision.
 */
export function templateChange(wanted: Wanted, workload: Workload): TemplateChange | undefined {
  if (wanted.kind === 'resources') {
    const container = mainContainer(workload);
    if (container === undefined) return undefined;
    const from = container.resources ?? null;
    const index = workload.containers?.indexOf(container) ?? 0;
    return { kind: 'resources', container: container.name, index, from, to: withAmounts(from, wanted.amounts) };
  }
  if (wanted.kind !== 'rollback' || workload.current === undefined) return undefined;
  const to = revisionFor(wanted.revision, workload);
  return to === undefined ? undefined : { kind: 'rollback', from: workload.current, to: refOf(to) };
}

/**
 * The revision of that number; for null the newest healthy one that is older than the current template was at first. What
 * was rolled back from is younger than that, so that nothing goes back and forth.
 */
function revisionFor(revision: number | null, { revisions = [], current }: Workload): Revision | undefined {
  if (revision !== null) return revisions.find((one) => one.revision === revision);
  const first = revisions.find(({ hash }) => hash === current?.hash)?.first ?? current?.revision ?? 0;
  return [...revisions].filter((one) => one.healthy && one.revision < first).sort((a, b) => b.revision - a.revision)[0];
}

const refOf = ({ revision, hash, replicaSet, uid }: Revision) => ({ revision, hash, replicaSet, uid });

/** Resources with each amount outside the blueprint's bounds moved to the nearest one. What is absent stays absent. */
export function nearestInBounds(
  resources: ContainerResources | null,
  bounds: Blueprint['resources'],
): ContainerResources | null {
  const moved: Partial<Record<AmountName, string>> = {};
  for (const name of AMOUNTS) {
    const { resource } = PLACES[name];
    const value = amountIn(resources, name);
    const bound = bounds[resource];
    if (value === undefined || bound === undefined || (value >= bound.min && value <= bound.max)) continue;
    moved[name] = amountText(resource, value < bound.min ? bound.min : bound.max);
  }
  return Object.keys(moved).length === 0 ? resources : withAmounts(resources, moved);
}

/** The write of a request on the template. An undo puts back what its change replaced, resources no further out than the nearest bound. */
export function templateWrite(
  { wanted, undo }: Pick<Request, 'wanted' | 'undo'>,
  workload: Workload,
  bounds: Blueprint['resources'],
): TemplateChange | undefined {
  if (undo === undefined) return wanted && templateChange(wanted, workload);
  if (undo.change === undefined || undo.change.kind !== wanted?.kind) return undefined;
  const back = inverse(undo.change);
  if (back.kind === 'rollback') return back;
  return back.kind === 'resources' ? { ...back, to: nearestInBounds(back.to, bounds) } : undefined;
}

/** Containers of the template as a change leaves it. */
export function containersAfter(change: TemplateChange | undefined, workload: Workload): readonly Container[] {
  const { containers = [], revisions = [] } = workload;
  if (change === undefined) return containers;
  if (change.kind === 'rollback') return revisions.find(({ hash }) => hash === change.to.hash)?.containers ?? [];
  const resources = change.to === null ? {} : { resources: change.to };
  return containers.map((container, index) =>
    index === change.index ? { name: container.name, main: container.main, ...resources } : container,
  );
}

/**
 * What a change of the template mends: a rollout of whose new pods none is ready and some fail, seen in two passes; or a
 * service without a ready pod whose pods say why.
 */
export function repairs(kind: Wanted['kind'], { ready, pods, rollout }: Workload): 'rollout' | 'pods' | undefined {
  if (kind === 'scale' || kind === 'restart') return undefined;
  const { underWay, paused, newPodsReady, newPodsFailing, failingPasses } = rollout;
  if (underWay && !paused && newPodsReady === 0 && newPodsFailing > 0 && failingPasses >= 2) return 'rollout';
  return ready === 0 && pods.some((pod) => (pod.trouble ?? pod.lastRestart) !== undefined) ? 'pods' : undefined;
}

/** One amount of one container that a change moves. */
export interface Move {
  readonly name: AmountName;
  /** Millicores or bytes; undefined: absent. */
  readonly old: number | undefined;
  readonly next: number | undefined;
  readonly bounds: Blueprint['resources']['cpu'];
  /** Of a limit, from none to some counts as down. */
  readonly isDown: boolean;
  readonly wasOutside: boolean;
  readonly isOutside: boolean;
}

/** What an older template does not say, or the blueprint does not bound, is no value outside. */
export function movesOf(
  { kind }: TemplateChange,
  before: readonly Container[],
  after: readonly Container[],
  resources: Blueprint['resources'],
): readonly Move[] {
  return after.flatMap((container) => {
    const was = before.find(({ name }) => name === container.name)?.resources ?? null;
    return AMOUNTS.flatMap((name): Move[] => {
      const { side, resource } = PLACES[name];
      const bounds = resources[resource];
      const [old, next] = [amountIn(was, name), amountIn(container.resources ?? null, name)];
      const isPast = (value: number): boolean => bounds !== undefined && (value < bounds.min || value > bounds.max);
      const isFree = kind === 'rollback' && (next === undefined || bounds === undefined);
      const isOutside = !isFree && (next === undefined || bounds === undefined || isPast(next));
      const isDown = next !== undefined && (old === undefined ? side === 'limits' : next < old);
      const wasOutside = old !== undefined && isPast(old);
      return old === next ? [] : [{ name, old, next, bounds, isDown, wasOutside, isOutside }];
    });
  });
}
