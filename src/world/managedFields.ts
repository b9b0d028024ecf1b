import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ManagedField } from '../schema/kube.ts';

const TRACKED = ['replicas', 'template'] as const;

/**
 * Who wrote which of the two fields that Fairlead looks at (spec.replicas, spec.template): a writer takes a field whose
 * value it changes, and whoever had it loses it. The real server tracks every field; nothing here needs more.
 */
export function managedFields(
  old: KubeObject | undefined,
  draft: KubeObject,
  manager: string,
  now: number,
  subresource?: string,
): readonly ManagedField[] {
  const kept = old?.metadata.managedFields ?? [];
  const taken = TRACKED.filter((field) => !isDeepStrictEqual(fieldOf(old, field), fieldOf(draft, field)));
  if (taken.length === 0) return kept;
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  const isMine = (entry: ManagedField): boolean => entry.manager === manager && entry.subresource === subresource;
  const others = kept
    .filter((entry) => !isMine(entry))
    .map((entry) => ({ entry, fields: fieldsOf(entry).filter((field) => !taken.some((t) => t === field)) }))
    .filter(({ fields }) => fields.length > 0)
    .map(({ entry, fields }) => ({ ...entry, fieldsV1: fieldsV1(fields) }));
  const mine = kept.filter(isMine).flatMap(fieldsOf);
  return [
    ...others,
    {
      manager,
      operation: 'Update',
      ...(subresource === undefined ? {} : { subresource }),
      apiVersion: draft.apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: fieldsV1([...new Set([...mine, ...taken])]),
    } as ManagedField,
  ];
}

const fieldsV1 = (fields: readonly string[]): unknown => ({
  'f:spec': Object.fromEntries(TRACKED.filter((f) => fields.includes(f)).map((field) => [`f:${field}`, {}])),
});

function fieldsOf(entry: ManagedField): string[] {
  const spec = (entry.fieldsV1 as { 'f:spec'?: object } | undefined)?.['f:spec'] ?? {};
  return TRACKED.filter((field) => Object.hasOwn(spec, `f:${field}`));
}

function fieldOf(object: KubeObject | undefined, field: string): unknown {
  const spec = object?.spec;
  return typeof spec === 'object' && spec !== null ? Reflect.get(spec, field) : undefined;
}
