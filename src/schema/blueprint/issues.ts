import { z } from 'zod';
import { OPERATIONS } from '../operation.ts';
import { type Complaint, type Path, pathText, shown } from './fault.ts';
import { isFaultCode } from './faultCodes.ts';
import { meantOperation, operationsAt } from './meantOperation.ts';
import { holding, nearest } from './nearest.ts';
import { type Hint, hints } from './scalars.ts';
import { unitFix } from './unitFix.ts';

type Issue = z.core.$ZodIssue;

// A hostile file has tens of thousands; each costs a search for what was meant.
const MAX_COMPLAINTS = 100;

/** zod's issues as complaints in our words, one per fault. `raw` is the whole document as parsed. */
export function complaintsOf(issues: readonly Issue[], root: z.ZodType, raw: unknown): Complaint[] {
  const complaints = issues.slice(0, MAX_COMPLAINTS).flatMap((issue) => complaintOf(issue, root, raw));
  // What is there under a misspelled name is not missing as well.
  const renamed = new Set(
    complaints.flatMap(({ path, atKey, fix }) =>
      atKey ? [pathText([...path.slice(0, -1), fix.replace(/^write /, '')])] : [],
    ),
  );
  return complaints.filter(({ code, path }) => code !== 'MissingField' || !renamed.has(pathText(path)));
}

function complaintOf(issue: Issue, root: z.ZodType, raw: unknown): Complaint[] {
  const path = plain(issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, MAX_COMPLAINTS).map((key) => unknownField(path, key, root));
  const schema = schemaAt(root, path);
  const hint = schema === undefined ? undefined : hints.get(schema);
  const value = valueAt(raw, path);
  if (value === undefined || value === null) return [missing(path, hint, schema)];
  if (issue.code === 'custom') return [{ path, found: shown(value), ...own(issue) }];
  if (issue.code === 'invalid_value') return [notInList(path, value, issue.values.map(String), hint)];
  if (issue.code === 'too_big' || issue.code === 'too_small') return [outOfRange(issue, path, value, hint)];
  if (hint?.unit !== undefined) return [{ path, ...unitFix(hint.unit, value, hint.what) }];
  const expected = hint?.what ?? expectedOf(schema, issue);
  const code = issue.code === 'invalid_format' ? (hint?.code ?? 'WrongForm') : 'WrongType';
  return [{ code, path, found: described(value), expected, fix: typeFix(value, schema, hint, expected) }];
}

function own(issue: Issue & { readonly code: 'custom' }): Pick<Complaint, 'code' | 'expected' | 'fix'> {
  const code: unknown = issue.params?.['code'];
  return {
    code: isFaultCode(code) ? code : 'WrongForm',
    expected: String(issue.params?.['expected']),
    fix: String(issue.params?.['fix']),
  };
}

function unknownField(parent: Path, key: string, root: z.ZodType): Complaint {
  const path = [...parent, key];
  const known = keysOf(schemaAt(root, parent));
  const places = placesOf(root, key);
  // A block of the document itself is known by its name, whatever else is spelled a little like it. A name with one home
  // was written in the wrong place; one with several says less than a field here that holds it.
  const near = keysOf(root).includes(key)
    ? undefined
    : (nearest(key, known) ?? (places.length === 1 ? undefined : holding(key, known)));
  const base = { code: 'UnknownField', path, atKey: true, found: shown(key) } as const;
  if (near !== undefined) {
    return {
      ...base,
      expected: `a known field; the nearest is ${near}`,
      fix: `write ${near}`,
      message: `${pathText(path)}: unknown field ${shown(key)}, did you mean ${near}?`,
    };
  }
  if (places.length > 0) {
    const elsewhere = places.join(' or ');
    return {
      ...base,
      expected: `one of ${known.join(', ')}`,
      fix: `${places.length > 1 ? 'remove it, or ' : ''}move it to ${elsewhere}`,
      message: `${pathText(path)}: ${shown(key)} does not belong here but at ${elsewhere}`,
    };
  }
  const near2 =
    key === '<<' ? 'write the fields out: YAML 1.2 has no merge keys' : `remove it, or use one of ${known.join(', ')}`;
  return {
    ...base,
    expected: `one of ${known.join(', ')}`,
    fix: near2,
    message: `${pathText(path)}: unknown field ${shown(key)}`,
  };
}

function missing(path: Path, hint: Hint | undefined, schema: z.ZodType | undefined): Complaint {
  const expected = hint?.what ?? expectedOf(schema, undefined);
  const name = path.at(-1);
  const fix = typeof name === 'number' ? 'write a value, or remove the entry' : `add ${name}: with ${expected}`;
  return {
    code: 'MissingField',
    path,
    found: 'nothing',
    expected,
    fix,
    message: `${pathText(path)}: is missing, expected ${expected}`,
  };
}

function notInList(path: Path, value: unknown, allowed: readonly string[], hint: Hint | undefined): Complaint {
  const isOperation =
    allowed.length === OPERATIONS.length && OPERATIONS.every((operation) => allowed.includes(operation));
  if (isOperation) return unknownOperation(path, value);
  const near = typeof value === 'string' && hint?.all !== true ? nearest(value, allowed) : undefined;
  const all = allowed.length === 1 ? String(allowed[0]) : `one of ${allowed.join(', ')}`;
  return {
    code: 'UnknownValue',
    path,
    found: described(value),
    expected: hint?.what ?? all,
    fix: near === undefined ? `write ${all}` : `write ${near}`,
  };
}

function unknownOperation(path: Path, value: unknown): Complaint {
  const possible = operationsAt(path);
  const meant = typeof value === 'string' ? meantOperation(value) : undefined;
  const expected = `one of ${possible.join(', ')}`;
  const fix =
    meant === undefined
      ? `write ${expected}`
      : possible.includes(meant)
        ? `write ${meant}`
        : `remove it here: ${meant} can only be forbidden`;
  return { code: 'UnknownOperation', path, found: described(value), expected, fix };
}

function outOfRange(issue: Issue, path: Path, value: unknown, hint: Hint | undefined): Complaint {
  const isCounted = typeof value === 'string' || Array.isArray(value);
  const [one, more] = Array.isArray(value) ? ['entry', 'entries'] : ['character', 'characters'];
  const counted = (count: unknown): string => `${count} ${Number(count) === 1 ? one : more}`;
  const amount = isCounted ? counted : String;
  const limit =
    issue.code === 'too_big'
      ? `at most ${amount(issue.maximum)}`
      : issue.code === 'too_small'
        ? `at least ${amount(issue.minimum)}`
        : '';
  if (hint?.unit !== undefined && isCounted) return { path, ...unitFix(hint.unit, value, hint.what) };
  return {
    code: 'OutOfRange',
    path,
    found: isCounted ? counted(value.length) : shown(value),
    expected: hint?.what ?? limit,
    fix: `write a value of ${limit}`,
  };
}

function typeFix(value: unknown, schema: z.ZodType | undefined, hint: Hint | undefined, expected: string): string {
  if (schema instanceof z.ZodBoolean && typeof value === 'string') {
    if (/^(yes|y|on|true)$/i.test(value)) return 'write true';
    if (/^(no|n|off|false)$/i.test(value)) return 'write false';
  }
  if (schema instanceof z.ZodNumber && typeof value === 'string' && /^\d+$/.test(value))
    return `write ${value} without quotes`;
  if (hint?.code === 'InvalidVersion') return versionFix(String(value));
  if (schema instanceof z.ZodString && typeof value === 'number' && Number.isFinite(value))
    return `write "${value}" in quotes, if that is what is meant`;
  if (schema instanceof z.ZodArray && typeof value === 'string') return `write [${value}]`;
  if (hint?.code === 'InvalidName' && typeof value === 'string') {
    const name = value
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]+/g, '-')
      .replaceAll(/^[-.]+|[-.]+$/g, '');
    if (schema instanceof z.ZodString && schema.safeParse(name).success) return `write ${name}`;
  }
  return `write ${expected}`;
}

function versionFix(value: string): string {
  const parts = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(value.trim());
  if (parts === null) return 'write three numbers such as 1.0.0';
  return `write ${[parts[1], parts[2] ?? '0', parts[3] ?? '0'].map(Number).join('.')}`;
}

/** Text is quoted where it could be taken for something else. */
function described(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a block of fields';
  return typeof value === 'string' && /^(yes|no|on|off|true|false|y|n|\d.*|)$/i.test(value)
    ? `the text "${shown(value)}"`
    : shown(value);
}

function expectedOf(schema: z.ZodType | undefined, issue: Issue | undefined): string {
  if (schema instanceof z.ZodObject) return `a block with ${keysOf(schema).join(', ')}`;
  if (schema instanceof z.ZodArray) return 'a list';
  if (schema instanceof z.ZodRecord) return 'a block of keys and text values';
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.join(', ')}`;
  if (schema instanceof z.ZodLiteral) return [...schema.values].join(' or ');
  if (schema instanceof z.ZodString) return 'text';
  return issue?.message ?? 'a value';
}

const plain = (path: readonly PropertyKey[]): Path =>
  path.map((part) => (typeof part === 'number' ? part : String(part)));

function schemaAt(root: z.ZodType, path: Path): z.ZodType | undefined {
  let schema: z.ZodType | undefined = bare(root);
  for (const part of path) {
    if (schema instanceof z.ZodObject) schema = bareOrNone(schema.shape[part]);
    else if (schema instanceof z.ZodArray) schema = bareOrNone(schema.element);
    else if (schema instanceof z.ZodRecord) schema = bareOrNone(schema.valueType);
    else return undefined;
  }
  return schema;
}

function bare(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? (bareOrNone(schema.unwrap()) ?? schema) : schema;
}

const bareOrNone = (schema: unknown): z.ZodType | undefined => (schema instanceof z.ZodType ? bare(schema) : undefined);

const keysOf = (schema: z.ZodType | undefined): string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];

/** Every place in the schema where a field of this name is known. Documents nest six deep, so the walk is short. */
function placesOf(schema: z.ZodType, key: string, path = ''): string[] {
  const inner = bare(schema);
  if (inner instanceof z.ZodArray) {
    const element = bareOrNone(inner.element);
    return element === undefined ? [] : placesOf(element, key, `${path}[]`);
  }
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([name, child]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const below = child instanceof z.ZodType ? placesOf(child, key, here) : [];
    return name === key ? [here, ...below] : below;
  });
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, part)?.value;
  }
  return value;
}
