import { z } from 'zod';
import { Reason } from '../../../tools/reason.ts';
import { propose as asked } from '../proposing.ts';
import { defineMcpTool } from '../tool.ts';
import { WISH_FIELDS } from '../wishes.ts';
import { Judgement } from './whatIf.ts';

const Proposal = z.object({
  ...Judgement,
  decision: z.string().optional(),
  approval: z.string().optional(),
  link: z.string().optional(),
});
const input = z.strictObject({ ...WISH_FIELDS, reason: Reason });

export const propose = defineMcpTool({
  name: 'fairlead_propose',
  title: 'Propose',
  description:
    'Ask for an operation in the name of the person you speak for. Rules decide: done, put to approvers (answers with the link for them), made to wait, or refused with what is possible instead.',
  scope: 'propose',
  role: 'operator',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  input,
  output: Proposal,
  run: ({ reason, ...fields }, call) => asked(call, fields, reason, false),
});

export const requestApproval = defineMcpTool({
  name: 'fairlead_request_approval',
  title: 'Request approval',
  description: 'Ask approvers for an operation that the rules call restricted. Refused where nobody has to be asked.',
  scope: 'propose',
  role: 'operator',
  // With the approval that it asks for the operation is carried out.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  input,
  output: Proposal,
  run: ({ reason, ...fields }, call) => asked(call, fields, reason, true),
});
