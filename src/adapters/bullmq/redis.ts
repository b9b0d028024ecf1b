import { Redis } from 'ioredis';

/** Where a Redis is. `rediss:` speaks TLS; a certificate authority of one's own goes by NODE_EXTRA_CA_CERTS. */
export type RedisPlace = { readonly url: string } | { readonly socket: string };

const CALL_MS = 3_000;
const CONNECT_MS = 5_000;
const SLOWEST_RETRY_MS = 2_000;
/** BullMQ asks at least every few seconds: a connection that is silent for so long is dead, whatever TCP believes. */
const SILENT_MS = 30_000;

/** For calls that somebody waits for: an answer within seconds, or an error at once while there is no connection. */
export const callingRedis = (place: RedisPlace): Redis =>
  open(place, { maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: CALL_MS });

/**
 * For a worker that waits for jobs: calls wait until there is a connection again. The worker makes another one of its own
 * from it, and leaves that behind when it is closed while the server is away: `disconnect` ends both.
 */
export function waitingRedis(place: RedisPlace): { readonly redis: Redis; disconnect(): void } {
  const redis = open(place, { maxRetriesPerRequest: null, socketTimeout: SILENT_MS });
  const all = [redis];
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (...options) => {
    const made = duplicate(...options);
    all.push(made);
    return made;
  };
  return {
    redis,
    disconnect() {
      for (const each of all) each.disconnect();
    },
  };
}

interface Patience {
  readonly maxRetriesPerRequest: number | null;
  readonly enableOfflineQueue?: boolean;
  readonly commandTimeout?: number;
  readonly socketTimeout?: number;
}

function open(place: RedisPlace, options: Patience): Redis {
  const all = {
    ...options,
    connectTimeout: CONNECT_MS,
    keepAlive: 10_000,
    retryStrategy: (times: number) => Math.min(100 * 2 ** Math.min(times, 6), SLOWEST_RETRY_MS),
  };
  const redis = 'url' in place ? new Redis(place.url, all) : new Redis({ ...all, path: place.socket });
  // Without a listener each failed attempt to connect is printed. What is wrong is told by the calls that fail.
  redis.on('error', () => undefined);
  return redis;
}
