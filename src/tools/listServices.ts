import { z } from 'zod';
import { defineTool } from './tool.ts';

export const listServices = defineTool({
  name: 'list_services',
  summary: 'List the services that a blueprint governs, with their state in one line each.',
  effect: 'read',
  input: z.strictObject({}),
  target: () => undefined,
});
