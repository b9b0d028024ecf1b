import { z } from 'zod';
import { Instant } from './common.ts';
import { TokenView, UserView } from './people.ts';
import { BlueprintVersion, BreakerView, HoldView } from './services.ts';

/** Every breaker, and everything that is paused or stopped: by a person, of a service, a namespace or the fleet. */
export const BreakerList = z.object({
  items: z.array(z.object({ namespace: z.string(), name: z.string(), breaker: BreakerView, holds: z.array(HoldView) })),
  /** Of namespaces and the fleet; `namespace` is absent for the fleet. */
  holds: z.array(HoldView.extend({ namespace: z.string().optional() })),
});
export type BreakerList = z.infer<typeof BreakerList>;

/** Newest first. */
export const BlueprintVersionList = z.object({ items: z.array(BlueprintVersion) });
export type BlueprintVersionList = z.infer<typeof BlueprintVersionList>;

export const UserList = z.object({ items: z.array(UserView) });
export type UserList = z.infer<typeof UserList>;

export const TokenList = z.object({ items: z.array(TokenView) });
export type TokenList = z.infer<typeof TokenList>;

/** A link that sets the password once. The page shows it this once. */
export const InviteMade = z.object({ link: z.string(), expiresAt: Instant });
export type InviteMade = z.infer<typeof InviteMade>;

/** Answer to `evaluate` and `alternative`: the request to look at next, when there is one, and words for the person. */
export const AskedAnew = z.object({
  text: z.string(),
  request: z.object({ namespace: z.string(), name: z.string() }).optional(),
});
export type AskedAnew = z.infer<typeof AskedAnew>;

/** Data of the event `change`. The event `beat` (no data worth reading) comes every five seconds, so that silence means something. */
export const ChangeEvent = z.object({
  kind: z.enum(['approvals', 'services', 'decisions', 'breakers', 'queue']),
  namespace: z.string().optional(),
  name: z.string().optional(),
});
export type ChangeEvent = z.infer<typeof ChangeEvent>;
