import { blueprintOfVersion, versionName } from '../../observe/blueprints/keptVersions.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { type Blueprint, NO_GLOBAL_RULES } from '../../schema/blueprint.ts';
import { KINDS } from '../../schema/kube.ts';
import type { ChangeRecord } from '../../schema/records.ts';
import type { ExecutorDeps } from '../deps.ts';
import type { HeldDecision } from '../records/heldDecision.ts';

/**
 * The blueprint a change is verified by: the version it was let through under, whatever was accepted since. Where that is
 * not kept any more, or may not be read, it is the one of now, and undefined when there is none: no verification waits for
 * ever on a record. unreadable: the API server does not answer now, to be asked again.
 */
export async function blueprintOfThen(
  deps: ExecutorDeps,
  held: HeldDecision,
  change: ChangeRecord,
  { namespace, name, object, blueprint, global }: ServiceView,
): Promise<Blueprint | undefined | 'unreadable'> {
  const hash = change.blueprint ?? held.spec.blueprint.hash;
  if (blueprint?.hash === hash) return blueprint;
  const read = await deps.reader.get(KINDS.ControllerRevision, namespace, versionName(name, hash));
  if (!read.ok) return read.error.code === 'unavailable' ? 'unreadable' : blueprint;
  const then = read.value && blueprintOfVersion(read.value, object, global ?? NO_GLOBAL_RULES);
  return then?.hash === hash ? then : blueprint;
}
