import { z } from 'zod';
import { Instant } from '../../src/schema/api/common.ts';

/** JSON Schema as far as ours go. */
interface Node {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly prefixItems?: readonly Node[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly additionalProperties?: Node | boolean;
  readonly description?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly default?: unknown;
}

/** The whole shape, a field a line, as `name?: type`; `?`: it may be absent. */
export const shapeOf = (schema: z.ZodType, io: 'input' | 'output'): string[] =>
  lines(nodeOf(schema, io), '').split('\n');

export interface Field {
  readonly name: string;
  readonly type: string;
  /** `required`, or what holds where it is left out. */
  readonly silent: string;
  readonly means: string;
}

/** The fields of an object as somebody who calls has to write them. */
export function fieldsOf(schema: z.ZodObject): readonly Field[] {
  const { properties = {}, required = [] } = nodeOf(schema, 'input');
  return Object.entries(properties).map(([name, node]) => {
    const fallback = node.default === undefined ? 'none' : JSON.stringify(node.default);
    return { name, type: inline(node), silent: required.includes(name) ? 'required' : fallback, means: wordsOf(node) };
  });
}

const nodeOf = (schema: z.ZodType, io: 'input' | 'output'): Node =>
  z.toJSONSchema(schema, {
    io,
    reused: 'inline',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === Instant) jsonSchema.format = 'date-time';
    },
  }) as Node;

const alternatives = (node: Node): readonly Node[] | undefined => node.anyOf ?? node.oneOf;

/** What stands at the field, or at the one of its alternatives that is no `null`. */
const wordsOf = (node: Node): string =>
  node.description ?? alternatives(node)?.find((one) => one.description)?.description ?? '';

function inline(node: Node): string {
  const several = alternatives(node);
  if (several !== undefined) return several.map(inline).join(' | ');
  if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (typeof node.type === 'object') return node.type.map((type) => inline({ ...node, type })).join(' | ');
  switch (node.type) {
    case 'array':
      if (node.prefixItems !== undefined) return `[${node.prefixItems.map(inline).join(', ')}]`;
      return `list${counted(node.minItems, node.maxItems, ['entry', 'entries'])} of ${inline(node.items ?? {})}`;
    case 'object':
      if (typeof node.additionalProperties === 'object' && node.properties === undefined)
        return `object of ${inline(node.additionalProperties)}`;
      return node.properties === undefined
        ? 'object'
        : `{ ${Object.entries(node.properties)
            .map(([name, one]) => `${name}${isRequired(node, name) ? '' : '?'}: ${inline(one)}`)
            .join(', ')} }`;
    case 'integer':
      return `whole number${counted(safe(node.minimum), safe(node.maximum))}`;
    case 'number':
      return `number${counted(node.minimum, node.maximum)}`;
    case 'string':
      return `text${node.format === 'date-time' ? ', an instant' : counted(node.minLength, node.maxLength, ['character', 'characters'])}`;
    case 'boolean':
      return 'true | false';
    case 'null':
      return 'null';
    default:
      return 'any value';
  }
}

function lines(node: Node, indent: string): string {
  if (node.type === 'object' && node.properties !== undefined && alternatives(node) === undefined) {
    const fields = Object.entries(node.properties).map(
      ([name, one]) => `${indent}  ${name}${isRequired(node, name) ? '' : '?'}: ${lines(one, `${indent}  `)}`,
    );
    return fields.length === 0 ? '{}' : `{\n${fields.join('\n')}\n${indent}}`;
  }
  if (node.type === 'array' && node.items?.properties !== undefined) return `list of ${lines(node.items, indent)}`;
  return inline(node);
}

const isRequired = (node: Node, name: string): boolean => node.required?.includes(name) === true;

/** Without the bounds of safe integers, which are zod's and not ours. */
const safe = (bound: number | undefined): number | undefined =>
  bound === undefined || Math.abs(bound) === Number.MAX_SAFE_INTEGER ? undefined : bound;

function counted(least: number | undefined, most: number | undefined, of?: readonly [string, string]): string {
  if (least === undefined && most === undefined) return '';
  const last = most ?? least;
  const what = of === undefined ? '' : ` ${of[last === 1 ? 0 : 1]}`;
  if (most === undefined) return ` of at least ${least}${what}`;
  return least === undefined ? ` of at most ${most}${what}` : ` of ${least} to ${most}${what}`;
}
