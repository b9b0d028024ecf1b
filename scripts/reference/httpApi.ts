import { ACCESS, type RouteKey } from '../../src/faces/http/access.ts';
import { rights, SAID } from '../../src/faces/http/openApi.ts';
import { ApiError } from '../../src/schema/api/common.ts';
import { code, page, sentence, table } from './markdown.ts';
import { fieldsOf, shapeOf } from './shapes.ts';

/** `docs/reference/http-api.md`: every route of the gateway, who may call it, what it takes and gives. */
export function httpApiPage(): string {
  const keys = (Object.keys(ACCESS) as RouteKey[]).toSorted(byPath);
  return page(
    'HTTP API of the gateway',
    'Every route of the gateway: who may call it, what it takes and what it answers.',
    'A gateway serves the same as OpenAPI 3.1 at `/api/openapi.json`. A login is a session (the cookie of a page) or a token in',
    '`Authorization: Bearer`; [cli.md](cli.md#tokens-create) makes one. A session sends `x-fairlead-csrf` with every change. Bodies are',
    'JSON of at most 64 kB, unknown fields are refused, and every error has one shape, with a code of [errors.md](errors.md#http-api):',
    '',
    ...fence(shapeOf(ApiError, 'output')),
    'In shapes `?` says that a field may be absent. Instants are RFC 3339; a list gives `next` where more follows, for `cursor`.',
    '',
    ...table(
      ['Route', 'For', 'Who may'],
      keys.map((key) => [
        has(key) ? `[${code(key)}](#${anchor(key)})` : code(key),
        sentence(SAID[key].summary),
        who(key),
      ]),
    ),
    ...sections(keys.filter(has)),
  );
}

/** A shape is written out once; whatever gives the same one names the route where it stands. */
function sections(keys: readonly RouteKey[]): string[] {
  const known = new Map<string, RouteKey>();
  const shape = (word: string, lines: readonly string[], key: RouteKey): string[] => {
    const text = `${word} ${lines.join('\n')}`;
    const first = known.get(text);
    if (first !== undefined && lines.length > 3)
      return [`${word} the same as [${code(first)}](#${anchor(first)}).`, ''];
    known.set(text, key);
    return [`${word}`, '', ...fence(lines)];
  };
  return keys.flatMap((key) => section(key, shape));
}

function section(key: RouteKey, shape: (word: string, lines: readonly string[], key: RouteKey) => string[]): string[] {
  const { summary, query, body, answer } = SAID[key];
  return [
    `## ${key}`,
    '',
    `${sentence(summary)} ${sentence(who(key))}`,
    '',
    ...(query === undefined
      ? []
      : table(
          ['Query', 'Takes', 'Left out', 'Is'],
          fieldsOf(query).map(({ name, type, silent, means }) => [code(name), type, silent, sentence(means)]),
        )),
    ...(body === undefined ? [] : shape('Takes', shapeOf(body, 'input'), key)),
    ...(answer === undefined ? [] : shape('Answers', shapeOf(answer, 'output'), key)),
  ];
}

const has = (key: RouteKey): boolean => Object.keys(SAID[key]).length > 1;

function who(key: RouteKey): string {
  const access = ACCESS[key];
  return access.kind === 'public' ? 'anybody' : rights(access);
}

const fence = (lines: readonly string[]): string[] => ['```text', ...lines, '```', ''];

const anchor = (key: string): string =>
  key
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

/** By path, then in the order in which methods are mostly read. */
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];
function byPath(a: string, b: string): number {
  const [left = '', one = ''] = a.split(' ');
  const [right = '', other = ''] = b.split(' ');
  if (one !== other) return one < other ? -1 : 1;
  return METHODS.indexOf(left) - METHODS.indexOf(right);
}
