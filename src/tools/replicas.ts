import { z } from 'zod';

/**
 * The bound is what a record can carry, not what is sensible: an absurd number is a request like any other, refused by
 * the gate and recorded with its rule, which a schema error would hide.
 */
export const Replicas = z.int().min(0).max(1_000_000_000);
