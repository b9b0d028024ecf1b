import { z } from 'zod';

/** One condition, in Kubernetes' usual shape: `Accepted`, and `Managed`, which is False while the target lacks the label. */
export const Condition = z.object({
  type: z.string().max(64),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().max(64),
  message: z.string().max(4000),
  lastTransitionTime: z.string().max(40),
  observedGeneration: z.int().min(0).optional(),
});
export type Condition = z.infer<typeof Condition>;

/** `status` of a Blueprint and of the ClusterBlueprint. Written by the executor. */
export const BlueprintStatus = z.object({
  conditions: z.array(Condition).max(8).optional(),
  /** Version and hash of the last accepted document: what is in force. */
  observedVersion: z.string().max(64).optional(),
  hash: z.string().max(64).optional(),
  /** Autonomy in force, after the global ceiling. */
  autonomy: z.enum(['observe', 'propose', 'autonomous']).optional(),
  observedGeneration: z.int().min(0).optional(),
});
export type BlueprintStatus = z.infer<typeof BlueprintStatus>;
