import { repeatedKey } from '../../kernel/repeatedKey.ts';
import { err, ok, type Result } from '../../kernel/result.ts';

/** Deeper than any honest message by far. */
const MOST_DEPTH = 24;
const MOST_AT_ONCE = 10;

/** An error of the transport, in the protocol's own form. */
export const rpcProblem = (status: number, code: number, message: string): Response =>
  Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status });

/** The messages of a body as they stand there; how many, and how deep, is looked at before anything is made of them. */
export function messagesIn(text: string): Result<unknown, Response> {
  if (isTooDeep(text)) return err(rpcProblem(400, -32600, `a message is nested at most ${MOST_DEPTH} deep`));
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return err(rpcProblem(400, -32700, 'the body is no whole JSON'));
  }
  if (repeatedKey(text) !== undefined) return err(rpcProblem(400, -32600, 'a key stands twice in one object'));
  if (Array.isArray(parsed) && (parsed.length === 0 || parsed.length > MOST_AT_ONCE)) {
    return err(rpcProblem(400, -32600, `1 to ${MOST_AT_ONCE} messages at once`));
  }
  return ok(parsed);
}

/** How many calls a body stands for. */
export const countOf = (messages: unknown): number => (Array.isArray(messages) ? messages.length : 1);

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    if (depth > MOST_DEPTH) return true;
  }
  return false;
}
