import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js';
import { err, ok, type Result } from '../../kernel/result.ts';

/** What a condition may look at, and no more: type in CEL, and meaning. */
export const CONDITION_VARIABLES = {
  service: ['string', 'Name of the blueprint.'],
  namespace: ['string', 'Namespace of the service.'],
  current_replicas: ['int', 'Replicas now.'],
  target_replicas: ['int', 'Replicas that are asked for; for what is no scale, as many as now.'],
  min_replicas: ['int', '`scaling.min_replicas` of the blueprint.'],
  max_replicas: ['int', '`scaling.max_replicas` of the blueprint.'],
} as const satisfies Readonly<Record<string, readonly [type: 'string' | 'int', means: string]>>;

type Types = { readonly string: string; readonly int: number };
/** Replica counts are whole numbers. */
export type ConditionVariables = {
  readonly [Name in keyof typeof CONDITION_VARIABLES]: Types[(typeof CONDITION_VARIABLES)[Name][0]];
};

export const ALWAYS = 'always';
const MAX_TEXT = 500;
const CACHED = 256;
// Nothing that loops, and no regular expression: a condition costs microseconds, whoever wrote it.
export const FUNCTIONS: ReadonlySet<string> = new Set([
  'size',
  'startsWith',
  'endsWith',
  'contains',
  'int',
  'double',
  'string',
]);

// CEL reserves the word `namespace`, so the variable goes by another name inside. Strings and comments stay untouched.
const NAMESPACE = 'namespace_';
const TOKEN =
  /[rR](?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')|"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*|[A-Za-z_][A-Za-z0-9_]*/g;
const inside = (text: string): string => text.replaceAll(TOKEN, (token) => (token === 'namespace' ? NAMESPACE : token));

const environment = new Environment({
  unlistedVariablesAreDyn: false,
  limits: { maxAstNodes: 200, maxDepth: 24, maxListElements: 32, maxMapEntries: 0, maxCallArguments: 4 },
});
for (const [name, [type]] of Object.entries(CONDITION_VARIABLES)) environment.registerVariable(inside(name), type);

const named = (of: 'string' | 'int'): string =>
  Object.entries(CONDITION_VARIABLES)
    .flatMap(([name, [type]]) => (type === of ? [name] : []))
    .join(', ');

/** For whoever wrote one that is refused: all that one may say, and one that holds. */
export const CONDITION_HELP = `compare ${named('string')} (text), ${named('int')} (whole numbers) by ==, !=, <, <=, >, >=, in, &&, || and !, for example target_replicas > max_replicas; or write always`;

/** Syntax, types, size and functions of a condition; the error says what is wrong, in a few words. */
export function checkCondition(text: string): Result<void, string> {
  const compiled = compile(text);
  return compiled.ok ? ok(undefined) : compiled;
}

/** Whether a condition holds. An error (a division by zero) is for the caller to take as true: a condition only adds strictness. */
export function evaluateCondition(text: string, variables: ConditionVariables): Result<boolean, string> {
  if (text === ALWAYS) return ok(true);
  const compiled = compile(text);
  if (!compiled.ok) return compiled;
  try {
    const value: unknown = compiled.value({
      service: variables.service,
      [NAMESPACE]: variables.namespace,
      current_replicas: BigInt(variables.current_replicas),
      target_replicas: BigInt(variables.target_replicas),
      min_replicas: BigInt(variables.min_replicas),
      max_replicas: BigInt(variables.max_replicas),
    });
    return typeof value === 'boolean' ? ok(value) : err(`the condition gave ${typeof value}, not true or false`);
  } catch (error) {
    return err(`the condition could not be evaluated: ${words(error)}`);
  }
}

type Compiled = (context: Record<string, unknown>) => unknown;
const cache = new Map<string, Result<Compiled, string>>();

function compile(text: string): Result<Compiled, string> {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const compiled = compileNew(text);
  if (cache.size >= CACHED) cache.clear();
  cache.set(text, compiled);
  return compiled;
}

function compileNew(text: string): Result<Compiled, string> {
  if (text === ALWAYS) return ok(() => true);
  if (text.length > MAX_TEXT) return err(`${text.length} characters, at most ${MAX_TEXT} are allowed`);
  let parsed: ParseResult;
  try {
    parsed = environment.parse(inside(text));
  } catch (error) {
    return err(`${words(error)}`);
  }
  const called = forbiddenCall(parsed.ast);
  if (called !== undefined) {
    const why = called === 'matches' ? 'regular expressions are not allowed' : `the function ${called} is not allowed`;
    return err(`${why}, only ${[...FUNCTIONS].join(', ')}`);
  }
  const checked = parsed.check();
  if (!checked.valid) return err(words(checked.error));
  if (checked.type !== 'bool') return err(`it gives ${checked.type ?? 'no known type'}, not true or false`);
  return ok((context) => parsed(context));
}

function words(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'summary' in error && typeof error.summary === 'string') {
    return error.summary;
  }
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}

/** Name of the first call that is not in the closed list. The tree is bounded by maxAstNodes and maxDepth. */
function forbiddenCall(node: ASTNode): string | undefined {
  if (node.op === 'call' || node.op === 'rcall') {
    const name = node.args[0];
    if (!FUNCTIONS.has(name)) return name;
  }
  return children(node.args)
    .map(forbiddenCall)
    .find((name) => name !== undefined);
}

function children(value: unknown): ASTNode[] {
  if (Array.isArray(value)) return value.flatMap(children);
  return isNode(value) ? [value] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
