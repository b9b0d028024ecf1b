import { z } from 'zod';
import { AMOUNTS, type Amounts } from '../schema/resources.ts';
import { AMOUNT_FIELDS } from './amounts.ts';
import { CHANGE_NAMES } from './changeNames.ts';
import { Replicas } from './replicas.ts';
import { Revision } from './revision.ts';
import { Service } from './service.ts';
import type { ToolArguments } from './tool.ts';

/** A change that is spoken about and not called: which one, and with what. */
export const CHANGE_FIELDS = {
  service: Service,
  action: z.enum(CHANGE_NAMES).describe('The change to ask about.'),
  replicas: Replicas.nullable().default(null).describe('For scale: the number of replicas; else null.'),
  ...AMOUNT_FIELDS,
  revision: Revision.describe('For rollback: the revision, or null for the newest earlier healthy one; else null.'),
};

const Fields = z.strictObject(CHANGE_FIELDS);
type Fields = z.output<typeof Fields>;

const RULES: readonly { readonly path: string; readonly message: string; holds(fields: Fields): boolean }[] = [
  {
    path: 'replicas',
    message: 'must be a whole number for scale and null for anything else',
    holds: ({ action, replicas }) => (action === 'scale') === (replicas !== null),
  },
  {
    path: 'action',
    message: 'adjust_resources wants at least one of the four amounts, and anything else none',
    holds: (fields) => (fields.action === 'adjust_resources') === AMOUNTS.some((name) => fields[name] !== null),
  },
  {
    path: 'revision',
    message: 'must be null for anything but rollback',
    holds: ({ action, revision }) => action === 'rollback' || revision === null,
  },
];

/** What the fields must be together: for `superRefine`. */
export function checkChange(fields: Fields, context: z.core.$RefinementCtx<Fields>): void {
  for (const { path, message, holds } of RULES) {
    if (!holds(fields)) context.addIssue({ code: 'custom', path: [path], message });
  }
}

/** The call that is spoken about: the name of its tool, and arguments as that tool takes them. */
export function changeCall(fields: Fields, reason: string): { readonly tool: string; readonly args: ToolArguments } {
  const { action, service, replicas, revision } = fields;
  const base = { service, reason };
  switch (action) {
    case 'scale':
      return { tool: action, args: { ...base, replicas } };
    case 'rollback':
      return { tool: action, args: { ...base, revision } };
    case 'adjust_resources':
      return { tool: action, args: { ...base, ...amountsOf(fields) } };
    case 'restart_pods':
    case 'scale_to_zero':
      return { tool: action, args: base };
  }
}

const amountsOf = (fields: Fields): Record<keyof Amounts, string | null> => ({
  cpu_request: fields.cpu_request,
  cpu_limit: fields.cpu_limit,
  memory_request: fields.memory_request,
  memory_limit: fields.memory_limit,
});
