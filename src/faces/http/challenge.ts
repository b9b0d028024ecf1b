import type { MiddlewareHandler } from 'hono';
import type { Place } from './place.ts';

/** Says with every refusal for want of a token where it is told what kind of token is wanted (RFC 9728, RFC 6750). */
export function challenge({ url }: Place): MiddlewareHandler {
  const metadata = `resource_metadata="${url}/.well-known/oauth-protected-resource/mcp"`;
  return async (c, next) => {
    await next();
    const given = c.req.header('authorization') !== undefined;
    if (c.res.status === 401) {
      const error = given ? 'error="invalid_token", ' : '';
      c.res.headers.set('www-authenticate', `Bearer realm="fairlead", ${error}${metadata}`);
    } else if (c.res.status === 403) {
      c.res.headers.set(
        'www-authenticate',
        `Bearer realm="fairlead", error="insufficient_scope", scope="read", ${metadata}`,
      );
    }
  };
}
