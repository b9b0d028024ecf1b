import { z } from 'zod';
import { defineTool } from './tool.ts';
import { Yaml } from './yaml.ts';

/** A read about no service: a text is checked, and nothing is changed or kept. */
export const validateBlueprint = defineTool({
  name: 'validate_blueprint',
  summary: 'Check the text of a blueprint: every fault with its place and its fix.',
  effect: 'read',
  input: z.strictObject({ yaml: Yaml }),
  target: () => undefined,
});
