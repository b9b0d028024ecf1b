import { isVersionOf, keptVersions, revisionOf, versionName } from '../../observe/blueprints/keptVersions.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import { BLUEPRINT_LABEL, KINDS, type KubeObject } from '../../schema/kube.ts';
import type { ExecutorDeps } from '../deps.ts';

/** Accepted versions kept of one Blueprint, the one in force among them. */
const KEPT = 10;

/**
 * Keeps an accepted version as a ControllerRevision, so that it stays in force after a restart when the next one is
 * refused, and so that a change is verified by the version it began under. A version that comes back is the newest again.
 * False: it could not be kept now.
 */
export async function keepVersion(deps: ExecutorDeps, object: KubeObject, blueprint: Blueprint): Promise<boolean> {
  const failed = (message: string): false => {
    const { namespace, name } = object.metadata;
    deps.log.warn({ service: `${namespace}/${name}`, error: message }, 'accepted blueprint version not kept yet');
    return false;
  };
  const read = await keptVersions(deps.reader, object);
  if (!read.ok) return failed(read.error.message);
  const [newest] = read.value;
  const name = versionName(blueprint.name, blueprint.hash);
  if (newest?.metadata.name === name) return true;
  const revision = (newest === undefined ? 0 : revisionOf(newest)) + 1;
  const known = read.value.find((version) => version.metadata.name === name);
  const kept =
    known === undefined
      ? await make(deps, object, name, revision)
      : await deps.records.replace(KINDS.ControllerRevision, { ...known, revision });
  if (!kept.ok) return failed(kept.error.message);
  const older = read.value.filter((version) => version.metadata.name !== name);
  for (const version of older.slice(KEPT - 1)) {
    const { namespace = '', name: old } = version.metadata;
    const deleted = await deps.records.delete(KINDS.ControllerRevision, namespace, old);
    if (!deleted.ok && deleted.error.code !== 'notFound') failed(deleted.error.message);
  }
  return true;
}

async function make(deps: ExecutorDeps, object: KubeObject, name: string, revision: number) {
  const { namespace = '', name: blueprint, uid = '' } = object.metadata;
  const version: KubeObject = {
    apiVersion: KINDS.ControllerRevision.apiVersion,
    kind: KINDS.ControllerRevision.kind,
    metadata: {
      name,
      namespace,
      labels: { [BLUEPRINT_LABEL]: blueprint },
      // It goes when its Blueprint goes.
      ownerReferences: [{ apiVersion: object.apiVersion, kind: object.kind, name: blueprint, uid, controller: true }],
    },
    data: object.spec,
    revision,
  };
  const made = await deps.records.create(KINDS.ControllerRevision, version);
  if (made.ok || made.error.code !== 'conflict') return made;
  // The name is taken: by another executor just now, or by what a deleted Blueprint of this name has left behind.
  const taken = await deps.reader.get(KINDS.ControllerRevision, namespace, name);
  if (!taken.ok || taken.value === undefined || isVersionOf(taken.value, object)) return made;
  const deleted = await deps.records.delete(KINDS.ControllerRevision, namespace, name);
  return deleted.ok ? deps.records.create(KINDS.ControllerRevision, version) : deleted;
}
