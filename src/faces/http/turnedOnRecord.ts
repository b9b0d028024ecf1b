import type { Context } from 'hono';
import type { Identity } from '../../gateway/people/identity.ts';
import type { Client } from '../../schema/client.ts';
import { programIn } from './client.ts';
import type { AppDeps } from './deps.ts';
import { problem } from './problem.ts';
import { Rate } from './rate.ts';

/** Of one person. Each is a line of the journal. */
const PACE = { perSecond: 1, burst: 20 };

/** Somebody who is known came to the chat without the right to it. */
export type Turned = (c: Context, who: Identity) => Promise<Response | undefined>;

/**
 * Puts on record who was turned away from the chat: what they would have called nobody read, but that they tried is known. Who
 * tries without end is told to wait, and that is all.
 */
export function turnedOnRecord({ gateway: { journal, log }, clock }: Pick<AppDeps, 'gateway' | 'clock'>): Turned {
  const rate = new Rate(clock, PACE);
  return async (c, who) => {
    if (rate.take(who.name) > 0) return problem(c, 429, 'TooMany', 'you have no right to this: stop asking');
    const client: Client = { face: 'mcp-http', ...programIn(c) };
    const key =
      who.by.kind === 'token' ? `a token for ${who.by.scopes.join(', ') || 'nothing'}` : 'a session of a page';
    const data = { who: who.name, what: `was turned away from the chat, with ${key}`, client };
    const logged = await journal.append({ kind: 'access', subject: `chat ${who.name}`.slice(0, 120), data });
    if (!logged.ok) log.error({ error: logged.error.message, who: who.name }, 'an access is not on record');
    return undefined;
  };
}
