import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Refused } from '../../gateway/deps.ts';

/** Every error of the API has this one shape. */
export const problem = (
  c: Context,
  status: ContentfulStatusCode,
  code: string,
  message: string,
  fix?: string,
): Response => c.json({ error: { code, message, ...(fix === undefined ? {} : { fix }) } }, status);

const STATUS: Readonly<Record<Refused['code'], ContentfulStatusCode>> = {
  notFound: 404,
  stale: 409,
  decided: 409,
  notYours: 403,
  incomplete: 422,
  notOffered: 422,
  malformed: 400,
  tooMany: 429,
  busy: 503,
  unavailable: 503,
};

export const refusal = (c: Context, { code, message }: Refused): Response => problem(c, STATUS[code], code, message);
