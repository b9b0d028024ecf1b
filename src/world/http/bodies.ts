import { parse } from 'yaml';
import type { KubeObject } from '../../schema/kube.ts';
import type { Context } from './context.ts';
import { kept } from './coreEvents.ts';
import { isObject } from './mergeKeys.ts';
import { badRequest, Refused, unsupportedMediaType } from './refused.ts';
import { unknownFields } from './unknownFields.ts';

const JSON_TYPES = new Set(['', 'application/json', 'application/yaml']);
export const mediaType = (header: string): string => header.split(';')[0]?.trim().toLowerCase() ?? '';

/** JSON, or YAML, which kubectl sends to server-side apply. */
export function parseBody(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      // Aliases that multiply would fill the memory.
      return parse(text, { maxAliasCount: 20 });
    } catch (error) {
      throw badRequest(
        `the ${what} is neither JSON nor YAML: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

/** The object of a POST or PUT, complete and in its stored form. Refuses what the path contradicts. */
export function objectOf(context: Context): KubeObject {
  if (!JSON_TYPES.has(mediaType(context.contentType))) throw unsupportedMediaType();
  return checked(context, parseBody(context.body, 'object'));
}

/** The same for an object that came any other way, such as by a patch. */
export function checked(context: Context, given: unknown): KubeObject {
  const { kind } = context.resource;
  if (!isObject(given) || (given['metadata'] !== undefined && !isObject(given['metadata']))) {
    throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): it is no object`);
  }
  const apiVersion = given['apiVersion'] ?? kind.apiVersion;
  const name = given['kind'] ?? kind.kind;
  if (name !== kind.kind || apiVersion !== kind.apiVersion) {
    throw badRequest(
      `${name} in version "${apiVersion}" cannot be handled as a ${kind.kind} in version "${kind.apiVersion}"`,
    );
  }
  const unknown = unknownFields(context.resource, given);
  judgeUnknown(context, unknown);
  const metadata = metadataOf(context, { ...given['metadata'] });
  // Inner ones are dropped where the world knows the schema.
  const known = Object.fromEntries(Object.entries(given).filter(([key]) => !unknown.includes(key)));
  return kept(context.resource, { ...known, apiVersion: kind.apiVersion, kind: kind.kind, metadata });
}

function metadataOf({ namespace, name }: Context, given: Record<string, unknown>): KubeObject['metadata'] {
  if (given['namespace'] !== undefined && given['namespace'] !== '' && given['namespace'] !== namespace) {
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request (${String(given['namespace'])}, ${namespace ?? 'none'})`,
    );
  }
  const { namespace: _, ...rest } = given;
  const own = typeof rest['name'] === 'string' ? rest['name'] : (name ?? '');
  if (name !== undefined && own !== name) {
    throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
  }
  if (own === '' && !rest['generateName']) {
    throw new Refused(422, 'Invalid', 'metadata.name: Required value: name or generateName is required', {
      causes: [{ reason: 'FieldValueRequired', message: 'Required value', field: 'metadata.name' }],
    });
  }
  return { ...rest, name: own, ...(namespace === undefined ? {} : { namespace }) };
}

function judgeUnknown({ query, warnings }: Context, unknown: readonly string[]): void {
  const how = query.get('fieldValidation') || 'Warn';
  if (how === 'Ignore' || unknown.length === 0) return;
  const words = unknown.map((path) => `unknown field "${path}"`);
  if (how === 'Strict') throw badRequest(`strict decoding error: ${words.join(', ')}`);
  warnings.push(...words);
}
