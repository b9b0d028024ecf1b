import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Refused } from '../../gateway/deps.ts';
import { type ProblemCode, REFUSALS, type StatusOf } from './problemCodes.ts';

/** Every error of the API has this one shape, with a code of the table and the status that goes with it. */
export const problem = <C extends ProblemCode>(
  c: Context,
  status: StatusOf<C>,
  code: C,
  message: string,
  fix?: string,
): Response => told(c, status, code, message, fix);

/** What the framework could not read, under the status that it says. */
export const unreadable = (c: Context, status: ContentfulStatusCode): Response =>
  told(c, status, 'BadRequest', 'the request cannot be read');

export const refusal = (c: Context, { code, message }: Refused): Response => told(c, REFUSALS[code][0], code, message);

const told = (
  c: Context,
  status: ContentfulStatusCode,
  code: ProblemCode | Refused['code'],
  message: string,
  fix?: string,
): Response => c.json({ error: { code, message, ...(fix === undefined ? {} : { fix }) } }, status);
