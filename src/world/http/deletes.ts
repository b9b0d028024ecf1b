import { z } from 'zod';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { parseBody } from './bodies.ts';
import { type Context, dryRun } from './context.ts';
import { served } from './coreEvents.ts';
import { badRequest, notImplemented, Refused, refusedBy, successOf } from './refused.ts';
import { RESOURCES } from './resources.ts';
import { type Answer, existing } from './writes.ts';

const Options = z.object({
  propagationPolicy: z.enum(['Orphan', 'Background', 'Foreground']).nullish(),
  dryRun: z.array(z.string()).nullish(),
  preconditions: z.object({ uid: z.string().nullish(), resourceVersion: z.string().nullish() }).nullish(),
});

/** How long an object that is deleted in the foreground stays, marked: its pods go meanwhile. */
const FOREGROUND_MS = 2_000;

/** Pods and ReplicaSets go with what owns them. */
export function remove(context: Context): Answer {
  const { world, resource, query } = context;
  const object = existing(context);
  const { name, namespace, uid = '' } = object.metadata;
  const options = optionsOf(context.body);
  mustMatch(object, options.preconditions ?? {});
  const propagation = query.get('propagationPolicy') ?? options.propagationPolicy ?? 'Background';
  if (propagation === 'Orphan') throw notImplemented('deletion that leaves the owned objects (--cascade=orphan)');
  if (dryRun(context) || options.dryRun?.includes('All')) return { status: 200, body: served(resource, object) };
  if (propagation === 'Foreground' && resource.kind.kind === 'Deployment') {
    world.remove(resource.stored, namespace, name, { afterMs: FOREGROUND_MS });
    return { status: 200, body: world.objects.get(resource.stored, namespace, name) ?? object };
  }
  if (resource.kind.kind === 'Namespace') empty(context, name);
  const result = world.api.delete(resource.stored, namespace, name);
  if (!result.ok) throw refusedBy(result.error, resource, name);
  world.touched(object);
  return { status: 200, body: successOf(resource, name, uid) };
}

function optionsOf(body: string): z.infer<typeof Options> {
  if (body === '') return {};
  const options = Options.safeParse(parseBody(body, 'delete options'));
  if (!options.success) throw badRequest(`the body is no DeleteOptions: ${z.prettifyError(options.error)}`);
  return options.data;
}

function mustMatch(
  object: KubeObject,
  { uid, resourceVersion }: { uid?: string | null | undefined; resourceVersion?: string | null | undefined },
): void {
  const { metadata } = object;
  if (uid && uid !== metadata.uid) {
    throw new Refused(
      409,
      'Conflict',
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`,
    );
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    throw new Refused(
      409,
      'Conflict',
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`,
    );
  }
}

/** What stands in a namespace goes with it; owners first, so that nothing is made again. */
function empty({ world }: Context, namespace: string): void {
  const kinds = new Set([KINDS.Deployment, ...RESOURCES.map(({ stored }) => stored)].filter((kind) => kind.namespaced));
  for (const kind of kinds) {
    for (const object of world.objects.list(kind, namespace)) world.api.delete(kind, namespace, object.metadata.name);
  }
}
