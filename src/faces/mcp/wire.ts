import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { McpTool } from './tool.ts';

/** Limits are told in words where they are not plain, and are checked here in any case: a list costs its reader tokens. */
const UNSAID = ['pattern', 'minLength', 'maxLength', 'maximum'];

/** Written once: a tool never changes, and its schemas cost a millisecond each. */
const written = new WeakMap<McpTool, Tool>();

/** A tool as a client sees it. Schemas come from those that calls are checked with. */
export function toWire(tool: McpTool): Tool {
  const wire = written.get(tool) ?? wireOf(tool);
  written.set(tool, wire);
  return wire;
}

const wireOf = ({ name, title, description, input, output, annotations }: McpTool): Tool => ({
  name,
  title,
  description,
  inputSchema: schemaOf(input, 'input'),
  outputSchema: schemaOf(output, 'output'),
  annotations: { ...annotations },
});

function schemaOf(schema: z.ZodObject, io: 'input' | 'output'): Tool['inputSchema'] {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    target: 'draft-7',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      const said: Record<string, unknown> = jsonSchema;
      // An answer may grow a field; arguments may not.
      if (io === 'output') delete said['additionalProperties'];
      if (isEmpty(said['properties'])) delete said['properties'];
      for (const limit of UNSAID) delete said[limit];
    },
  });
  return { ...rest, type: 'object' } as Tool['inputSchema'];
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
