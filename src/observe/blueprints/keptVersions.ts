import type { ClusterError, ClusterReader, ClusterResult } from '../../ports/cluster.ts';
import { blueprintFromObject } from '../../schema/blueprint/fromObject.ts';
import { type Blueprint, type GlobalRules, NO_GLOBAL_RULES } from '../../schema/blueprint.ts';
import { BLUEPRINT_LABEL, KINDS, type KubeObject } from '../../schema/kube.ts';
import { numberAt } from '../narrow.ts';
import type { Acceptance, Accepted, AcceptedGlobal } from './acceptance.ts';
import { tightened } from './tightened.ts';

/** Named by its content, so that a version is kept once and found by a Decision's hash. */
export const versionName = (blueprint: string, hash: string): string => `${blueprint}-${hash.slice(0, 10)}`;

/** `revision` counts up with each acceptance: the largest is the version accepted last. */
export const revisionOf = (version: KubeObject): number => numberAt(version, 'revision') ?? 0;

/** One reading of the kept versions of a Blueprint object: ControllerRevisions that it owns, newest first. */
export async function keptVersions(
  reader: ClusterReader,
  blueprint: KubeObject,
): Promise<ClusterResult<readonly KubeObject[]>> {
  const { namespace, name } = blueprint.metadata;
  const read = await reader.list(KINDS.ControllerRevision, namespace, `${BLUEPRINT_LABEL}=${name}`);
  if (!read.ok) return read;
  const own = read.value.items.filter((version) => isVersionOf(version, blueprint));
  return { ok: true, value: own.toSorted((a, b) => revisionOf(b) - revisionOf(a)) };
}

/** A Blueprint that was deleted and made again is another one: what was accepted of the old one binds nobody. */
export const isVersionOf = (version: KubeObject, { metadata: { name, uid } }: KubeObject): boolean =>
  version.metadata.labels?.[BLUEPRINT_LABEL] === name &&
  uid !== undefined &&
  (version.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);

/**
 * The blueprint that a kept version says, under the rules of now; undefined when it does not validate any more, or is not
 * what its name promises. Rules that became stricter since tighten it instead of taking it away.
 */
export function blueprintOfVersion(
  version: KubeObject,
  blueprint: KubeObject,
  global: GlobalRules,
): Blueprint | undefined {
  const object = { ...blueprint, spec: version['data'] };
  const now = blueprintFromObject(object, global);
  const read = now.ok ? now : blueprintFromObject(object, NO_GLOBAL_RULES);
  if (!read.ok || version.metadata.name !== versionName(blueprint.metadata.name, read.value.hash)) return undefined;
  return tightened(read.value, global);
}

export interface Unread {
  readonly object: KubeObject;
  readonly error: ClusterError;
}

/**
 * Which blueprints are in force. Where the newest version is refused and this process knows of no accepted one (it has
 * just started), the kept versions are read: once for each Blueprint, never on a calm pass. `unread`: those whose kept
 * versions could not be read now; nothing is in force of them, and the next call asks again.
 */
export async function acceptWithKept(
  reader: ClusterReader,
  acceptance: Acceptance,
  objects: readonly KubeObject[],
  global: AcceptedGlobal,
): Promise<{ readonly accepted: readonly Accepted[]; readonly unread: readonly Unread[] }> {
  const accepted = acceptance.accept(objects, global);
  const forgotten = acceptance.forgotten(accepted, global);
  const { rules } = global;
  if (forgotten.length === 0 || rules === undefined) return { accepted, unread: [] };
  const unread: Unread[] = [];
  const recall = async (object: KubeObject): Promise<void> => {
    const kept = await keptVersions(reader, object);
    if (!kept.ok) {
      unread.push({ object, error: kept.error });
      return;
    }
    const readable = kept.value.map((version) => blueprintOfVersion(version, object, rules));
    acceptance.recall(
      object,
      readable.find((blueprint) => blueprint !== undefined),
    );
  };
  await Promise.all(forgotten.map(recall));
  return { accepted: acceptance.accept(objects, global), unread };
}
