import { z } from 'zod';
import { amountOf } from '../schema/resources.ts';

const amount = (resource: 'cpu' | 'memory', what: string) =>
  z
    .string()
    .max(32)
    .refine(
      (text) => (amountOf(resource, text) ?? 0) > 0,
      `must be a quantity above 0, for example ${resource === 'cpu' ? '500m or 2' : '512Mi or 2Gi'}, or null`,
    )
    .nullable()
    // A field that was left out says as little as null does.
    .default(null)
    .describe(`The new ${what} of one pod, or null to leave it.`);

/** The four amounts of a pod's resources as the fields of a tool. */
export const AMOUNT_FIELDS = {
  cpu_request: amount('cpu', 'CPU request'),
  cpu_limit: amount('cpu', 'CPU limit'),
  memory_request: amount('memory', 'memory request'),
  memory_limit: amount('memory', 'memory limit'),
};
