import type { Context } from 'hono';
import type { z } from 'zod';
import { repeatedKey } from '../../kernel/repeatedKey.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { problem } from './problem.ts';

/** The body as the schema says, or the 400 that names each fault. Bodies are JSON and say so. */
export async function bodyOf<T>(c: Context, schema: z.ZodType<T>): Promise<Result<T, Response>> {
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    return err(problem(c, 415, 'NotJson', 'the body is no JSON', 'send it with content-type: application/json'));
  }
  const text = await c.req.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return err(problem(c, 400, 'BadJson', 'the body is no whole JSON'));
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) return err(problem(c, 400, 'BadJson', `${twice.slice(0, 64)} stands twice in one object`));
  return checked(c, schema, body, 'body');
}

/** The query as the schema says, or the 400 that names each fault. */
export function queryOf<T>(c: Context, schema: z.ZodType<T>): Result<T, Response> {
  return checked(c, schema, c.req.query(), 'query');
}

function checked<T>(c: Context, schema: z.ZodType<T>, value: unknown, where: string): Result<T, Response> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  // The value itself is left out: it may be a password.
  const faults = parsed.error.issues.slice(0, 5).map(({ path, message }) => {
    const at = path.map(String).join('.').slice(0, 100);
    return `${at === '' ? where : at}: ${message.slice(0, 200)}`;
  });
  return err(problem(c, 400, 'BadRequest', faults.join('; ')));
}
