import { z } from 'zod';
import { Reason } from './reason.ts';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

export const restartPods = defineTool({
  name: 'restart_pods',
  summary:
    'Propose to restart the pods of one service, a few at a time. It adds no capacity. Rules decide whether it happens.',
  effect: 'change',
  input: z.strictObject({ service: Service, reason: Reason }),
  wanted: () => ({ kind: 'restart' }),
  target: ({ service }) => targetOf(service),
});
