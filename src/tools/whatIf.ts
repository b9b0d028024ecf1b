import { z } from 'zod';
import { AMOUNTS } from '../schema/resources.ts';
import { AMOUNT_FIELDS } from './amounts.ts';
import { Replicas } from './replicas.ts';
import { Revision } from './revision.ts';
import { Service, targetOf } from './service.ts';
import { defineTool, type ToolArguments } from './tool.ts';

const input = z
  .strictObject({
    service: Service,
    action: z
      .enum(['scale', 'restart_pods', 'adjust_resources', 'rollback', 'scale_to_zero'])
      .describe('The change to ask about.'),
    replicas: Replicas.nullable().default(null).describe('For scale: the number of replicas; else null.'),
    ...AMOUNT_FIELDS,
    revision: Revision.describe('For rollback: the revision, or null for the newest earlier healthy one; else null.'),
  })
  .refine(({ action, replicas }) => (action === 'scale') === (replicas !== null), {
    path: ['replicas'],
    message: 'must be a whole number for scale and null for anything else',
  })
  .refine((args) => (args.action === 'adjust_resources') === AMOUNTS.some((name) => args[name] !== null), {
    path: ['action'],
    message: 'adjust_resources wants at least one of the four amounts, and anything else none',
  })
  .refine(({ action, revision }) => action === 'rollback' || revision === null, {
    path: ['revision'],
    message: 'must be null for anything but rollback',
  });

/** A read: the gate is asked, nothing is requested. */
export const whatIf = defineTool({
  name: 'what_if',
  summary: 'Ask what the rules would answer to a change, without proposing it.',
  effect: 'read',
  input,
  target: ({ service }) => targetOf(service),
});

/** The call that is asked about: the name of its tool, and arguments as that tool takes them. Throws on what the schema refuses. */
export function callAskedAbout(args: ToolArguments): { readonly tool: string; readonly args: ToolArguments } {
  const { action, service, replicas, revision, ...amounts } = input.parse(args);
  const base = { service, reason: 'what if' };
  switch (action) {
    case 'scale':
      return { tool: action, args: { ...base, replicas } };
    case 'rollback':
      return { tool: action, args: { ...base, revision } };
    case 'adjust_resources':
      return { tool: action, args: { ...base, ...amounts } };
    case 'restart_pods':
    case 'scale_to_zero':
      return { tool: action, args: base };
  }
}
