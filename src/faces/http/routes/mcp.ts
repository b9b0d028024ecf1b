import type { Context } from 'hono';
import { callerOf } from '../caller.ts';
import type { AppDeps } from '../deps.ts';
import type { Env } from '../guard.ts';
import { countOf, messagesIn } from '../mcpMessage.ts';
import type { Place } from '../place.ts';
import { problem } from '../problem.ts';
import { Rate } from '../rate.ts';
import type { HandlersOf } from './handler.ts';

type Routes =
  | `${'GET' | 'POST' | 'DELETE'} /mcp`
  | 'GET /.well-known/oauth-protected-resource'
  | 'GET /.well-known/oauth-protected-resource/mcp';

/** Of one person, whatever tokens they use. */
const PACE = { perSecond: 50, burst: 200 };

export function mcpRoutes({ mcp, place, clock }: AppDeps): HandlersOf<Routes> {
  const rate = new Rate(clock, PACE);
  const metadata = (c: Context<Env>): Response => c.json(resourceMetadata(place));
  const answer = async (c: Context<Env>): Promise<Response> => {
    if (mcp === undefined) return problem(c, 404, 'NotFound', 'this gateway speaks no MCP');
    const who = callerOf(c);
    const body = c.req.method === 'POST' && isJson(c) ? messagesIn(await c.req.text()) : undefined;
    if (body?.ok === false) return body.error;
    const messages = body?.value;
    const waitMs = rate.take(who.name, countOf(messages));
    if (waitMs > 0) {
      c.header('retry-after', String(Math.ceil(waitMs / 1_000)));
      return problem(c, 429, 'TooMany', 'too many calls: slow down');
    }
    const token = (c.req.header('authorization') ?? '').replace(/^Bearer /, '');
    return mcp.answer(c.req.raw, { who, token }, messages);
  };
  return {
    'POST /mcp': answer,
    'GET /mcp': answer,
    'DELETE /mcp': answer,
    'GET /.well-known/oauth-protected-resource': metadata,
    'GET /.well-known/oauth-protected-resource/mcp': metadata,
  };
}

const isJson = (c: Context): boolean =>
  (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() === 'application/json';

/** RFC 9728. No authorization server is named: tokens are made by their owners, at the page or with `fairlead tokens`. */
const resourceMetadata = ({ url }: Place) => ({
  resource: `${url}/mcp`,
  resource_name: 'Fairlead',
  scopes_supported: ['read', 'propose'],
  bearer_methods_supported: ['header'],
});
