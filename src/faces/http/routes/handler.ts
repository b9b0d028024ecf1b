import type { Context } from 'hono';
import type { RouteKey } from '../access.ts';
import type { Env } from '../guard.ts';

export type Handler = (c: Context<Env>) => Response | Promise<Response>;

/** One handler for each of these routes: the table says who comes through, the handler what they get. */
export type HandlersOf<K extends RouteKey> = Readonly<Record<K, Handler>>;
