import { z } from 'zod';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

/** A read that the gate allows only where the blueprint says `logs: allowed`. */
export const getLogs = defineTool({
  name: 'get_logs',
  summary: 'Read the last log lines of one pod of a service, where its blueprint allows it.',
  effect: 'read',
  input: z.strictObject({
    service: Service,
    pod: z
      .string()
      .max(253)
      .regex(/^[a-z0-9][-a-z0-9.]*$/, 'must be the name of a pod of the service')
      .nullable()
      .default(null)
      .describe('The pod, by its name; null for the newest one that fails.'),
    lines: z.int().min(1).max(100).default(30).describe('How many of the last lines, at most 100.'),
  }),
  target: ({ service }) => targetOf(service),
});
