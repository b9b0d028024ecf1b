import { KINDS, type KubeObject } from '../../schema/kube.ts';
import type { Part } from '../objects.ts';
import { objectOf, parseBody } from './bodies.ts';
import { type Context, dryRun, managerOf } from './context.ts';
import { served } from './coreEvents.ts';
import { badRequest, notServed, Refused, refusedBy } from './refused.ts';
import { groupResource } from './resources.ts';
import { scaled, scaleOf } from './scale.ts';

export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** The stored object; refuses with 404. */
export function existing(context: Context): KubeObject {
  const { world, resource, namespace, name } = context;
  const object = world.objects.get(resource.stored, namespace, name ?? '');
  if (object !== undefined) return object;
  const details = { name: name ?? '', kind: resource.kind.plural };
  throw new Refused(404, 'NotFound', `${groupResource(resource.kind)} "${name}" not found`, details);
}

export function create(context: Context): Answer {
  return { status: 201, body: served(context.resource, createObject(context, objectOf(context))) };
}

export function createObject(context: Context, draft: KubeObject): KubeObject {
  const { world, resource, ownership } = context;
  const { resourceVersion } = draft.metadata;
  if (resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  const manager = managerOf(context);
  const result = world.api.create(resource.stored, draft, { manager, dryRun: dryRun(context) });
  if (!result.ok) throw refusedBy(result.error, resource, draft.metadata.name);
  if (dryRun(context)) return result.value;
  const made = resource.kind.kind === 'Namespace' ? activated(world, result.value) : result.value;
  ownership.written(undefined, made, manager);
  world.touched(made);
  return made;
}

/** What the API server itself says of a new namespace. */
function activated({ objects }: Context['world'], namespace: KubeObject): KubeObject {
  const { metadata } = namespace;
  const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  const active = { ...namespace, metadata: { ...metadata, labels }, spec: {}, status: { phase: 'Active' } };
  return objects.change(KINDS.Namespace, active, 'kube-apiserver', 'status');
}

export function update(context: Context): Answer {
  if (context.subresource === 'scale') {
    const draft = scaled(existing(context), parseBody(context.body, 'Scale'));
    return { status: 200, body: scaleOf(replaceObject(context, draft, 'spec')) };
  }
  const part = partOf(context.subresource);
  return { status: 200, body: served(context.resource, replaceObject(context, objectOf(context), part)) };
}

/** Kinds that are never written without saying what was seen before. */
const CONDITIONAL = new Set(['Lease', 'CustomResourceDefinition']);

/** Replaces the object. Without a resourceVersion a built-in kind is replaced whatever stands there; ours never is. */
export function replaceObject(
  context: Context,
  draft: KubeObject,
  part: Part,
  how: 'update' | 'apply' = 'update',
): KubeObject {
  const { world, resource, ownership } = context;
  const old = existing(context);
  const blind = resource.definition === undefined && !CONDITIONAL.has(resource.kind.kind);
  const resourceVersion = draft.metadata.resourceVersion || (blind ? old.metadata.resourceVersion : undefined);
  const metadata = { ...draft.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  const manager = managerOf(context);
  const options = { manager, dryRun: dryRun(context) };
  const result = world.api.replace(resource.stored, { ...draft, metadata }, part, options);
  if (!result.ok) throw refusedBy(result.error, resource, old.metadata.name);
  if (options.dryRun) return result.value;
  if (how === 'update') ownership.written(old, result.value, manager);
  world.touched(result.value);
  return result.value;
}

export function partOf(subresource: string | undefined): Part {
  if (subresource === undefined) return 'spec';
  if (subresource === 'status') return 'status';
  throw notServed();
}
