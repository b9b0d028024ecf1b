import type { Watches } from '../watch.ts';
import type { World } from '../world.ts';
import type { Ownership } from './ownership.ts';
import type { Route } from './route.ts';

/** One request to stored objects, with all that answering it needs. */
export interface Context extends Route {
  readonly world: World;
  readonly ownership: Ownership;
  readonly watches: Watches;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly contentType: string;
  readonly userAgent: string;
  /** As it came; empty for none. */
  readonly body: string;
  /** Aborted when the client goes away or the server closes. */
  readonly signal: AbortSignal;
  /** Texts for `Warning` headers. */
  readonly warnings: string[];
}

export const dryRun = ({ query }: Context): boolean => query.getAll('dryRun').includes('All');

/** The field manager: as given, else the program's name, as the API server does. */
export const managerOf = ({ query, userAgent }: Context): string =>
  query.get('fieldManager') || userAgent.split('/')[0] || 'unknown';
