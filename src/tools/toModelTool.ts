import { z } from 'zod';
import type { Tool } from './tool.ts';

/** What a model is shown of a tool. The same shape as ports/model.ts `ChatTool`, which this folder does not import. */
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * Servers that force arguments into the schema while they are written turn a limit into nonsense (with `minimum: 11` a
 * model that means 6 writes 60) and refuse patterns they cannot compile. Limits are checked on our side instead.
 */
const LIMITS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'default',
];

/** JSON Schema of a closed object with every field required. */
export function toModelTool(tool: Pick<Tool, 'name' | 'summary' | 'input'>): ModelTool {
  const { $schema: _, ...parameters } = z.toJSONSchema(tool.input, {
    io: 'input',
    target: 'draft-7',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      for (const limit of LIMITS) delete (jsonSchema as Record<string, unknown>)[limit];
    },
  });
  // Strict endpoints want every field named; one that is left out all the same reads as its default.
  const required = Object.keys(parameters.properties ?? {});
  return { name: tool.name, description: tool.summary, parameters: { ...parameters, required } };
}
