import { z } from 'zod';

/** Annotation on the controller's Lease: how its model endpoints stand. Absent where there is none. */
export const MODELS_NOTE = 'fairlead.dev/models';

/**
 * One endpoint. It is asked (closed; `at`, ms: when it last answered, absent until it does), or is not: its breaker is not closed
 * (`until`, ms: left alone until then; after it one trial), or the hourly tokens are spent (`note`: whose, in words).
 */
export const ModelState = z.object({
  model: z.string().max(200),
  state: z.enum(['closed', 'open', 'halfOpen', 'spent']),
  at: z.int().optional(),
  until: z.int().optional(),
  note: z.string().max(300).optional(),
});
export type ModelState = z.infer<typeof ModelState>;
export const ModelStates = z.array(ModelState).max(16);
