import { z } from 'zod';

/**
 * One person's vote, beside the spec of an ApprovalRequest. Written and signed by the gateway that authenticated the
 * person; the API server lets votes only be added. What a vote counts for is decided by checking its signature, never by
 * its being there.
 */
export const Vote = z.object({
  /** Unique within the request. */
  id: z.string().min(1).max(64),
  /** The person, and the groups they were in when they voted. */
  by: z.string().min(1).max(200),
  groups: z.array(z.string().max(200)).max(64),
  vote: z.enum(['approve', 'reject']),
  /** Of a scale beyond limits: this once, or raise the limit in the blueprint. */
  choice: z.enum(['once', 'update_blueprint']).optional(),
  comment: z.string().max(1000).optional(),
  /** RFC 3339. */
  at: z.string().max(40),
  /** SHA-256 (hex) of the exact operation, target and blueprint the person saw. */
  digest: z.string().max(64),
  /** Which signing key, and the signature over all of the above (base64url). */
  key: z.string().max(64),
  signature: z.string().max(256),
});
export type Vote = z.infer<typeof Vote>;

/** More than any quorum with second thoughts; bounds what a rule over all votes costs. */
export const MAX_VOTES = 32;
