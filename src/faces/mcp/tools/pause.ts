import { z } from 'zod';
import type { HoldScope } from '../../../gateway/holds.ts';
import { Reason } from '../../../tools/reason.ts';
import { noted } from '../gate.ts';
import { recordName } from '../services.ts';
import { ours } from '../told.ts';
import { defineMcpTool, refused, told, unjudged } from '../tool.ts';

const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const EVERYTHING = 'everything';

/** Only the widest pause is offered: a narrower one would take the place of a wider one that stands there already. */
export const pause = defineMcpTool({
  name: 'fairlead_pause',
  title: 'Pause',
  description:
    'No new changes of a service, a namespace or everything; undo goes on. Resuming is for people, on the page or at the prompt.',
  scope: 'propose',
  role: 'operator',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input: z.strictObject({
    scope: z.string().max(317).describe(`namespace/name, a namespace, or "${EVERYTHING}"`),
    reason: Reason,
  }),
  output: z.object({ scope: z.string(), paused: z.boolean(), by: z.string() }),
  async run({ scope, reason }, call) {
    const { desk, caller } = call;
    if (desk.effects === undefined) return refused('Nothing can be paused here: log in at a gateway (fairlead login).');
    const where = scopeOf(scope);
    if (where === 'none') return unjudged(`scope: write namespace/name, a namespace, or "${EVERYTHING}".`);
    const done = await desk.effects.pause(caller, where, reason);
    if (!done.ok) return unjudged(`Not paused: ${ours(done.error.message)}`);
    // A pause goes through also where nothing can be written down.
    if (done.value.already !== undefined) await noted(call, `paused ${scope}, which was paused already`);
    const by = ours(done.value.already ?? caller.who.name, 64);
    const words = done.value.already === undefined ? 'is paused' : `was paused already by ${by}`;
    return told(
      `${scope} ${words}: no new changes, undo goes on. People resume it on the page, or with fairlead resume.`,
      {
        scope,
        paused: true,
        by,
      },
    );
  },
});

function scopeOf(scope: string): HoldScope | 'none' {
  if (scope === EVERYTHING) return undefined;
  if (NAMESPACE.test(scope)) return { namespace: scope };
  try {
    return recordName(scope);
  } catch {
    return 'none';
  }
}
