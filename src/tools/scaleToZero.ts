import { z } from 'zod';
import { Reason } from './reason.ts';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

export const scaleToZero = defineTool({
  name: 'scale_to_zero',
  summary: 'Propose to stop all pods of one service; nothing is deleted. Rules decide whether it happens.',
  effect: 'change',
  input: z.strictObject({ service: Service, reason: Reason }),
  wanted: () => ({ kind: 'scale', replicas: 0 }),
  target: ({ service }) => targetOf(service),
});
