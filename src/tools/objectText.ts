import { repeatedKey } from '../kernel/repeatedKey.ts';
import { err, ok, type Result } from '../kernel/result.ts';

const FENCE = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/;
const LIMIT = 20_000;

/**
 * Reads a call's arguments: one JSON object, written once. A fence around the whole text and one level of encoding as a
 * string are undone, since what is inside can mean only one thing; nothing else is mended. Two objects glued together,
 * a key given twice or anything cut is an error whose words the model can act on.
 */
export function objectFromText(text: string): Result<Readonly<Record<string, unknown>>, string> {
  if (text.length > LIMIT) return err(`the arguments are ${text.length} characters long; at most ${LIMIT} are read`);
  const bare = FENCE.exec(text)?.[1] ?? text;
  if (bare.trim() === '') return ok({});
  const first = parse(bare);
  if (!first.ok) return first;
  if (typeof first.value !== 'string') return object(first.value, bare);
  const inner = FENCE.exec(first.value)?.[1] ?? first.value;
  const second = parse(inner);
  if (!second.ok) return err('the arguments are a piece of text, not a JSON object: send the object itself');
  return object(second.value, inner);
}

function parse(text: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return /}\s*{/.test(text)
      ? err('the arguments hold more than one JSON object: send one call with one object')
      : err('the arguments are not valid JSON (cut off, or not quoted): send one complete JSON object');
  }
}

function object(value: unknown, text: string): Result<Readonly<Record<string, unknown>>, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return err(`the arguments are ${kindOf(value)}, not a JSON object: send {"field": value, ...}`);
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) return err(`the field ${JSON.stringify(twice)} is given twice: send it once`);
  return ok(value as Record<string, unknown>);
}

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'string' ? 'text' : `a ${typeof value}`;
