import { systemClock } from '../../../adapters/system/systemClock.ts';
import { plainLine } from '../../../kernel/plainText.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { ApprovalCard } from '../../../schema/api/approvals.ts';
import { Me } from '../../../schema/api/people.ts';
import { DecisionDetail } from '../../../schema/api/records.ts';
import { RequestAnswer } from '../../../schema/api/requests.ts';
import { FINAL } from '../../../schema/records.ts';
import { unheardLine } from '../heldLease.ts';
import { EXIT, type Format, type Io, print } from '../io.ts';
import { parseScope, parseService } from '../service.ts';
import { openSession } from '../session.ts';
import { type ChangeFlags, changeAsked } from './changeAsked.ts';
import { callGateway } from './gatewayClient.ts';
import { type Caller, callerByToken } from './gatewaySession.ts';

interface RequestFlags extends ChangeFlags {
  readonly gateway?: string;
  readonly output: Format;
  readonly reason: string;
  readonly wait?: boolean;
}

const LOOK_AGAIN_MS = 1_000;
/** An executor that is there looks within seconds; a gateway that is there answers within one. */
const UNSEEN_MS = 120_000;
const LONGEST_REASON = 1_000;

/** Asks for a change through the gateway, in the name of whoever is logged in. */
export async function request(io: Io, operation: string, service: string, flags: RequestFlags): Promise<number> {
  const usage = (words: string): number => {
    io.err(`fairlead: ${words}\n`);
    return EXIT.usage;
  };
  const target = parseService(service);
  if (!target.ok) return usage(target.error);
  const asked = changeAsked('request', operation, service, flags);
  if (!asked.ok) return usage(asked.error);
  const reason = flags.reason.trim();
  if (reason === '' || reason.length > LONGEST_REASON) {
    return usage(`--reason wants a few words for those who decide, at most ${LONGEST_REASON} characters`);
  }
  const caller = await callerByToken(flags);
  if (!caller.ok) return failed(io, caller.error);
  const { tool, args, words, note } = asked.value;
  if (note !== undefined) io.err(`fairlead: ${note}\n`);
  const body = { tool, arguments: args, reason };
  const { at, as } = caller.value;
  const answer = await callGateway(at, 'POST', '/api/requests', { as, body });
  if (!answer.ok) {
    const lost = answer.error.status === 0 ? '\n  it may have been asked for: the same request again finds it' : '';
    return failed(io, `${answer.error.message}${lost}`);
  }
  const told = RequestAnswer.safeParse(answer.value.body);
  if (!told.success) return failed(io, OTHER_VERSION);
  return tell(io, flags, caller.value, told.data, `${words} on ${service}`);
}

const MOST_WORDS = 2_000;
/** Of a gateway's words one line, which draws nothing and passes for none of ours. */
const plain = (text: string): string => plainLine(text, MOST_WORDS);

const OTHER_VERSION = 'the gateway speaks another version of the API';

async function tell(io: Io, flags: RequestFlags, caller: Caller, answer: RequestAnswer, what: string): Promise<number> {
  const { verdict, decision, approval } = answer;
  const isNo = verdict.authority === 'forbidden' || answer.rejected !== undefined;
  const page = approval && plain(`${caller.at.url}${approval.page}`);
  const said = { ...answer, ...(approval && { approval: { ...approval, page } }) };
  const unheard = decision && !isNo ? await unheardHere(io, caller, decision) : '';
  const table = (): string =>
    `${textOf(answer, { what, page, name: caller.me.name })}${unheard && `${plain(unheard)}\n`}`;
  if (flags.wait !== true || decision === undefined || isNo) {
    print(io, flags.output, said, table);
    return isNo ? EXIT.failed : EXIT.ok;
  }
  if (flags.output === 'table') print(io, 'table', said, table);
  else if (page !== undefined) io.err(`people decide at ${page}\n`);
  const ended = await follow(io, caller, decision, approval);
  if (!ended.ok) return ended.error === '' ? EXIT.failed : failed(io, ended.error);
  const { namespace, name, phase, reason, message } = ended.value;
  const outcome = { decision: { namespace, name }, phase, reason, message };
  print(io, flags.output, { ...said, outcome }, () => `${plain(`${what}: ${phase}, ${message}`)}\n`);
  return phase === 'Succeeded' ? EXIT.ok : EXIT.failed;
}

/** What this shell's own cluster says of the executor, where there is one; a question beside the request, which fails nothing. */
async function unheardHere(io: Io, caller: Caller, decision: Where): Promise<string> {
  const session = await openSession({ ...io, err: () => undefined }, {});
  if (session === undefined) return '';
  try {
    const ownNamespace = await ownNamespaceOf(caller);
    if (ownNamespace === undefined) return '';
    const { cluster, clock } = session;
    return await unheardLine({ reader: cluster.reader, ownNamespace, now: () => clock.now() }, decision);
  } finally {
    session.cluster.close();
  }
}

/** Of the installation that the gateway belongs to. */
async function ownNamespaceOf({ at, as }: Caller): Promise<string | undefined> {
  const answer = await callGateway(at, 'GET', '/api/me', { as });
  const me = Me.safeParse(answer.ok ? answer.value.body : undefined);
  const scope = parseScope(`${me.data?.namespace ?? ''}/`);
  return scope.ok ? scope.value.namespace : undefined;
}

function textOf(
  { headline, verdict, alternatives, decision, approval, again, rejected, text }: RequestAnswer,
  { what, page, name }: { readonly what: string; readonly page: string | undefined; readonly name: string },
): string {
  const where = decision && `${decision.namespace}/${decision.name}`;
  return [
    plain(`${what}: ${headline}`),
    ...verdict.findings.map(
      (f) => `  ${f.effect.padEnd(8)} ${plain(f.rule).padEnd(4)} ${plain(`${f.code}: ${f.message}`)}`,
    ),
    ...(alternatives.length > 0 ? ['instead:', ...alternatives.map((line) => `  ${plain(line)}`)] : []),
    ...(where === undefined
      ? [verdict.authority === 'forbidden' ? 'not asked for: no blueprint governs it' : plain(text)]
      : [plain(`${again ? 'asked for already' : `asked for by ${name}`}: fairlead why ${where}`)]),
    ...(rejected === undefined
      ? []
      : [plain(`${rejected.message}; the same may be asked again from ${rejected.askAgainAt} on`)]),
    ...(approval === undefined ? [] : [`people decide, and not who asked: ${page}`]),
    '',
  ].join('\n');
}

interface Where {
  readonly namespace: string;
  readonly name: string;
}

/** Tells each step once until the Decision ends; of one that was merged into another, that other's. An empty error: Ctrl-C. */
async function follow(
  io: Io,
  caller: Caller,
  first: Where,
  approval: Where | undefined,
): Promise<Result<DecisionDetail, string>> {
  const told = new Set<string>();
  let at = first;
  let trouble = '';
  for (let since = systemClock.now(); systemClock.now() - since <= UNSEEN_MS; ) {
    const read = await detailOf(caller, at);
    if (!read.ok && read.error !== trouble) io.err(`fairlead: ${read.error}\n`);
    trouble = read.ok ? '' : read.error;
    if (read.ok) {
      tellSteps(io, told, read.value);
      const next = await mergedInto(caller, read.value, approval);
      if (next === undefined && isEnded(read.value)) return read;
      at = next ?? at;
      if (read.value.phase !== 'Pending') since = systemClock.now();
    }
    await systemClock.sleep(LOOK_AGAIN_MS, io.signal);
    if (io.signal.aborted) return err('');
  }
  return err(trouble === '' ? `no executor looked at it within ${UNSEEN_MS / 60_000} min: is one running?` : trouble);
}

const isEnded = ({ phase }: DecisionDetail): boolean => (FINAL as ReadonlySet<string>).has(phase);

function tellSteps(io: Io, told: Set<string>, { name, steps }: DecisionDetail): void {
  for (const { at, title, text } of steps) {
    const key = `${name} ${at} ${title}`;
    if (!told.has(key)) io.err(`${plain(`${title}: ${text}`)}\n`);
    told.add(key);
  }
}

async function detailOf({ at, as }: Caller, where: Where): Promise<Result<DecisionDetail, string>> {
  const answer = await callGateway(at, 'GET', `/api/decisions/${pathOf(where)}`, { as });
  if (!answer.ok) return err(answer.error.message);
  const detail = DecisionDetail.safeParse(answer.value.body);
  return detail.success ? ok(detail.data) : err(OTHER_VERSION);
}

/** The Decision whose request this one was merged into. */
async function mergedInto(
  { at, as }: Caller,
  { phase, reason, namespace, name }: DecisionDetail,
  approval: Where | undefined,
): Promise<Where | undefined> {
  if (phase !== 'Superseded' || reason !== 'Merged' || approval === undefined) return undefined;
  const answer = await callGateway(at, 'GET', `/api/approvals/${pathOf(approval)}`, { as });
  const card = ApprovalCard.safeParse(answer.ok ? answer.value.body : undefined);
  return card.success && card.data.decision !== name ? { namespace, name: card.data.decision } : undefined;
}

const pathOf = ({ namespace, name }: Where): string => `${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;

function failed(io: Io, words: string): number {
  io.err(`fairlead: ${words}\n`);
  return EXIT.failed;
}
