import { z } from 'zod';
import { Reason } from '../../../tools/reason.ts';
import { PairName, recordName } from '../services.ts';
import { ours } from '../told.ts';
import { defineMcpTool, refused, told, unjudged } from '../tool.ts';

export const reject = defineMcpTool({
  name: 'fairlead_reject',
  title: 'Reject',
  description:
    'Say no to a request that waits, as the person you speak for, if they are one of its approvers or asked for it. For good.',
  scope: 'propose',
  role: 'operator',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  input: z.strictObject({ approval: PairName, reason: Reason }),
  output: z.object({ approval: z.string(), phase: z.string() }),
  async run({ approval, reason }, { desk, caller }) {
    if (desk.effects === undefined)
      return refused('Nothing can be rejected here: log in at a gateway (fairlead login).');
    const done = await desk.effects.reject(caller, recordName(approval), reason);
    return done.ok
      ? told(`${approval} is rejected in the name of ${ours(caller.who.name, 64)}: what it asked for is not done.`, {
          approval,
          phase: 'Rejected',
        })
      : unjudged(`Not rejected: ${ours(done.error.message)}. fairlead_approvals tells how it stands.`);
  },
});
