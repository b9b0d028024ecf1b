import { z } from 'zod';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

export const getDecisions = defineTool({
  name: 'get_decisions',
  summary: 'Read what was decided for one service lately, and how it ended.',
  effect: 'read',
  input: z.strictObject({ service: Service }),
  target: ({ service }) => targetOf(service),
});
