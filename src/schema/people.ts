import { z } from 'zod';
import { Role, Scope } from './api/people.ts';

const instant = z.int().min(0);
/** SHA-256, hex. Secrets of 256 random bits need no slow hash; passwords have one. */
const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const User = z.strictObject({
  name: z.string().max(64),
  role: Role,
  groups: z.array(z.string().max(63)).max(32),
  /** `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`, base64url. Absent: nobody can log in as them with a password yet. */
  password: z.string().max(300).optional(),
  createdAt: instant,
  disabled: z.boolean(),
});
export type User = z.infer<typeof User>;

export const Session = z.strictObject({ id: digest, user: z.string().max(64), createdAt: instant, seenAt: instant });
export type Session = z.infer<typeof Session>;

export const ApiToken = z.strictObject({
  id: z.string().max(32),
  hash: digest,
  name: z.string().max(64),
  owner: z.string().max(64),
  scopes: z.array(Scope).max(8),
  createdAt: instant,
  expiresAt: instant,
  lastUsedAt: instant.optional(),
});
export type ApiToken = z.infer<typeof ApiToken>;

/** A link that sets the password of one person, once. */
export const Invitation = z.strictObject({ hash: digest, user: z.string().max(64), expiresAt: instant });
export type Invitation = z.infer<typeof Invitation>;

/** Who may log in at the gateway, and who is: one document, kept whole in one place. Instants in ms. */
export const People = z.strictObject({
  users: z.array(User).max(1000),
  sessions: z.array(Session).max(2000),
  tokens: z.array(ApiToken).max(1000),
  invitations: z.array(Invitation).max(100),
});
export type People = z.infer<typeof People>;

export const NOBODY: People = { users: [], sessions: [], tokens: [], invitations: [] };
