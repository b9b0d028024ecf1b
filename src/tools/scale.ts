import { z } from 'zod';
import { Reason } from './reason.ts';
import { Replicas } from './replicas.ts';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

export const scale = defineTool({
  name: 'scale',
  summary: 'Propose a new number of replicas for one service. Rules decide whether it happens.',
  effect: 'change',
  input: z.strictObject({
    service: Service,
    replicas: Replicas.describe('The number of replicas wanted at the end, a whole number; not the difference.'),
    reason: Reason,
  }),
  wanted: ({ replicas }) => ({ kind: 'scale', replicas }),
  target: ({ service }) => targetOf(service),
});
