import { isObject } from './mergeKeys.ts';
import type { Resource, SchemaNode } from './resources.ts';

/** Paths of fields that the schema does not know. Metadata is not looked at. */
export function unknownFields({ kind, definition }: Resource, object: unknown): string[] {
  const schema = definition?.spec.versions[0]?.schema.openAPIV3Schema ?? (FREE.has(kind.kind) ? {} : BUILT_IN);
  return [...strangers(schema, object, '')];
}

/** Of the built-in kinds only the outermost fields are looked at; the world keeps what else it does not know. */
const BUILT_IN: SchemaNode = { properties: { apiVersion: {}, kind: {}, metadata: {}, spec: {}, status: {} } };
const FREE = new Set(['ConfigMap', 'Event', 'ControllerRevision']);

function* strangers(schema: SchemaNode, value: unknown, path: string): Generator<string> {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return;
  if (Array.isArray(value)) {
    for (const [n, item] of value.entries()) if (schema.items) yield* strangers(schema.items, item, `${path}[${n}]`);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    const known = nodeOf(schema, key);
    if (known === undefined) yield at;
    else yield* strangers(known, inner, at);
  }
}

/** The schema of a field; an empty one where anything goes, undefined where the field is unknown. */
function nodeOf({ properties, additionalProperties }: SchemaNode, key: string): SchemaNode | undefined {
  if (properties !== undefined) return Object.hasOwn(properties, key) ? properties[key] : undefined;
  return isObject(additionalProperties) ? additionalProperties : {};
}
