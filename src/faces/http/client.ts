import type { Context } from 'hono';
import { plainLine } from '../../kernel/plainText.ts';
import type { Client } from '../../schema/client.ts';
import { callerOf } from './caller.ts';
import type { Env } from './guard.ts';

/** Through what the caller asks: a page has a session, everything else a token, and names itself as it likes. */
export function clientOf(c: Context<Env>): Client {
  return { face: callerOf(c).by.kind === 'session' ? 'page' : 'cli', ...programIn(c) };
}

/** As it calls itself in its User-Agent. */
export function programIn(c: Context): Pick<Client, 'name' | 'version'> {
  const [, name, version] = /^([\w.-]{1,64})\/([\w.+-]{1,32})/.exec(c.req.header('user-agent') ?? '') ?? [];
  return name === undefined ? {} : { name: plainLine(name, 64), ...(version && { version }) };
}
