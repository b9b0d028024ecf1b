import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { err, ok, type Result } from '../../kernel/result.ts';
import { type Complaint, type Fault, faultAt, NOWHERE, type Path, type Position, shown } from './fault.ts';

/** A parsed YAML document whose every value can be pointed at. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** Where the value at a path stands; of a path that is not there, its nearest parent. `atKey`: the key instead. */
  locate(path: Path, atKey?: boolean): Position;
}

/** Cap on the text before any parsing: the parser's time grows faster than its input. */
export const MAX_BYTES = 256 * 1024;
/** A blueprint nests six deep. */
export const MAX_DEPTH = 32;
const MAX_ALIASES = 100;
const MAX_FAULTS = 20;

/** YAML 1.2 core, one document, no tags of its own. Everything wrong with the text comes back as faults, never thrown. */
export function readYaml(text: string, file: string): Result<YamlSource, Fault[]> {
  const tooMuch = tooLarge(text) ?? tooDeep(text);
  if (tooMuch !== undefined) return err([faultAt(tooMuch.complaint, file, tooMuch.position)]);
  const lines = new LineCounter();
  // The parser's own search for duplicate keys takes a minute for a map of 256 kB; ours is linear.
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    prettyErrors: false,
    uniqueKeys: false,
  });
  const syntax = syntaxFaults(document, file, lines);
  const faults = [...syntax, ...duplicateKeys(document, file, lines)].slice(0, MAX_FAULTS);
  if (faults.length > 0) return err(faults);
  const converted = toPlain(document);
  if (!converted.ok) return err([faultAt(converted.error, file, { line: 1, column: 1 })]);
  const deep = deeperThan(converted.value, MAX_DEPTH);
  if (deep !== undefined) return err([faultAt(deepAt(0, 0).complaint, file, positionOf(document, lines, deep, false))]);
  if (document.contents === null || converted.value === null)
    return err([faultAt(EMPTY, file, { line: 1, column: 1 })]);
  const locate = (path: Path, atKey = false): Position => positionOf(document, lines, path, atKey);
  return ok({ file, value: converted.value, locate });
}

const EMPTY: Complaint = {
  code: 'EmptyDocument',
  path: [],
  found: 'an empty document',
  expected: 'a blueprint',
  fix: 'start from blueprints/examples/minimal.yaml, or run `fairlead init`',
};

interface Located {
  readonly complaint: Complaint;
  readonly position: Position;
}

function tooLarge(text: string): Located | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_BYTES) return undefined;
  const complaint: Complaint = {
    code: 'TooLarge',
    path: [],
    found: `${bytes} bytes`,
    expected: `at most ${MAX_BYTES} bytes (256 kB)`,
    fix: 'write one blueprint per file and leave out what is not part of it',
  };
  return { complaint, position: NOWHERE };
}

/**
 * Refuses deep nesting before parsing: ten thousand brackets end the process inside the parser, where nothing can catch
 * it. Brackets are counted wherever they stand, also in strings and comments; no honest file opens 32 more than it closes.
 */
function tooDeep(text: string): Located | undefined {
  let open = 0;
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    const indicators = /^(?:[ \t]*[-?:](?=[ \t\r]|$))+/.exec(line)?.[0].replaceAll(/\s/g, '').length ?? 0;
    const indent = line.length - line.trimStart().length;
    if (indicators > MAX_DEPTH || (indent > 16 * MAX_DEPTH && line.trim() !== '')) return deepAt(number, 1);
    for (let i = 0; i < line.length; i += 1) {
      const character = line[i];
      if (character === '[' || character === '{') open += 1;
      else if ((character === ']' || character === '}') && open > 0) open -= 1;
      if (open > MAX_DEPTH) return deepAt(number, i + 1);
    }
  }
  return undefined;
}

function deepAt(line: number, column: number): Located {
  const complaint: Complaint = {
    code: 'TooDeep',
    path: [],
    found: `more than ${MAX_DEPTH} levels of nesting`,
    expected: `at most ${MAX_DEPTH} levels`,
    fix: 'take the nesting out: a blueprint needs six levels',
  };
  return { complaint, position: { line, column } };
}

/** A path longer than `depth`, if there is one. A walk without recursion: the value may be anything. */
function deeperThan(value: unknown, depth: number): Path | undefined {
  const pending: { readonly value: unknown; readonly path: Path }[] = [{ value, path: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.path.length > depth) return next.path;
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const [key, child] of Object.entries(next.value)) pending.push({ value: child, path: [...next.path, key] });
  }
  return undefined;
}

/** The parser's codes in our words. Every other code is `InvalidYaml` with the parser's own message. */
const SYNTAX: Readonly<Record<string, Omit<Complaint, 'path'>>> = {
  TAB_AS_INDENT: {
    code: 'TabIndentation',
    found: 'a tab in the indentation',
    expected: 'spaces only',
    fix: 'indent with spaces',
  },
  MULTIPLE_DOCS: {
    code: 'SeveralDocuments',
    found: 'a second document after ---',
    expected: 'one document per file',
    fix: 'write one file per blueprint',
  },
  RESOURCE_EXHAUSTION: deepAt(0, 0).complaint,
};

function syntaxFaults(document: Document.Parsed, file: string, lines: LineCounter): Fault[] {
  const faults: Fault[] = [];
  for (const problem of independent([...document.errors, ...document.warnings])) {
    const { line, col } = lines.linePos(problem.pos[0]);
    const words = problem.message.split('\n')[0] ?? problem.message;
    const known: Omit<Complaint, 'path'> | undefined =
      problem.code === 'TAG_RESOLVE_FAILED'
        ? { code: 'UnknownTag', found: words, expected: 'plain values without tags', fix: 'remove the tag' }
        : SYNTAX[problem.code];
    const complaint: Omit<Complaint, 'path'> = known ?? {
      code: 'InvalidYaml',
      found: words,
      expected: 'YAML 1.2',
      fix: 'check indentation, quotes and brackets at this place and just above it',
    };
    faults.push(
      faultAt(
        { ...complaint, path: [], message: `not valid: ${complaint.found}, expected ${complaint.expected}` },
        file,
        { line, column: col },
      ),
    );
  }
  return faults;
}

function duplicateKeys(document: Document.Parsed, file: string, lines: LineCounter): Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = String(isScalar(key) ? key.value : key);
        if (!seen.has(name)) {
          seen.add(name);
          continue;
        }
        const { line, col } = lines.linePos(startOf(key) ?? 0);
        const found = `the key ${shown(name)} for the second time`;
        const complaint: Complaint = {
          code: 'DuplicateKey',
          path: [],
          found,
          expected: 'each key once',
          fix: 'remove one of the two',
        };
        faults.push(faultAt({ ...complaint, message: `not valid: found ${found}` }, file, { line, column: col }));
        if (faults.length >= MAX_FAULTS) return visit.BREAK;
      }
      return undefined;
    },
  });
  return faults;
}

/**
 * Without what only follows from another problem: a tab upsets everything behind it, and of general syntax errors only the
 * first is sure to be a person's mistake.
 */
function independent(problems: readonly YAMLError[]): readonly YAMLError[] {
  const tabs = problems.filter(({ code }) => code === 'TAB_AS_INDENT');
  if (tabs.length > 0) return tabs.slice(0, MAX_FAULTS);
  const [first] = problems.filter(({ code }) => !(code in SYNTAX) && code !== 'TAG_RESOLVE_FAILED');
  return problems
    .filter((problem) => problem === first || problem.code in SYNTAX || problem.code === 'TAG_RESOLVE_FAILED')
    .slice(0, MAX_FAULTS);
}

function toPlain(document: Document.Parsed): Result<unknown, Complaint> {
  try {
    return ok(document.toJS({ maxAliasCount: MAX_ALIASES }));
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return err(
      words.startsWith('Excessive alias count')
        ? {
            code: 'AliasBomb',
            path: [],
            found: 'aliases that expand to a multiple of the text',
            expected: `at most ${MAX_ALIASES} aliases`,
            fix: 'write the values out instead of repeating them with & and *',
          }
        : {
            code: 'InvalidYaml',
            path: [],
            found: words,
            expected: 'YAML 1.2',
            fix: 'define each anchor (&name) before its alias (*name)',
          },
    );
  }
}

function positionOf(document: Document.Parsed, lines: LineCounter, path: Path, atKey: boolean): Position {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  let parentKey: number | undefined;
  for (const [index, part] of path.entries()) {
    const step = child(document, node, part);
    // A field that is missing is missed in its block: the block's own key is where to look.
    if (step === undefined) {
      offset = parentKey ?? offset;
      break;
    }
    parentKey = step.key ?? parentKey;
    const last = index === path.length - 1;
    // A missing or empty value has no place of its own: its key is the next best.
    offset = (last && atKey ? step.key : step.value) ?? step.key ?? step.value ?? offset;
    node = step.node;
  }
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

interface Child {
  readonly node: unknown;
  readonly key?: number | undefined;
  readonly value?: number | undefined;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

function child(document: Document.Parsed, parent: unknown, part: string | number): Child | undefined {
  const node: unknown = isAlias(parent) ? (parent.resolve(document) as Node | undefined) : parent;
  if (isSeq(node)) {
    const item: unknown = node.items[Number(part)];
    return item === undefined ? undefined : { node: item, value: startOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(
    (item) => isPair(item) && String(isScalar(item.key) ? item.key.value : item.key) === String(part),
  );
  if (pair === undefined) return undefined;
  return { node: pair.value, key: startOf(pair.key), value: startOf(pair.value) };
}
