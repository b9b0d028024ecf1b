import type { KubeObject } from '../../schema/kube.ts';
import type { Context } from './context.ts';
import { served } from './coreEvents.ts';
import { notImplemented, notServed } from './refused.ts';
import type { Resource, Subresource } from './resources.ts';
import { scaleOf } from './scale.ts';
import { selectorOf } from './selectors.ts';
import { tableOf, wantsTable } from './table.ts';
import { type Answer, existing } from './writes.ts';

/** What needs a kubelet behind it. */
const NEEDS_A_NODE = new Set(['exec', 'attach', 'portforward', 'eviction', 'proxy', 'ephemeralcontainers']);

/** Refuses a subresource that this kind does not have. */
export function mustHave({ kind, subresources }: Resource, subresource: string | undefined): void {
  if (subresource === undefined || subresources.some((each: Subresource) => each === subresource)) return;
  if (kind.kind === 'Pod' && NEEDS_A_NODE.has(subresource)) throw notImplemented(`pods/${subresource}`);
  throw notServed();
}

export function get(context: Context): Answer {
  const { resource, subresource } = context;
  const object = existing(context);
  if (subresource === 'scale') return { status: 200, body: scaleOf(object) };
  const shown = served(resource, object);
  if (!wantsTable(context.accept)) return { status: 200, body: shown };
  return { status: 200, body: table(context, [shown], object.metadata.resourceVersion ?? '') };
}

/** All at once: limit is allowed to be more than was asked for. */
export function list(context: Context): Answer {
  const { world, resource, namespace, query } = context;
  const selects = selectorOf(resource, query);
  const items = world.objects
    .list(resource.stored, namespace)
    .map((object) => served(resource, object))
    .filter(selects)
    .sort(byName);
  const resourceVersion = String(world.objects.version);
  if (wantsTable(context.accept)) return { status: 200, body: table(context, items, resourceVersion) };
  const { kind, apiVersion } = resource.kind;
  return { status: 200, body: { kind: `${kind}List`, apiVersion, metadata: { resourceVersion }, items } };
}

export function table(context: Context, objects: readonly KubeObject[], resourceVersion: string): object {
  const now = context.world.clock.now();
  return tableOf(context.resource, objects, { now, resourceVersion, include: context.query.get('includeObject') });
}

/** As the API server keeps them: by namespace, then by name. */
function byName(a: KubeObject, b: KubeObject): number {
  const [left, right] = [a, b].map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`);
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
