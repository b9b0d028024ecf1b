import { z } from 'zod';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

export const getEvents = defineTool({
  name: 'get_events',
  summary: 'Read the newest Kubernetes events of one service.',
  effect: 'read',
  input: z.strictObject({ service: Service }),
  target: ({ service }) => targetOf(service),
});
