import { err, ok } from '../kernel/result.ts';
import type { ClusterErrorCode, ClusterResult } from '../ports/cluster.ts';
import { KINDS, type Kind, type KubeObject } from '../schema/kube.ts';
import type { JsonPatchOperation } from '../schema/patch.ts';
import { admit, type BlueprintCheck } from './admission.ts';
import { applyPatch } from './jsonPatch.ts';
import type { Objects, Part } from './objects.ts';

export interface WriteOptions {
  /** Field manager. */
  readonly manager: string;
  readonly dryRun?: boolean;
}

/** Kinds without a status of their own: a write takes the whole object. */
const WITHOUT_STATUS = new Set(['Event', 'Lease', 'LimitRange']);

/** The API server's part of the world: the semantics of writes, whoever makes them. Synchronous; time does not pass. */
export class Api {
  readonly #objects: Objects;
  readonly #checkBlueprint: BlueprintCheck;

  constructor(objects: Objects, checkBlueprint: BlueprintCheck) {
    this.#objects = objects;
    this.#checkBlueprint = checkBlueprint;
  }

  create(kind: Kind, draft: KubeObject, options: WriteOptions): ClusterResult<KubeObject> {
    const { namespace, generateName } = draft.metadata;
    const name =
      generateName && !draft.metadata.name
        ? this.#objects.freeName(kind, namespace, generateName)
        : draft.metadata.name;
    if (kind.namespaced !== (namespace !== undefined)) {
      return refuse('invalid', `${resource(kind)} is ${kind.namespaced ? '' : 'not '}namespaced`);
    }
    if (namespace !== undefined && this.#objects.get(KINDS.Namespace, undefined, namespace) === undefined) {
      return refuse('notFound', `namespaces "${namespace}" not found`);
    }
    if (this.#objects.get(kind, namespace, name) !== undefined) {
      return refuse('conflict', `${resource(kind)} "${name}" already exists`);
    }
    const { status, ...rest } = draft;
    const bare = WITHOUT_STATUS.has(kind.kind) && status !== undefined ? { ...rest, status } : rest;
    const named: KubeObject = { ...bare, metadata: { ...draft.metadata, name } };
    const admitted = admit(kind, undefined, named, this.#checkBlueprint);
    if ('fault' in admitted) return invalid(kind, name, admitted.fault);
    if (options.dryRun) return ok(admitted.object);
    return ok(this.#objects.add(kind, admitted.object, options.manager));
  }

  /** PUT. Metadata that is the server's (uid, deletion, owner) stays; `status` writes leave everything but the status. */
  replace(kind: Kind, draft: KubeObject, part: Part, options: WriteOptions): ClusterResult<KubeObject> {
    const { namespace, name, resourceVersion, uid } = draft.metadata;
    const old = this.#objects.get(kind, namespace, name);
    if (old === undefined) return notFound(kind, name);
    if (resourceVersion === undefined || resourceVersion === '') {
      return invalid(kind, name, 'metadata.resourceVersion: Invalid value: 0x0: must be specified for an update');
    }
    if (resourceVersion !== old.metadata.resourceVersion) return stale(kind, name);
    if (uid !== undefined && uid !== old.metadata.uid) {
      return refuse(
        'conflict',
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
      );
    }
    if (part === 'status' && WITHOUT_STATUS.has(kind.kind)) {
      return refuse('notFound', 'the server could not find the requested resource');
    }
    return this.#write(kind, old, draft, part, options);
  }

  /** JSON Patch of the whole object but its status. */
  patch(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    operations: readonly JsonPatchOperation[],
    options: WriteOptions,
  ): ClusterResult<KubeObject> {
    const old = this.#objects.get(kind, namespace, name);
    if (old === undefined) return notFound(kind, name);
    const patched = applyPatch(old, operations);
    if (patched.ok) return this.#write(kind, old, patched.value, 'spec', options);
    const { kind: failure, message } = patched.error;
    return refuse(failure === 'test' ? 'preconditionFailed' : 'invalid', message);
  }

  /** Removes at once. Objects that it owned go as well. */
  delete(kind: Kind, namespace: string | undefined, name: string): ClusterResult<void> {
    const object = this.#objects.get(kind, namespace, name);
    if (object === undefined) return notFound(kind, name);
    this.#objects.drop(kind, object);
    for (const owned of [KINDS.ReplicaSet, KINDS.Pod]) {
      for (const child of this.#objects.owned(owned, object.metadata.uid ?? '')) {
        this.delete(owned, child.metadata.namespace, child.metadata.name);
      }
    }
    return ok(undefined);
  }

  #write(kind: Kind, old: KubeObject, draft: KubeObject, part: Part, options: WriteOptions): ClusterResult<KubeObject> {
    const whole = WITHOUT_STATUS.has(kind.kind);
    const { status: oldStatus, ...oldRest } = old;
    const { status: newStatus, ...newRest } = draft;
    const status = whole || part === 'status' ? newStatus : oldStatus;
    const next: KubeObject = {
      ...(part === 'status' && !whole
        ? oldRest
        : { ...newRest, metadata: { ...newRest.metadata, ...serverMeta(old) } }),
      ...(status === undefined ? {} : { status }),
    };
    const admitted = admit(kind, old, next, this.#checkBlueprint);
    if ('fault' in admitted) return invalid(kind, old.metadata.name, admitted.fault);
    if (options.dryRun) return ok(this.#objects.tried(old, admitted.object, options.manager));
    return ok(this.#objects.change(kind, admitted.object, options.manager, part));
  }
}

/** A write cannot bring a deletion back. */
const serverMeta = (old: KubeObject): Partial<KubeObject['metadata']> =>
  old.metadata.deletionTimestamp === undefined ? {} : { deletionTimestamp: old.metadata.deletionTimestamp };

/** `deployments.apps`, `pods`: how the server names a resource in its messages. */
export function resource(kind: Kind): string {
  const group = kind.apiVersion.includes('/') ? kind.apiVersion.split('/')[0] : undefined;
  return group === undefined ? kind.plural : `${kind.plural}.${group}`;
}

export const refuse = (
  code: ClusterErrorCode,
  message: string,
  uncertain = false,
): { readonly ok: false; readonly error: { code: ClusterErrorCode; message: string; uncertain: boolean } } =>
  err({ code, message: message.slice(0, 500), uncertain });

const notFound = (kind: Kind, name: string) => refuse('notFound', `${resource(kind)} "${name}" not found`);
const invalid = (kind: Kind, name: string, fault: string) =>
  refuse('invalid', `${kind.kind} "${name}" is invalid: ${fault}`);
const stale = (kind: Kind, name: string) =>
  refuse(
    'conflict',
    `Operation cannot be fulfilled on ${resource(kind)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
  );
