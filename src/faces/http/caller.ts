import { isIP } from 'node:net';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import type { Identity } from '../../gateway/people/identity.ts';
import type { Env } from './guard.ts';
import type { Place } from './place.ts';

/** Who calls; the guard let only somebody come here. */
export function callerOf(c: Context<Env>): Identity {
  const { identity } = c.var;
  if (identity === undefined) throw new Error(`${c.req.method} ${c.req.path} was reached by nobody`);
  return identity;
}

/** The caller's address. Of what stands in x-forwarded-for only the last part is our proxy's word; the rest anybody can write. */
export function addressOf(c: Context, { behindProxy }: Place): string {
  if (behindProxy) {
    const last = (c.req.header('x-forwarded-for') ?? '').split(',').at(-1)?.trim() ?? '';
    if (isIP(last) !== 0) return last;
  }
  try {
    return getConnInfo(c).remote.address ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
