import { z } from 'zod';
import type { KubeObject } from '../../schema/kube.ts';
import { applyPatch } from '../jsonPatch.ts';
import { checked, mediaType, parseBody } from './bodies.ts';
import { type Context, dryRun, managerOf } from './context.ts';
import { served } from './coreEvents.ts';
import { isObject } from './mergeKeys.ts';
import { mergePatch } from './mergePatch.ts';
import { badRequest, notImplemented, Refused, unsupportedMediaType } from './refused.ts';
import { scaled, scaleOf } from './scale.ts';
import { strategicMerge } from './strategicMerge.ts';
import { type Answer, createObject, existing, partOf, replaceObject } from './writes.ts';

const APPLY = new Set(['application/apply-patch+yaml', 'application/apply-patch+cbor']);

const JsonPatch = z.array(
  z.union([
    z.object({ op: z.enum(['test', 'add', 'replace']), path: z.string(), value: z.unknown() }),
    z.object({ op: z.literal('remove'), path: z.string() }),
  ]),
);

export function patch(context: Context): Answer {
  if (APPLY.has(mediaType(context.contentType))) return apply(context);
  const old = existing(context);
  if (context.subresource === 'scale') {
    const scale = patched(context, scaleOf(old));
    return { status: 200, body: scaleOf(replaceObject(context, scaled(old, scale), 'spec')) };
  }
  const part = partOf(context.subresource);
  const next = checked(context, patched(context, served(context.resource, old)));
  return { status: 200, body: served(context.resource, replaceObject(context, next, part)) };
}

/** The patch on what stands there now: its resourceVersion is that of the object unless the patch names one to compare with. */
function patched(context: Context, target: object): unknown {
  const type = mediaType(context.contentType);
  switch (type) {
    case 'application/json-patch+json':
      return byJsonPatch(target, parseBody(context.body, 'patch'));
    case 'application/merge-patch+json':
      return mergePatch(target, object(parseBody(context.body, 'patch')));
    case 'application/strategic-merge-patch+json':
      // As on the real server: strategies are known of the built-in kinds only.
      if (context.resource.definition !== undefined) throw unsupportedMediaType();
      return strategicMerge(target, object(parseBody(context.body, 'patch')));
    default:
      throw unsupportedMediaType();
  }
}

function byJsonPatch(target: object, body: unknown): unknown {
  const operations = JsonPatch.safeParse(body);
  if (!operations.success) {
    const copies =
      Array.isArray(body) && body.some((each) => isObject(each) && /^(?:move|copy)$/.test(String(each['op'])));
    if (copies) throw notImplemented('move and copy in a JSON Patch');
    throw badRequest(`the body is no JSON Patch: ${z.prettifyError(operations.error)}`);
  }
  const result = applyPatch(target, operations.data);
  if (result.ok) return result.value;
  // The real server does not say which operation it was either.
  throw new Refused(422, 'Invalid', 'the server rejected our request due to an error in our request');
}

function object(body: unknown): object {
  if (isObject(body)) return body;
  throw badRequest('the patch is no object');
}

/** Server-side apply. Conflicts are judged by what was written through this API. */
function apply(context: Context): Answer {
  const { ownership, world, resource, namespace, name } = context;
  if (context.subresource !== undefined)
    throw notImplemented(`server-side apply to the subresource ${context.subresource}`);
  const manager = context.query.get('fieldManager');
  if (!manager) {
    throw new Refused(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      {
        causes: [
          {
            reason: 'FieldValueRequired',
            message: 'Required value: is required for apply patch',
            field: 'fieldManager',
          },
        ],
      },
    );
  }
  const configuration = checked(context, parseBody(context.body, 'configuration'));
  if (configuration.metadata.managedFields !== undefined && configuration.metadata.managedFields.length > 0) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const force = context.query.get('force') === 'true';
  const live = world.objects.get(resource.stored, namespace, name ?? '');
  if (live === undefined) {
    const made = createObject(context, configuration);
    if (!dryRun(context)) ownership.takenByApply(made, configuration, manager);
    return { status: 201, body: served(resource, made) };
  }
  if (!force) refuseConflicts(ownership.conflicts(live, configuration, managerOf(context)));
  const next = ownership.merged(live, configuration, manager);
  const versioned: KubeObject = { ...next, metadata: { ...live.metadata, ...next.metadata } };
  const stored = replaceObject(context, versioned, 'spec', 'apply');
  if (!dryRun(context)) ownership.applied(stored, configuration, manager, force);
  return { status: 200, body: served(resource, stored) };
}

function refuseConflicts(conflicts: readonly { manager: string; apiVersion: string; field: string }[]): void {
  if (conflicts.length === 0) return;
  const causes = conflicts.map(({ manager, apiVersion, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${manager}" using ${apiVersion}`,
    field,
  }));
  const words = causes.map(({ message, field }) => `${message}: ${field}`).join(', ');
  const count = `${causes.length} conflict${causes.length === 1 ? '' : 's'}`;
  throw new Refused(409, 'Conflict', `Apply failed with ${count}: ${words}`, { causes });
}
