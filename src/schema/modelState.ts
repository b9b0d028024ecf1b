import { z } from 'zod';

/** Annotation on the controller's Lease: how its model endpoints stand. Absent while all answer, or where there is none. */
export const MODELS_NOTE = 'fairlead.dev/models';

/**
 * One endpoint that is not asked. Its breaker is not closed (`until`, ms: left alone until then; after it one trial), or the
 * hourly tokens are spent (`note`: whose, in words).
 */
export const ModelState = z.object({
  model: z.string().max(200),
  state: z.enum(['open', 'halfOpen', 'spent']),
  until: z.int().optional(),
  note: z.string().max(300).optional(),
});
export type ModelState = z.infer<typeof ModelState>;
export const ModelStates = z.array(ModelState).max(16);
