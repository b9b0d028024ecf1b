import { z } from 'zod';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

export const getMetrics = defineTool({
  name: 'get_metrics',
  summary: 'Read the current signals of one service: CPU, latency, errors, requests, each with its age.',
  effect: 'read',
  input: z.strictObject({ service: Service }),
  target: ({ service }) => targetOf(service),
});
