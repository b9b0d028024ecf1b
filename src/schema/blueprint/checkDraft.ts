import { parseDocument } from 'yaml';
import { err, ok, type Result } from '../../kernel/result.ts';
import { type Blueprint, type GlobalRules, NO_GLOBAL_RULES } from '../blueprint.ts';
import { effective } from './effective.ts';
import type { Fault } from './fault.ts';
import { loadBlueprint } from './load.ts';
import { at } from './rules.ts';
import { yamlText } from './yamlText.ts';

/** A document that was refused, and why. The paths of the faults are those of the text. */
export interface RefusedText {
  readonly text: string;
  readonly faults: readonly Fault[];
  readonly global?: GlobalRules;
  /** Where it goes, when it names no namespace itself. */
  readonly namespace?: string;
}

export interface CheckedDraft {
  /** Written anew from its values: nothing but the document is in it, no comment and no layout of whoever drafted it. */
  readonly text: string;
  readonly blueprint: Blueprint;
}

/**
 * Whether a draft is the refused document with its faults mended, and nothing else: it validates whole, is for the same
 * target, and differs only where a fault points. The error is a sentence for the one who drafted it.
 */
export function checkDraft(draft: string, refused: RefusedText): Result<CheckedDraft, string> {
  const before = leniently(refused);
  if (before === undefined) return err('the refused text cannot be read at all, so that nothing can be compared');
  const text = unfenced(draft);
  const loaded = loadBlueprint(text, 'the draft');
  if (!loaded.ok) return err(`it does not validate: ${firstWords(loaded.error)}`);
  const namespace = loaded.value.namespace ?? refused.namespace ?? 'default';
  const blueprint = effective(loaded.value, refused.global ?? NO_GLOBAL_RULES, namespace);
  if (!blueprint.ok) return err(`it does not validate: ${firstWords(blueprint.error)}`);
  const after: unknown = parseDocument(text, { version: '1.2', schema: 'core' }).toJS();
  const moved = IDENTITY.find((path) => JSON.stringify(at(before, ...path)) !== JSON.stringify(at(after, ...path)));
  if (moved !== undefined) return err(`it changes ${moved.join('.')}, which says what it is about`);
  const strange = changedPaths(before, after).find((path) => !isAboutFault(path, refused.faults));
  if (strange !== undefined) return err(`it changes ${strange}, where nothing is wrong`);
  return ok({ text: yamlText(after), blueprint: blueprint.value });
}

const firstWords = ([first]: readonly Fault[]): string =>
  first === undefined ? '' : `${first.message}; to mend it: ${first.fix}`;

const IDENTITY = [
  ['apiVersion'],
  ['kind'],
  ['metadata', 'name'],
  ['metadata', 'namespace'],
  ['spec', 'target'],
] as const;

/** Text that does not even parse may still say what it is about; what would be dangerous to parse does not. */
function leniently({ text, faults }: RefusedText): object | undefined {
  if (faults.some(({ code }) => code === 'TooLarge' || code === 'TooDeep' || code === 'AliasBomb')) return undefined;
  try {
    const options = { version: '1.2', schema: 'core', uniqueKeys: false, prettyErrors: false } as const;
    const value: unknown = parseDocument(text.replaceAll('\t', '  '), options).toJS({ maxAliasCount: 100 });
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A block of code as chats write it. */
const unfenced = (text: string): string => /^\s*```(?:ya?ml)?\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;

function changedPaths(before: unknown, after: unknown): string[] {
  const [a, b] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) => a.get(path) !== b.get(path));
}

/** Scalars and lists of scalars by their path, as faults write it. */
function leavesOf(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  const isList = Array.isArray(value);
  const isLeaf = typeof value !== 'object' || value === null || (isList && value.every((item) => !isBlock(item)));
  if (isLeaf) return into.set(path, JSON.stringify(value) ?? '');
  for (const [key, child] of Object.entries(value)) {
    leavesOf(child, isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`, into);
  }
  return into;
}

const isBlock = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** The version may move with any change. */
const isAboutFault = (path: string, faults: readonly Fault[]): boolean =>
  /^(?:metadata|spec)\.version$/.test(path) ||
  faults.some((fault) => {
    if (isWithin(path, fault.path) || isWithin(fault.path, path)) return true;
    // Rules across fields point at one of them and name the other, and so does a misspelt name.
    const [parent, key = ''] = lastOf(path);
    const words = new Set(`${fault.message} ${fault.expected} ${fault.fix}`.match(/[a-z_]+/g));
    return parent === lastOf(fault.path)[0] && words.has(key);
  });

const isWithin = (path: string, outer: string): boolean =>
  path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);

function lastOf(path: string): readonly [parent: string, key: string | undefined] {
  const dot = path.lastIndexOf('.');
  return [path.slice(0, Math.max(0, dot)), path.slice(dot + 1)];
}
