import { z } from 'zod';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

/** A read: what would be possible instead of something refused, each with the gate's verdict. */
export const suggestAlternatives = defineTool({
  name: 'suggest_alternatives',
  summary: 'Ask what would be possible instead of an operation that the rules refuse, each with their verdict.',
  effect: 'read',
  input: z.strictObject({
    service: Service,
    operation: z
      .string()
      .min(1)
      .max(64)
      .describe('The operation that was refused, for example delete_deployment or scale.'),
    replicas: z.int().min(0).max(1_000_000_000).nullable().describe('For scale: the number refused; else null.'),
  }),
  target: ({ service }) => targetOf(service),
});
