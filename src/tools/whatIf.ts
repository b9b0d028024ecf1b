import { z } from 'zod';
import { Replicas } from './replicas.ts';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

/** A read: the gate is asked, nothing is requested. */
export const whatIf = defineTool({
  name: 'what_if',
  summary: 'Ask what the rules would answer to a change, without proposing it.',
  effect: 'read',
  input: z
    .strictObject({
      service: Service,
      action: z.enum(['scale', 'restart_pods', 'rollback', 'scale_to_zero']).describe('The change to ask about.'),
      replicas: Replicas.nullable().describe('For scale: the number of replicas; else null.'),
    })
    .refine(({ action, replicas }) => (action === 'scale') === (replicas !== null), {
      path: ['replicas'],
      message: 'must be a whole number for scale and null for anything else',
    }),
  target: ({ service }) => targetOf(service),
});
