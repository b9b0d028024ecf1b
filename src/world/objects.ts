import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Kind, KubeObject } from '../schema/kube.ts';
import { managedFields } from './managedFields.ts';

/** A change as a watch sees it: `version` is the resourceVersion it made. */
export interface Happening {
  readonly version: number;
  readonly type: 'added' | 'modified' | 'deleted';
  readonly kind: Kind;
  readonly object: KubeObject;
}

export type Part = 'spec' | 'status';

/** How many changes can be watched from the past before a watch is answered `gone`. */
const REMEMBERED = 20_000;
const FIRST_VERSION = 1000;
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
/** Kinds whose metadata carries no generation on the real server. */
const WITHOUT_GENERATION = new Set([
  'Event',
  'Lease',
  'Node',
  'Namespace',
  'ResourceQuota',
  'LimitRange',
  'ControllerRevision',
]);

/**
 * Every object of the world, with one global version counter, generations, uids from the seed, and the log that watches
 * read. Stored objects are frozen, so that a caller who changes what it was given fails at once instead of corrupting
 * the cluster.
 */
export class Objects {
  readonly #seed: string;
  readonly #now: () => number;
  readonly #byKind = new Map<string, Map<string, KubeObject>>();
  /** By kind and namespace: a list of one namespace costs what is in it, however large the cluster is. */
  readonly #inNamespace = new Map<string, Map<string, KubeObject>>();
  readonly #owned = new Map<string, Map<string, KubeObject>>();
  readonly #log: Happening[] = [];
  readonly #listeners = new Set<(happening: Happening) => void>();
  #version = FIRST_VERSION;
  #floor = FIRST_VERSION;
  #drawn = 0;

  constructor(seed: number, now: () => number) {
    this.#seed = String(seed);
    this.#now = now;
  }

  get version(): number {
    return this.#version;
  }

  /**
   * A name that nothing of the kind has, with five letters as Kubernetes generates them: the same seed and order of calls
   * give the same. Of ten thousand pods a few draw the letters of another.
   */
  freeName(kind: Kind, namespace: string | undefined, prefix: string): string {
    for (;;) {
      const name = `${prefix}${letters(this.#draw(), 5)}`;
      if (this.get(kind, namespace, name) === undefined) return name;
    }
  }

  get(kind: Kind, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#byKind.get(kind.kind)?.get(key(namespace, name));
  }

  list(kind: Kind, namespace?: string): KubeObject[] {
    const index =
      namespace === undefined ? this.#byKind.get(kind.kind) : this.#inNamespace.get(`${kind.kind} ${namespace}`);
    return [...(index?.values() ?? [])];
  }

  /** Objects whose controlling owner has that uid, oldest first. */
  owned(kind: Kind, ownerUid: string): KubeObject[] {
    return [...(this.#owned.get(`${kind.kind} ${ownerUid}`)?.values() ?? [])];
  }

  /** Stores a new object, giving it identity. Throws where the name is taken: what stood there would be gone unseen. */
  add(kind: Kind, draft: KubeObject, manager: string): KubeObject {
    const { namespace, name } = draft.metadata;
    if (this.get(kind, namespace, name) !== undefined) throw new Error(`${kind.kind} ${name} is in the world already`);
    const { managedFields: given, ...metadata } = draft.metadata;
    const object: KubeObject = {
      ...structuredClone(draft),
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: {
        ...structuredClone(metadata),
        uid: uuid(this.#draw()),
        creationTimestamp: instant(this.#now()),
        ...(WITHOUT_GENERATION.has(kind.kind) ? {} : { generation: 1 }),
        managedFields: given ?? managedFields(undefined, draft, manager, this.#now()),
      },
    };
    return this.#store(kind, 'added', object);
  }

  /**
   * Stores a changed object; a draft that equals what stands there changes nothing, as on the real server. The
   * generation rises with the spec and, for a Deployment, with its annotations, but not when the status is written.
   */
  change(kind: Kind, draft: KubeObject, manager: string, part: Part, subresource?: 'scale'): KubeObject {
    const old = this.get(kind, draft.metadata.namespace, draft.metadata.name);
    if (old === undefined) throw new Error(`${kind.kind} ${draft.metadata.name} is not in the world`);
    const same = isDeepStrictEqual(comparable(old), comparable(draft));
    if (same) return old;
    const bump = part === 'spec' && old.metadata.generation !== undefined && raisesGeneration(kind, old, draft);
    const { metadata } = draft;
    const object: KubeObject = {
      ...structuredClone(draft),
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: {
        ...structuredClone(metadata),
        ...(old.metadata.uid === undefined ? {} : { uid: old.metadata.uid }),
        ...(old.metadata.creationTimestamp === undefined ? {} : { creationTimestamp: old.metadata.creationTimestamp }),
        ...(old.metadata.generation === undefined ? {} : { generation: old.metadata.generation + (bump ? 1 : 0) }),
        managedFields: managedFields(old, draft, manager, this.#now(), subresource),
      },
    };
    return this.#store(kind, 'modified', object);
  }

  /** What a dry run answers: the draft with the field managers that a write of now would leave. */
  tried(old: KubeObject, draft: KubeObject, manager: string): KubeObject {
    return {
      ...draft,
      metadata: { ...draft.metadata, managedFields: managedFields(old, draft, manager, this.#now()) },
    };
  }

  drop(kind: Kind, object: KubeObject): void {
    this.#store(kind, 'deleted', { ...object, metadata: { ...object.metadata } });
  }

  /** Changes after a version in order, or undefined when they are no longer remembered. */
  since(version: number): readonly Happening[] | undefined {
    if (version < this.#floor) return undefined;
    const first = this.#log.findIndex((happening) => happening.version > version);
    return first === -1 ? [] : this.#log.slice(first);
  }

  /** Forgets the past: a watch from before now is answered `gone`. */
  compact(): void {
    this.#log.length = 0;
    this.#floor = this.#version;
  }

  /** Called after each change, in order. Returns the function that ends it. */
  onChange(listener: (happening: Happening) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #store(kind: Kind, type: Happening['type'], object: KubeObject): KubeObject {
    this.#version += 1;
    object.metadata.resourceVersion = String(this.#version);
    deepFreeze(object);
    const { namespace, name } = object.metadata;
    const owner = object.metadata.ownerReferences?.find((reference) => reference.controller)?.uid;
    for (const index of [
      indexed(this.#byKind, kind.kind),
      ...(namespace === undefined ? [] : [indexed(this.#inNamespace, `${kind.kind} ${namespace}`)]),
      ...(owner === undefined ? [] : [indexed(this.#owned, `${kind.kind} ${owner}`)]),
    ]) {
      if (type === 'deleted') index.delete(key(namespace, name));
      else index.set(key(namespace, name), object);
    }
    const happening = { version: this.#version, type, kind, object };
    this.#log.push(happening);
    if (this.#log.length > REMEMBERED) {
      const dropped = this.#log.splice(0, REMEMBERED / 2);
      this.#floor = dropped.at(-1)?.version ?? this.#floor;
    }
    for (const listener of [...this.#listeners]) listener(happening);
    return object;
  }

  #draw(): Buffer {
    this.#drawn += 1;
    return createHash('sha256').update(`${this.#seed}:${this.#drawn}`).digest();
  }
}

/** RFC 3339 in whole seconds, as the API server writes times. */
export const instant = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** Names by content: the same text gives the same letters. */
export const lettersOf = (text: string, count: number): string =>
  letters(createHash('sha256').update(text).digest(), count);

const key = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

function letters(bytes: Buffer, count: number): string {
  return [...bytes.subarray(0, count)].map((byte) => LETTERS.charAt(byte % LETTERS.length)).join('');
}

function uuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function indexed(indexes: Map<string, Map<string, KubeObject>>, name: string): Map<string, KubeObject> {
  const found = indexes.get(name) ?? new Map<string, KubeObject>();
  indexes.set(name, found);
  return found;
}

/** What counts as a difference: everything but what the server itself sets. */
function comparable(object: KubeObject): unknown {
  const {
    resourceVersion: _v,
    generation: _g,
    managedFields: _m,
    uid: _u,
    creationTimestamp: _c,
    ...metadata
  } = object.metadata;
  return { ...object, metadata };
}

function raisesGeneration(kind: Kind, old: KubeObject, draft: KubeObject): boolean {
  if (!isDeepStrictEqual(withoutMetaAndStatus(old), withoutMetaAndStatus(draft))) return true;
  if (draft.metadata.deletionTimestamp !== old.metadata.deletionTimestamp) return true;
  return (
    kind.kind === 'Deployment' && !isDeepStrictEqual(old.metadata.annotations ?? {}, draft.metadata.annotations ?? {})
  );
}

function withoutMetaAndStatus(object: KubeObject): unknown {
  const { metadata: _m, status: _s, ...rest } = object;
  return rest;
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
}
