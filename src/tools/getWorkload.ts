import { z } from 'zod';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

export const getWorkload = defineTool({
  name: 'get_workload',
  summary: 'Read the Deployment of one service: replicas, ready pods, rollout, restarts, what keeps pods from running.',
  effect: 'read',
  input: z.strictObject({ service: Service }),
  target: ({ service }) => targetOf(service),
});
