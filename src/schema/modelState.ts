import { z } from 'zod';

/** Annotation on the controller's Lease: how its model endpoints stand. Absent while all answer, or where there is none. */
export const MODELS_NOTE = 'fairlead.dev/models';

/** One endpoint whose breaker is not closed. `until` (ms): left alone until then; after it one trial. */
export const ModelState = z.object({
  model: z.string().max(200),
  state: z.enum(['open', 'halfOpen']),
  until: z.int().optional(),
});
export type ModelState = z.infer<typeof ModelState>;
export const ModelStates = z.array(ModelState).max(16);
