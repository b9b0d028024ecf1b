import { z } from 'zod';
import { BlueprintFile, BlueprintObject } from './blueprint/document.ts';

/** JSON Schema for editors: completes and checks a blueprint while it is written, in whichever form it has. */
export function editorSchema(): Record<string, unknown> {
  const of = (schema: z.ZodType): object => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7', reused: 'inline' });
    return rest;
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Fairlead blueprint',
    description: 'Limits, targets and authority for one service: the file form, or (with kind) the custom resource.',
    type: 'object',
    if: { required: ['kind'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: of(BlueprintObject),
    else: of(BlueprintFile),
  };
}
