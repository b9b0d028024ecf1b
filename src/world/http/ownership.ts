import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../schema/kube.ts';
import type { Objects } from '../objects.ts';
import { isKey, type Leaf, leavesOf, removeAt } from './fieldPaths.ts';
import { strategicMerge } from './strategicMerge.ts';

interface Owner {
  readonly manager: string;
  readonly applies: boolean;
  readonly apiVersion: string;
  readonly fields: Map<string, Leaf>;
}

export interface ApplyConflict {
  readonly manager: string;
  readonly apiVersion: string;
  readonly field: string;
}

/**
 * Who owns which field of the objects that were written through the HTTP API, as far as server-side apply needs it. The
 * world's own record (metadata.managedFields) covers replicas and template only.
 */
export class Ownership {
  readonly #owners = new Map<string, Owner[]>();

  constructor(objects: Objects) {
    objects.onChange(({ type, object }) => {
      if (type === 'deleted') this.#owners.delete(object.metadata.uid ?? '');
    });
  }

  /** After a write that was no apply: its manager owns what it changed, and nobody else does any more. */
  written(before: KubeObject | undefined, after: KubeObject, manager: string): void {
    const old = leavesOf(before ?? {});
    const now = leavesOf(after);
    const changed = [...now].filter(([path, { value }]) => !isDeepStrictEqual(old.get(path)?.value, value));
    const gone = [...old.keys()].filter((path) => !now.has(path));
    const owners = this.#of(after);
    for (const { fields } of owners) {
      for (const path of [...gone, ...changed.map(([path]) => path)]) fields.delete(path);
    }
    const mine = this.#owner(owners, manager, false, after.apiVersion);
    for (const [path, leaf] of changed) mine.fields.set(path, leaf);
  }

  /** Fields that the configuration would change although another manager owns them. */
  conflicts(live: KubeObject, configuration: KubeObject, manager: string): ApplyConflict[] {
    const now = leavesOf(live);
    const others = this.#of(live).filter((owner) => owner.manager !== manager || !owner.applies);
    return [...leavesOf(configuration)].flatMap(([field, { value }]) => {
      if (isDeepStrictEqual(now.get(field)?.value, value)) return [];
      const owner = others.find(({ fields }) => fields.has(field));
      return owner === undefined ? [] : [{ manager: owner.manager, apiVersion: owner.apiVersion, field }];
    });
  }

  /** The live object with the configuration applied: what this manager applied before and no longer names goes. */
  merged(live: KubeObject, configuration: KubeObject, manager: string): KubeObject {
    const merged = structuredClone(strategicMerge(live, configuration)) as KubeObject;
    const wanted = leavesOf(configuration);
    const owners = this.#of(live);
    const before = owners.find((owner) => owner.manager === manager && owner.applies);
    const fields = [...(before?.fields ?? [])].sort(([, a], [, b]) => Number(isKey(a.steps)) - Number(isKey(b.steps)));
    for (const [path, { steps }] of fields) {
      const shared = owners.some((owner) => owner !== before && owner.fields.has(path));
      if (!wanted.has(path) && !shared) removeAt(merged, steps);
    }
    return merged;
  }

  applied(after: KubeObject, configuration: KubeObject, manager: string, force: boolean): void {
    const owners = this.#of(after);
    const now = leavesOf(after);
    const mine = this.#owner(owners, manager, true, after.apiVersion);
    mine.fields.clear();
    for (const [path, leaf] of leavesOf(configuration)) {
      mine.fields.set(path, leaf);
      for (const owner of force ? owners : []) {
        const same = isDeepStrictEqual(owner.fields.get(path)?.value, now.get(path)?.value);
        if (owner !== mine && !same) owner.fields.delete(path);
      }
    }
  }

  /** After an apply that made the object: what its creation recorded is the applier's. */
  takenByApply(made: KubeObject, configuration: KubeObject, manager: string): void {
    this.#owners.delete(made.metadata.uid ?? '');
    this.applied(made, configuration, manager, false);
  }

  #of(object: KubeObject): Owner[] {
    const uid = object.metadata.uid ?? '';
    const owners = this.#owners.get(uid) ?? [];
    this.#owners.set(uid, owners);
    return owners;
  }

  #owner(owners: Owner[], manager: string, applies: boolean, apiVersion: string): Owner {
    const found = owners.find((owner) => owner.manager === manager && owner.applies === applies);
    if (found !== undefined) return found;
    const made: Owner = { manager, applies, apiVersion, fields: new Map() };
    owners.push(made);
    return made;
  }
}
