import type { JudgeDeps } from '../../calls/judge.ts';
import type { ChangeFeed } from '../../gateway/changes.ts';
import type { Refused } from '../../gateway/deps.ts';
import type { HoldScope } from '../../gateway/holds.ts';
import type { Identity } from '../../gateway/people/identity.ts';
import type { Answered, Proposed, Wish } from '../../gateway/propose.ts';
import type { Result } from '../../kernel/result.ts';
import type { Log } from '../../ports/log.ts';
import type { Client } from '../../schema/client.ts';
import type { Views } from '../http/views.ts';

/** Whose call it is, and through which program it came. The name of the program is its own word and decides nothing. */
export interface Caller {
  readonly who: Identity;
  readonly client: Client;
}

export interface Named {
  readonly namespace: string;
  readonly name: string;
}

export const placeName = ({ namespace, name }: Named): string => `${namespace}/${name}`;

/** What a person may cause through a chat: wishes, and less than before. There is nothing here that approves or resumes. */
export interface Effects {
  propose(caller: Caller, wish: Wish & { readonly reason: string }): Promise<Result<Proposed, Refused>>;
  /** Whether the executor has put this request to people yet. */
  isAsked(request: Named): Promise<boolean>;
  reject(caller: Caller, request: Named, reason: string): Promise<Result<void, Refused>>;
  /** `already`: in whose name it was paused before. */
  pause(caller: Caller, scope: HoldScope, reason: string): Promise<Result<{ readonly already?: string }, Refused>>;
}

/** What stands behind the tools. Every call is judged and on record before it is answered. */
export interface McpDesk {
  readonly calls: JudgeDeps;
  readonly views: Views;
  readonly log: Log;
  /** What the gate would say to a wish of this person. On record; nothing is asked for. */
  whatIf(caller: Caller, wish: Wish): Promise<Result<Pick<Answered, 'verdict' | 'alternatives'>, Refused>>;
  /** Start of links to pages, without a slash at its end; undefined where nobody serves pages. */
  url(): string | undefined;
  /** Absent: nobody is told of changes. */
  readonly feed?: ChangeFeed;
  /** Absent: only reads are offered. */
  readonly effects?: Effects;
}
