import { z } from 'zod';
import { Reason } from './reason.ts';
import { Revision } from './revision.ts';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

export const rollback = defineTool({
  name: 'rollback',
  summary:
    'Propose to put an earlier version of one service back, after a rollout that broke it. Rules decide whether it happens.',
  effect: 'change',
  input: z.strictObject({
    service: Service,
    revision: Revision.describe('The revision to go back to, or null for the newest earlier one that was healthy.'),
    reason: Reason,
  }),
  wanted: ({ revision }) => ({ kind: 'rollback', revision }),
  target: ({ service }) => targetOf(service),
});
