import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';

/** A role prompt: a part that never changes, and a template whose variables have types. */
export interface Prompt<V extends z.ZodObject> {
  readonly id: string;
  readonly version: number;
  /** `<id>@<version>`, as records carry it. */
  readonly ref: string;
  /** SHA-256 (hex) of the file as it stands. */
  readonly hash: string;
  readonly system: string;
  render(values: z.input<V>): string;
}

const FILE = /^([a-z][a-z-]*)\.v([1-9]\d*)\.md$/;
const PARTS = /^---\n([\s\S]*?)\n---\n+# System\n([\s\S]*?)\n# User\n([\s\S]*)$/;
const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;
const Header = z.strictObject({
  id: z.string(),
  version: z.coerce.number().int().min(1),
  variables: z
    .string()
    .regex(/^\[[a-z, ]*\]$/, 'must be a list like [service, observation]')
    .transform((text) =>
      text
        .slice(1, -1)
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    ),
});

/** Reads `<folder>/<file>`; see `parsePrompt`. */
export const loadPrompt = <V extends z.ZodObject>(folder: string, file: string, variables: V): Prompt<V> =>
  parsePrompt(readFileSync(join(folder, file), 'utf8'), file, variables);

/**
 * File name, header, placeholders and schema must name the same prompt and the same variables; otherwise it throws, at
 * start-up, with every difference. A value is put in once and as it is: what looks like a placeholder in it stays text.
 */
export function parsePrompt<V extends z.ZodObject>(text: string, file: string, variables: V): Prompt<V> {
  const parts = PARTS.exec(text.replace(/\r\n/g, '\n'));
  if (parts === null) throw new Error(`${file}: expected a header between ---, then "# System", then "# User"`);
  const [, head = '', system = '', user = ''] = parts;
  const header = Header.safeParse(fieldsOf(head));
  if (!header.success) throw new Error(`${file}: header: ${z.prettifyError(header.error)}`);
  const { id, version } = header.data;
  const faults = [
    ...nameFaults(file, id, version),
    ...differences('the header', header.data.variables, 'the schema', Object.keys(variables.shape)),
    ...differences('the text', placeholdersOf(user), 'the header', header.data.variables),
    ...placeholdersOf(system).map((name) => `{{${name}}} stands in the system part, which must never change`),
  ];
  if (faults.length > 0) throw new Error(`${file}: ${faults.join('; ')}`);
  return {
    id,
    version,
    ref: `${id}@${version}`,
    hash: createHash('sha256').update(text).digest('hex'),
    system: system.trim(),
    render: (values) => {
      const checked: Record<string, unknown> = variables.parse(values);
      return user.trim().replace(PLACEHOLDER, (_, name: string) => String(checked[name]));
    },
  };
}

function fieldsOf(head: string): Record<string, string> {
  const lines = head.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [line.trim(), ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}

const placeholdersOf = (template: string): string[] => [
  ...new Set([...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name)),
];

function nameFaults(file: string, id: string, version: number): string[] {
  const named = FILE.exec(basename(file));
  if (named === null) return ['the file must be named <id>.v<version>.md'];
  return named[1] === id && Number(named[2]) === version
    ? []
    : [`the file name says ${named[1]} version ${named[2]}, the header says ${id} version ${version}`];
}

function differences(a: string, inA: readonly string[], b: string, inB: readonly string[]): string[] {
  return [
    ...inA.filter((name) => !inB.includes(name)).map((name) => `${a} names "${name}", ${b} does not`),
    ...inB.filter((name) => !inA.includes(name)).map((name) => `${b} names "${name}", ${a} does not`),
  ];
}
