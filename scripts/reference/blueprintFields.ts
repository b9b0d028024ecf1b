import { z } from 'zod';
import { type Form, writtenPath } from '../../src/schema/blueprint/doc.ts';
import { pathText } from '../../src/schema/blueprint/fault.ts';
import { hints } from '../../src/schema/blueprint/scalars.ts';
import { Operation } from '../../src/schema/operation.ts';
import { code } from './markdown.ts';

/** A field that people write, as it is documented. */
export interface Field {
  /** As in the file form: `spec.freeze[].cron`. */
  readonly path: string;
  readonly form: string;
  /** `required`, or what holds where it is left out. */
  readonly silent: string;
  readonly means: string;
}

export interface Block {
  readonly path: string;
  readonly means: string;
  readonly fields: readonly Field[];
}

/** Every block of a document with the fields in it, in the order of the schema. `defaults`: by path, what is in force. */
export function blocksOf(root: z.ZodObject, defaults: ReadonlyMap<string, string>): readonly Block[] {
  const blocks: { path: string; means: string; fields: Field[] }[] = [];
  const walk = (schema: z.ZodObject, path: string, means: string): void => {
    const block = { path, means, fields: [] as Field[] };
    blocks.push(block);
    for (const [name, child] of Object.entries(schema.shape)) {
      const here = path === '' ? name : `${path}.${name}`;
      const described = textOf(child);
      const inner = bare(child);
      if (inner instanceof z.ZodObject) walk(inner, here, described);
      else {
        block.fields.push(fieldOf(here, child, described, defaults));
        if (inner instanceof z.ZodArray && bare(inner.element) instanceof z.ZodObject) {
          walk(bare(inner.element) as z.ZodObject, `${here}[]`, `Each entry of ${code(here)}.`);
        }
      }
    }
  };
  walk(root, '', '');
  return blocks.filter(({ fields }) => fields.length > 0);
}

function fieldOf(path: string, schema: unknown, described: string, defaults: ReadonlyMap<string, string>): Field {
  const { means, fallback } = withoutDefault(described);
  const silent = schema instanceof z.ZodOptional ? (fallback ?? defaults.get(path) ?? 'none') : 'required';
  return { path, form: formOf(bare(schema)), silent, means };
}

/** The sentence about a default has a column of its own. */
export function withoutDefault(text: string): { readonly means: string; readonly fallback?: string } {
  const found = /(?:^|(?<=[.] ))(?:Default:? |Absent: )([^.]*(?:\.\w[^.]*)*)\./.exec(text);
  if (found === null) return { means: text };
  return { means: text.replace(found[0], '').trim(), fallback: found[1] ?? '' };
}

function formOf(schema: unknown): string {
  const hint = schema instanceof z.ZodType ? hints.get(schema) : undefined;
  if (schema instanceof z.ZodArray) {
    const element = bare(schema.element);
    const of = element instanceof z.ZodObject ? 'blocks' : formOf(element);
    const most = lengthOf(schema);
    return most === undefined ? `list: ${of}` : `list of at most ${most}: ${of}`;
  }
  if (schema instanceof z.ZodEnum) {
    return schema.options.length === Operation.options.length
      ? '[an operation](#operations)'
      : schema.options.map((one) => code(String(one))).join(', ');
  }
  if (schema instanceof z.ZodRecord) return 'keys and text';
  if (hint === undefined) throw new TypeError(`a ${(schema as object).constructor.name} says not what it takes`);
  return hint.range === undefined ? plain(hint.what) : `${plain(hint.what)}, ${hint.range}`;
}

const plain = (what: string): string => what.replace(/^(?:an? |the )(?:plain )?/, '');

const lengthOf = (schema: z.ZodArray): number | undefined => {
  const { maxItems } = z.toJSONSchema(schema, { io: 'input' });
  return maxItems;
};

function bare(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? bare(schema.unwrap()) : schema;
}

function textOf(schema: unknown): string {
  if (!(schema instanceof z.ZodType)) return '';
  return schema.description ?? (schema instanceof z.ZodOptional ? textOf(schema.unwrap()) : '');
}

/** The same place in the custom resource: what stands beside `spec` in a file stands in it there. */
export function inResource(path: string): string {
  const parts = path.split('.');
  const [first = '', second = ''] = parts;
  const own: Form = 'kubernetes';
  if (first === 'spec') return path;
  if (first !== 'metadata') return pathText(writtenPath(own, parts));
  return ['version', 'priority', 'criticality'].includes(second) ? pathText(writtenPath(own, parts.slice(1))) : path;
}
