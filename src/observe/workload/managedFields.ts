import type { KubeObject, ManagedField } from '../../schema/kube.ts';
import { RESTARTED_AT } from '../../schema/patch.ts';
import { at, recordAt } from '../narrow.ts';

/** The fields of a Deployment that Fairlead writes, as paths in managedFields. */
export type WatchedField = 'replicas' | 'template';

const PATHS: Readonly<Record<WatchedField, readonly string[]>> = {
  replicas: ['f:spec', 'f:replicas'],
  template: ['f:spec', 'f:template'],
};

/**
 * What owning a field means where another tool would put it back: for a restart it is the one annotation that a restart
 * writes. A GitOps tool that applies the rest of the template neither sees nor reverts that.
 */
const OWNED: Readonly<Record<Exclude<WrittenField, 'resources'>, readonly string[]>> = {
  replicas: PATHS.replicas,
  template: [...PATHS.template, 'f:metadata', 'f:annotations', `f:${RESTARTED_AT}`],
  // A rollback writes the whole template: whoever applies its pod spec would put it back.
  image: [...PATHS.template, 'f:spec'],
};

/** What Fairlead writes: replicas, the restart annotation, a container's resources, or the template whole. */
export type WrittenField = WatchedField | 'resources' | 'image';

/** The managers that own exactly what Fairlead would write of a field. */
export function ownersOfWrite(object: KubeObject, field: WrittenField): readonly ManagedField[] {
  return (object.metadata.managedFields ?? []).filter((entry) =>
    field === 'resources' ? ownsResources(entry) : at(entry.fieldsV1, ...OWNED[field]) !== undefined,
  );
}

/** Containers are keyed by name: `k:{"name":"app"}`. */
function ownsResources({ fieldsV1 }: ManagedField): boolean {
  const containers = recordAt(fieldsV1, ...PATHS.template, 'f:spec', 'f:containers');
  return Object.values(containers).some((container) => at(container, 'f:resources') !== undefined);
}

/** The managers that own a field, as the API server keeps them; several when they applied the same value. */
function managersOf(object: KubeObject, field: WatchedField): readonly ManagedField[] {
  return (object.metadata.managedFields ?? []).filter((entry) => at(entry.fieldsV1, ...PATHS[field]) !== undefined);
}

/**
 * Who changed a field between two versions of an object, newest first: among its owners those whose entry is new or newer
 * than before, else the newest of them. Several when writes of different managers fell between the two versions; empty when the
 * object says nothing.
 */
export function writersOf(before: KubeObject, after: KubeObject, field: WatchedField): readonly string[] {
  const owners = [...managersOf(after, field)].sort((a, b) => timeOf(b) - timeOf(a));
  const earlier = new Map((before.metadata.managedFields ?? []).map((entry) => [keyOf(entry), entry.time]));
  const moved = owners.filter((entry) => !earlier.has(keyOf(entry)) || earlier.get(keyOf(entry)) !== entry.time);
  return (moved.length > 0 ? moved : owners.slice(0, 1)).map((entry) => entry.manager ?? 'unknown');
}

const keyOf = (entry: ManagedField): string => `${entry.manager}/${entry.operation}/${entry.subresource}`;
const timeOf = (entry: ManagedField): number => Date.parse(entry.time ?? '') || 0;
