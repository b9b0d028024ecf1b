/**
 * By which field the elements of a list are told apart, by the list's own field name; a list that is not here is one value
 * as a whole. The names are those of the built-in kinds (`patchMergeKey` of their Go types) and of our definitions.
 */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  imagePullSecrets: 'name',
  hostAliases: 'ip',
  topologySpreadConstraints: 'topologyKey',
  ownerReferences: 'uid',
  conditions: 'type',
  checks: 'name',
  votes: 'id',
};

/** Lists of plain values that are merged as sets. */
export const isSet = (field: string): boolean => field === 'finalizers';

export function mergeKeyOf(field: string, elements: readonly unknown[]): string | undefined {
  if (!elements.every(isObject)) return undefined;
  // A container's ports and a Service's have the same name and different keys.
  if (field === 'ports') return elements.some((port) => 'containerPort' in port) ? 'containerPort' : 'port';
  return MERGE_KEYS[field];
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
