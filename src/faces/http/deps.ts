import type { ChangeFeed } from '../../gateway/changes.ts';
import type { GatewayDeps } from '../../gateway/deps.ts';
import type { PeopleDeps } from '../../gateway/people/deps.ts';
import type { Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { QueueState } from '../../schema/api/records.ts';
import type { McpSessions } from './mcpSessions.ts';
import type { Pages } from './pages.ts';
import type { Place } from './place.ts';
import type { Views } from './views.ts';

/** The queue as a page shows it. */
export interface QueueDesk {
  state(): Promise<QueueState>;
  retry(id: string): Promise<Result<void, string>>;
}

/** What the HTTP face is made of. */
export interface AppDeps {
  readonly gateway: GatewayDeps;
  readonly people: PeopleDeps;
  readonly views: Views;
  readonly feed: ChangeFeed;
  readonly queue: QueueDesk;
  readonly place: Place;
  /** Of people: sessions, streams, limits. The gateway's own may be a cluster's virtual time. */
  readonly clock: Clock;
  readonly cluster: { readonly name: string; readonly uid: string };
  readonly version: string;
  /** Absent: no MCP is spoken here. */
  readonly mcp?: Pick<McpSessions, 'answer'>;
  /** Undefined: the web pages were not built. */
  readonly pages?: Pages;
  /** Whether there is anything to show yet. */
  ready(): boolean;
}
