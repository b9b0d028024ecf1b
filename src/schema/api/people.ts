import { z } from 'zod';
import { Instant } from './common.ts';

/** What a person or a token may do. An approver is an operator in a group that a request names; there is no right to approve everything. */
export const Role = z.enum(['viewer', 'operator', 'admin']);
export type Role = z.infer<typeof Role>;

const RANK: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

/** Whether a role includes what `needed` may do. */
export const includesRole = (role: Role, needed: Role): boolean => RANK[role] >= RANK[needed];

export const Scope = z.enum(['read', 'propose', 'approve']);
export type Scope = z.infer<typeof Scope>;

export const PersonName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?$/, 'small letters, digits and . _ @ -, at most 64');
export const GroupName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/, 'small letters, digits and . _ -, at most 63');
/** Length is what helps (NIST SP 800-63B); no rules about signs. */
export const Password = z.string().min(12, 'at least 12 characters').max(256);

export const LoginBody = z.strictObject({ name: z.string().max(64), password: z.string().max(256) });
export const FirstRunBody = z.strictObject({ token: z.string().max(100), password: Password });

export const Me = z.object({
  name: z.string(),
  role: Role,
  groups: z.array(z.string()),
  /** Sent back in `x-fairlead-csrf` with every change. Absent for a token. */
  csrf: z.string().optional(),
  idleUntil: Instant.optional(),
  until: Instant.optional(),
  cluster: z.object({ name: z.string(), uid: z.string() }),
  /** Fairlead's own, in that cluster. */
  namespace: z.string().optional(),
  version: z.string(),
});
export type Me = z.infer<typeof Me>;

export const UserView = z.object({
  name: z.string(),
  role: Role,
  groups: z.array(z.string()),
  createdAt: Instant,
  disabled: z.boolean(),
});
export type UserView = z.infer<typeof UserView>;
export const UserBody = z.strictObject({
  name: PersonName,
  role: Role,
  groups: z.array(GroupName).max(32),
  password: Password.optional(),
  disabled: z.boolean().optional(),
});

export const TokenView = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string(),
  scopes: z.array(Scope),
  createdAt: Instant,
  expiresAt: Instant,
  lastUsedAt: Instant.optional(),
});
export type TokenView = z.infer<typeof TokenView>;
export const TokenBody = z.strictObject({
  name: z.string().min(1).max(64),
  scopes: z.array(Scope).min(1),
  days: z.number().int().min(1).max(365),
});
/** The secret is shown this once. */
export const TokenMade = TokenView.extend({ secret: z.string() });
export type TokenMade = z.infer<typeof TokenMade>;
