import { isoInstant } from '../../kernel/instant.ts';
import type { Verdict } from '../../schema/verdict.ts';
import { type Named, placeName } from './desk.ts';
import { linkTo } from './rows.ts';
import { serviceAsked } from './services.ts';
import { lines, ours, theirs } from './told.ts';
import { type Answer, type Call, refused, told, unjudged } from './tool.ts';
import { judgementOf } from './tools/whatIf.ts';
import { type WishFields, worded } from './wishes.ts';

/** How long the answer waits until the executor has put a request to people, so that its link leads somewhere. */
const ASKED_MS = 5_000;
const LOOK_EVERY_MS = 250;

/** Asks for it in the person's name, and tells what the rules made of it. */
export async function propose(call: Call, fields: WishFields, reason: string, asksPeople: boolean): Promise<Answer> {
  const { desk, caller } = call;
  if (desk.effects === undefined)
    return refused('Nothing can be asked for here: log in at a gateway (fairlead login).');
  const { namespace, target } = serviceAsked(desk, fields.service);
  const wish = worded({ ...fields, service: `${namespace}/${target}` });
  if (!wish.ok) return unjudged(`Not understood: ${wish.error}. Nothing was asked for.`);
  const { tool, args, about } = wish.value;
  const asked = asksPeople && about !== undefined ? { tool: 'request_approval', args: about } : { tool, args };
  const done = await desk.effects.propose(caller, { tool: asked.tool, arguments: asked.args, reason });
  if (!done.ok) return unjudged(`Not asked for: ${ours(done.error.message)}`);
  const { verdict, alternatives, decision, approval, again, rejected } = done.value;
  if (decision === undefined) {
    const then = verdict.authority === 'allowed' ? 'Nothing was asked for: call fairlead_propose.' : undefined;
    const { text, data } = judgementOf(verdict, alternatives, then);
    return told(text, data);
  }
  const isOpen = approval !== undefined && (await isAsked(call, approval));
  const link = approval
    ? linkTo(desk, 'approvals', approval.namespace, approval.name)
    : linkTo(desk, 'decisions', decision.namespace, decision.name);
  const record = placeName(decision);
  const then =
    rejected === undefined
      ? nextStep(record, verdict, approval && link, isOpen)
      : `Tell the person: it was rejected (${theirs(rejected.message)}), nobody is asked now, and the same may be asked again from ${ours(rejected.askAgainAt)} on.`;
  const { text, data } = judgementOf(verdict, alternatives, then);
  const name = `On record as ${record}, in the name of ${ours(caller.who.name, 64)}${again ? ', who asked for the same before' : ''}.`;
  return told(lines(name, text), {
    ...data,
    decision: record,
    again,
    ...(approval && { approval: placeName(approval) }),
    ...(rejected && { askAgainAt: rejected.askAgainAt }),
    ...(link !== undefined && { link }),
  });
}

function nextStep(
  decision: string,
  { authority, wait }: Verdict,
  link: string | undefined,
  isOpen: boolean,
): string | undefined {
  const follow = `fairlead_why with decision ${decision} and wait_seconds tells how it goes.`;
  if (authority === 'forbidden') return undefined;
  if (authority === 'allowed') {
    const until = wait?.until === undefined ? 'what holds it back has cleared' : isoInstant(wait.until);
    const when = wait === undefined ? 'and does it' : `when ${until}; after ten minutes of waiting it lapses`;
    return `The executor judges it once more ${when}. ${follow}`;
  }
  const where = link ?? 'on the page of the gateway';
  return isOpen
    ? `People other than the one who asked approve or reject it: ${where} - ${follow}`
    : `The approvers are about to be asked: ${where} - ${follow}`;
}

async function isAsked({ desk, signal, progress }: Call, request: Named): Promise<boolean> {
  const { clock } = desk.calls;
  const until = clock.now() + ASKED_MS;
  await progress(0, 1, 'the approvers are being asked');
  for (;;) {
    if ((await desk.effects?.isAsked(request)) === true) return true;
    if (clock.now() >= until || signal.aborted) return false;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
