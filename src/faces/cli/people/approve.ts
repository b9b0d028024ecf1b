import { systemClock } from '../../../adapters/system/systemClock.ts';
import { plainLine } from '../../../kernel/plainText.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { ApprovalCard, ApprovalList, type ApprovalSummary } from '../../../schema/api/approvals.ts';
import { age, EXIT, type Format, type Io, print, table } from '../io.ts';
import { parseService } from '../service.ts';
import { callGateway } from './gatewayClient.ts';
import { type Caller, callerByToken } from './gatewaySession.ts';

interface Flags {
  readonly gateway?: string;
  readonly output: Format;
}
interface ApproveFlags extends Flags {
  readonly once?: boolean;
  readonly raise?: boolean;
  readonly reason?: string;
  readonly confirm?: string;
  readonly wait?: boolean;
}

const LOOK_AGAIN_MS = 1_000;
/** Deciding, a rollout, and the longest stabilisation that anybody waits for at a prompt. */
const PATIENCE_MS = 30 * 60_000;

export async function approvals(io: Io, flags: Flags & { readonly decided?: boolean }): Promise<number> {
  const caller = await callerByToken(flags);
  if (!caller.ok) return failed(io, caller.error);
  const path = `/api/approvals?state=${flags.decided === true ? 'decided' : 'open'}`;
  const answer = await callGateway(caller.value.at, 'GET', path, { as: caller.value.as });
  if (!answer.ok) return failed(io, answer.error.message);
  const list = ApprovalList.safeParse(answer.value.body);
  if (!list.success) return failed(io, 'the gateway speaks another version of the API');
  const now = answer.value.servedAt ?? systemClock.now();
  print(io, flags.output, list.data, () =>
    list.data.items.length === 0
      ? flags.decided === true
        ? 'nothing was decided yet\n'
        : 'nothing waits for an answer; what was asked a moment ago is opened at the executor’s next look\n'
      : table(
          [
            'REQUEST',
            'SERVICE',
            'CHANGE',
            'BY',
            'RISK',
            'VOTES',
            flags.decided === true ? 'ANSWER' : 'DECIDE WITHIN',
            'WHY',
          ],
          list.data.items.map((one) => [
            `${one.namespace}/${one.name}`,
            one.service,
            `${one.before} -> ${one.after}`,
            byWhom(one),
            one.risk,
            `${one.votes}/${one.quorum}`,
            flags.decided === true ? (one.answer ?? one.phase) : age(now, Date.parse(one.decideBy)),
            reasonOf(one) ?? one.why,
          ]),
        ),
  );
  return EXIT.ok;
}

export async function approve(io: Io, text: string, flags: ApproveFlags): Promise<number> {
  if (flags.once === true && flags.raise === true) {
    io.err('fairlead: either --once or --raise\n');
    return EXIT.usage;
  }
  const found = await requestAt(io, text, flags);
  if (typeof found === 'number') return found;
  const { caller, card, path } = found;
  const body = ballotOf(card, flags);
  if (!body.ok) return failed(io, body.error);
  const voted = await vote(caller, path, body.value);
  if (!voted.ok) return failed(io, voted.error);
  const words = `${approvedWords(voted.value, caller.me.name)}: ${what(card)}`;
  if (flags.wait !== true) return told(io, flags, voted.value, words);
  io.err(`${words}\n  ${line(askedWords(voted.value))}\n`);
  return waited(io, flags, caller, path, card);
}

/** Whether it was once or raised, which without a flag the blueprint says: of all together where it is decided, else of this vote. */
function approvedWords({ phase, answer, given }: ApprovalCard, name: string): string {
  if (answer !== undefined && (phase === 'Approved' || phase === 'Consumed')) return line(answer);
  const mine = given.findLast(({ by, vote }) => by === name && vote === 'approve');
  if (mine?.choice === undefined) return 'approved';
  return mine.choice === 'once' ? 'approved once' : 'approved, and to be raised';
}

/** What is sent, or what it lacks. */
function ballotOf(card: ApprovalCard, flags: ApproveFlags): Result<object, string> {
  const { may, asks, risk } = card;
  if (!may.approve) return err(line(may.why ?? 'you cannot approve this'));
  if (flags.raise === true && !may.raise)
    return err(line(`the limit cannot be raised here: ${may.why ?? 'only --once'}`));
  if (asks.comment && (flags.reason ?? '').trim() === '')
    return err(`the risk is ${risk}: --reason says why it is right`);
  if (asks.typed !== undefined && flags.confirm !== asks.typed) {
    return err(line(`the risk is ${risk}: write --confirm ${asks.typed}`));
  }
  const choice = flags.once === true ? 'once' : flags.raise === true ? 'update_blueprint' : undefined;
  return ok({
    digest: card.digest,
    vote: 'approve',
    ...(choice && { choice }),
    ...(flags.reason && { comment: flags.reason }),
    ...(flags.confirm && { typed: flags.confirm }),
  });
}

export async function reject(io: Io, text: string, flags: Flags & { readonly reason: string }): Promise<number> {
  const found = await requestAt(io, text, flags);
  if (typeof found === 'number') return found;
  const { caller, card, path } = found;
  const voted = await vote(caller, path, { digest: card.digest, vote: 'reject', comment: flags.reason });
  return voted.ok ? told(io, flags, voted.value, `rejected: ${what(card)}`) : failed(io, voted.error);
}

interface Found {
  readonly caller: Caller;
  readonly card: ApprovalCard;
  readonly path: string;
}

async function requestAt(io: Io, text: string, flags: Flags): Promise<Found | number> {
  const where = parseService(text);
  if (!where.ok) {
    io.err(`fairlead: "${text}" is no request: write namespace/name, as fairlead approvals lists them\n`);
    return EXIT.usage;
  }
  const caller = await callerByToken(flags);
  if (!caller.ok) return failed(io, caller.error);
  const path = `/api/approvals/${encodeURIComponent(where.value.namespace)}/${encodeURIComponent(where.value.name)}`;
  const card = await cardAt(caller.value, path);
  return card.ok ? { caller: caller.value, card: card.value, path } : failed(io, card.error);
}

async function cardAt({ at, as }: Caller, path: string): Promise<Result<ApprovalCard, string>> {
  const answer = await callGateway(at, 'GET', path, { as });
  return answer.ok ? asCard(answer.value.body) : err(answer.error.message);
}

async function vote({ at, as }: Caller, path: string, body: object): Promise<Result<ApprovalCard, string>> {
  const answer = await callGateway(at, 'POST', `${path}/vote`, { as, body });
  return answer.ok ? asCard(answer.value.body) : err(answer.error.message);
}

function asCard(body: unknown): Result<ApprovalCard, string> {
  const card = ApprovalCard.safeParse(body);
  return card.success ? ok(card.data) : err('the gateway speaks another version of the API');
}

/** Follows what becomes of an approval, telling each step once. */
async function waited(io: Io, flags: Flags, caller: Caller, path: string, asked: ApprovalCard): Promise<number> {
  const told = new Set<string>();
  for (const until = systemClock.now() + PATIENCE_MS; systemClock.now() < until; ) {
    const card = await cardAt(caller, path);
    if (!card.ok) io.err(`fairlead: ${card.error}\n`);
    else {
      for (const { step, state, text } of card.value.receipt) {
        if (state === 'waiting' || told.has(`${step} ${state}`)) continue;
        told.add(`${step} ${state}`);
        io.err(`${line(`${step}: ${text}`)}\n`);
      }
      const ended = outcomeOf(card.value);
      if (ended !== undefined) {
        print(io, flags.output, card.value, () => `${line(`${what(asked)}: ${card.value.outcome ?? ended}`)}\n`);
        return ended === 'done' ? EXIT.ok : EXIT.failed;
      }
    }
    await systemClock.sleep(LOOK_AGAIN_MS, io.signal);
    if (io.signal.aborted) return EXIT.failed;
  }
  return failed(
    io,
    `still not at its end after ${PATIENCE_MS / 60_000} min; fairlead why ${line(asked.decision)} tells more`,
  );
}

function outcomeOf({ phase, receipt }: ApprovalCard): 'done' | 'failed' | undefined {
  if (phase === 'Rejected' || phase === 'Expired' || phase === 'Superseded') return 'failed';
  if (receipt.some(({ state }) => state === 'failed')) return 'failed';
  return receipt.length > 0 && receipt.every(({ state }) => state === 'done') ? 'done' : undefined;
}

function told(io: Io, flags: Flags, card: ApprovalCard, words: string): number {
  const missing = card.phase === 'Pending' ? `; ${card.votes} of ${card.quorum} votes` : '';
  print(io, flags.output, card, () => `${words}${missing}\n  ${line(askedWords(card))}\n`);
  return EXIT.ok;
}

/** A name is a person's only where the gateway vouches for it. */
const byWhom = ({ requester }: ApprovalSummary): string =>
  requester === undefined ? '-' : `${requester.name}${requester.kind === 'person' ? '' : ' (agent)'}`;

/** Of a person who asked, quoted: nobody checked it. */
const reasonOf = ({ reason }: ApprovalSummary): string | undefined => reason && `"${reason}"`;

const askedWords = (card: ApprovalCard): string =>
  [`asked for by ${byWhom(card)}`, reasonOf(card)].filter((part) => part !== undefined).join(': ');

const what = ({ service, before, after }: ApprovalCard): string => line(`${service}, ${before} -> ${after}`);

/** The gateway's words, which may be anybody's: one line that draws nothing. */
const line = (words: string): string => plainLine(words, 2_000);

function failed(io: Io, words: string): number {
  io.err(`fairlead: ${words}\n`);
  return EXIT.failed;
}
