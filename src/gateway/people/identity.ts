import type { Role, Scope } from '../../schema/api/people.ts';

/** Somebody the gateway knows, for one call. Groups and role are those of now, not of when they logged in. */
export interface Identity {
  readonly name: string;
  readonly role: Role;
  readonly groups: readonly string[];
  /** A browser's session, with the secret of its cookie; or a token with the scopes it was given. */
  readonly by:
    | { readonly kind: 'session'; readonly secret: string; readonly idleUntil: number; readonly until: number }
    | { readonly kind: 'token'; readonly id: string; readonly scopes: readonly Scope[] };
}
