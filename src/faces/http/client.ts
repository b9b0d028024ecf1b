import type { Context } from 'hono';
import { plainLine } from '../../kernel/plainText.ts';
import type { Client } from '../../schema/client.ts';
import { callerOf } from './caller.ts';
import type { Env } from './guard.ts';

/** Through what the caller asks: a page has a session, everything else a token, and names itself as it likes. */
export function clientOf(c: Context<Env>): Client {
  const [, name, version] = /^([\w.-]{1,64})\/([\w.+-]{1,32})/.exec(c.req.header('user-agent') ?? '') ?? [];
  const named = name === undefined ? {} : { name: plainLine(name, 64), ...(version && { version }) };
  return { face: callerOf(c).by.kind === 'session' ? 'page' : 'cli', ...named };
}
