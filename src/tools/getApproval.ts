import { z } from 'zod';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

export const getApproval = defineTool({
  name: 'get_approval',
  summary: 'Read what people were asked to approve for one service, and what they answered.',
  effect: 'read',
  input: z.strictObject({ service: Service }),
  target: ({ service }) => targetOf(service),
});
