import { z } from 'zod';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

export const getService = defineTool({
  name: 'get_service',
  summary: 'Read the blueprint of one service: limits, objectives, who may do what.',
  effect: 'read',
  input: z.strictObject({ service: Service }),
  target: ({ service }) => targetOf(service),
});
