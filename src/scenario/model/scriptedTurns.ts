import { isObject, NotUnderstood } from '../loose.ts';
import type { Turn } from '../turn.ts';

/** Turns in the order they are played, with `repeat` unrolled as far as it goes; the last may stand for ever. */
export class ScriptedTurns {
  readonly #turns: Turn[];
  #forever: Turn | undefined;

  constructor(turns: readonly Turn[]) {
    this.#turns = turns.flatMap(unrolled);
  }

  /** The next one; `say: done` when there is none left. */
  take(): Turn {
    if (this.#forever !== undefined) return this.#forever;
    const turn = this.#turns.shift() ?? { say: 'done' };
    if (turn.http_forever !== undefined) this.#forever = turn;
    return turn;
  }
}

const MOST = 10_000;

/** `repeat: {times, turn | turns | any turn's own key}`. */
function unrolled(turn: Turn): readonly Turn[] {
  if (turn.repeat === undefined) return [turn];
  const { times, count, turn: one, turns, ...own } = turn.repeat;
  const number = times ?? count ?? MOST;
  if (typeof number !== 'number') throw new NotUnderstood('repeat: times must be a number');
  const given = turns ?? one ?? own;
  const inner = (Array.isArray(given) ? given : [given]).filter(isObject) as Turn[];
  const body = inner.flatMap(unrolled);
  if (body.length === 0) throw new NotUnderstood('repeat: what is repeated?');
  return Array.from({ length: Math.min(number, MOST / body.length) }, () => body).flat();
}

/** Replaces `{$fill: {char, bytes}}`, `{$nest: {depth}}` and `${MODEL_API_KEY}` anywhere in a value. */
export function expanded(value: unknown, key: string): unknown {
  if (typeof value === 'string') return value.replaceAll(/\$\{MODEL_API_KEY\}/g, () => key);
  if (Array.isArray(value)) return value.map((inner) => expanded(inner, key));
  if (!isObject(value)) return value;
  const fill = value['$fill'];
  if (isObject(fill)) return String(fill['char'] ?? 'x').repeat(Number(fill['bytes'] ?? 1));
  const nest = value['$nest'];
  if (isObject(nest)) {
    let inner: unknown = {};
    for (let depth = Number(nest['depth'] ?? 1); depth > 0; depth -= 1) inner = { a: inner };
    return inner;
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, expanded(inner, key)]));
}
