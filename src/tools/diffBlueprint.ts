import { z } from 'zod';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';
import { Yaml } from './yaml.ts';

/** A read: what a text would allow differently from the blueprint in force. */
export const diffBlueprint = defineTool({
  name: 'diff_blueprint',
  summary: 'Compare the text of a blueprint with the one in force for a service: what it widens and what it narrows.',
  effect: 'read',
  input: z.strictObject({ service: Service, yaml: Yaml }),
  target: ({ service }) => targetOf(service),
});
