import { z } from 'zod';
import { hints } from './blueprint/scalars.ts';

/** A node of an OpenAPI v3 schema as a CustomResourceDefinition takes it. */
export interface CrdNode {
  type?: string;
  format?: string;
  properties?: Record<string, CrdNode>;
  items?: CrdNode;
  additionalProperties?: CrdNode | boolean;
  required?: string[];
  enum?: unknown[];
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
  'x-kubernetes-validations'?: CelRule[];
  'x-kubernetes-list-type'?: 'map';
  'x-kubernetes-list-map-keys'?: string[];
  [keyword: string]: unknown;
}

/** A rule of the API server. `message` says it in the words that `fairlead validate` uses. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
  /** Computed with the values at hand; `format` only, since joining text exceeds the cost the API server allows. */
  readonly messageExpression?: string;
  readonly fieldPath?: string;
}

const MAX_KEYS = 64;

/**
 * zod to a structural schema: everything inlined, no `additionalProperties` beside `properties`, no default (the API
 * server would write it into the spec and change its hash), integers as int64, maps bounded, patterns as rules that say
 * what was expected.
 */
export function crdSchema(schema: z.ZodType): CrdNode {
  const node = z.toJSONSchema(schema, {
    io: 'input',
    target: 'openapi-3.0',
    reused: 'inline',
    unrepresentable: 'throw',
    override: ({ jsonSchema, zodSchema }) => {
      if (jsonSchema.properties !== undefined) delete jsonSchema.additionalProperties;
      else if (jsonSchema.type === 'object') jsonSchema.maxProperties = MAX_KEYS;
      if (jsonSchema.type === 'integer') boundInteger(jsonSchema);
      delete jsonSchema.default;
      const what = zodSchema instanceof z.ZodType ? hints.get(zodSchema)?.what : undefined;
      if (jsonSchema.pattern !== undefined && what !== undefined) {
        jsonSchema['x-kubernetes-validations'] = [formRule(jsonSchema.pattern, what)];
        delete jsonSchema.pattern;
      }
    },
  });
  const plain: CrdNode = JSON.parse(JSON.stringify(node));
  return plain;
}

/** A pattern as a rule, because the API server's words for a pattern are the pattern. */
function formRule(pattern: string, what: string): CelRule {
  const expected = `expected ${what}`;
  return {
    rule: `self.matches(r'${pattern}')`,
    message: expected,
    messageExpression: `'found %s, ${expected.replaceAll('%', '%%').replaceAll("'", "\\'")}'.format([self])`,
  };
}

function boundInteger(node: { format?: string; minimum?: number | undefined; maximum?: number | undefined }): void {
  node.format = 'int64';
  // The bounds of safe integers are zod's, not ours.
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
}

/** The node at a dotted path; `[]` steps into a list. Throws when it is not there: a rule must not vanish with a rename. */
export function nodeAt(root: CrdNode, path: string): CrdNode {
  let node: CrdNode | undefined = root;
  for (const part of path === '' ? [] : path.split('.')) node = part === '[]' ? node?.items : node?.properties?.[part];
  if (node === undefined) throw new TypeError(`no schema at ${path}`);
  return node;
}

/** Adds rules to the node at `path`. */
export function addRules(root: CrdNode, path: string, rules: readonly CelRule[]): void {
  const node = nodeAt(root, path);
  node['x-kubernetes-validations'] = [...(node['x-kubernetes-validations'] ?? []), ...rules];
}
