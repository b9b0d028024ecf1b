import { z } from 'zod';

/** As a rollout counts them; what is left out says as little as null does. */
export const Revision = z.int().min(1).max(1_000_000_000).nullable().default(null);
