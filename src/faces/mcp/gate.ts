import { answerCall } from '../../calls/answerCall.ts';
import { type Judged, judgeCall } from '../../calls/judge.ts';
import { plainLine } from '../../kernel/plainText.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { headline } from '../../schema/headline.ts';
import type { JudgedCall } from '../../schema/judgedCall.ts';
import type { Verdict } from '../../schema/verdict.ts';
import { TOOLS } from '../../tools/catalog.ts';
import { type Caller, type McpDesk, placeName } from './desk.ts';
import { type Asked, serviceNames, serviceOfRecord } from './services.ts';
import { gateWords, lines, ours, repeatedIn } from './told.ts';
import { type Answer, type Call, refused } from './tool.ts';

/** A read of the catalogue as this person asks for it. */
export interface CatalogRead {
  readonly tool: string;
  readonly args?: Readonly<Record<string, unknown>>;
  /** Undefined: it is about no service in particular. */
  readonly of: Pick<Asked, 'namespace' | 'target' | 'view'> | undefined;
}

/** Judges a read by the same gate as any call, on record with who asked and through what. Refused or not on record: told so. */
export async function judged(
  { desk, caller }: Call,
  { tool, args = {}, of }: CatalogRead,
): Promise<Result<Judged, Answer>> {
  const target = of === undefined ? { namespace: '', name: '' } : { namespace: of.namespace, name: of.target };
  const known = TOOLS.find(({ name }) => name === tool);
  const asked = { tool, effect: 'read', args: { ...(of && { service: placeName(target) }), ...args }, target } as const;
  const requester = { kind: 'person', name: caller.who.name } as const;
  const done = await judgeCall(desk.calls, asked, requester, runOf(caller), { client: caller.client });
  if (!done.ok) return err(notRecorded(done.error));
  const { verdict } = done.value;
  if (verdict.authority !== 'forbidden' && known !== undefined) return ok(done.value);
  const next =
    of?.view === undefined
      ? `The services are: ${serviceNames(desk).slice(0, 20).join(', ') || 'none'}.`
      : tool === 'get_logs'
        ? 'Ask for events or workload instead; logs are read where the blueprint says logs: allowed.'
        : 'fairlead_overview says how its blueprint stands.';
  return err(refusalOf(verdict, [], next));
}

/** To look at a record is to look at its service; `blueprint` is undefined where there is no such record. */
export const readOfRecord = (
  desk: McpDesk,
  tool: string,
  {
    what,
    namespace,
    blueprint,
  }: { readonly what: string; readonly namespace: string; readonly blueprint: string | undefined },
): CatalogRead =>
  blueprint === undefined
    ? { tool: 'list_services', args: { of: what }, of: undefined }
    : { tool, of: serviceOfRecord(desk, namespace, blueprint) };

/** The plain data that an agent would be given for this read. */
export async function answered(call: Call, read: CatalogRead): Promise<Result<unknown, Answer>> {
  const asked = await judged(call, read);
  if (!asked.ok) return asked;
  const answer: JudgedCall = await answerCall(call.desk.calls, asked.value);
  if (answer.kind === 'answered') return ok(answer.data);
  if (answer.kind === 'failed')
    return err(refused(`It cannot be read now: ${ours(answer.message)}. Try again, or ask for other evidence.`));
  return err(refused('It was not answered.'));
}

/** Records of one chat stand together by who it was. */
export const runOf = ({ who }: Caller): string => `chat ${who.name}`.slice(0, 120);

/** What a person tried that there is nothing to judge in. `what` goes on in the third person. */
export async function noted({ desk, caller }: Call, what: string): Promise<Result<void, Answer>> {
  const data = { who: caller.who.name, what: plainLine(what, 400), client: caller.client };
  const logged = await desk.calls.journal.append({ kind: 'access', subject: runOf(caller), data });
  return logged.ok ? ok(undefined) : err(notRecorded(logged.error.message));
}

export const notRecorded = (why: string): Answer =>
  refused(
    `Nothing was done: the call cannot be put on record (${ours(why, 120)}), and nothing happens off the record. A person has to look at the gateway's disk.`,
  );

/** A refusal: which rules, what would be allowed instead, what to do next. */
export function refusalOf(verdict: Verdict, instead: readonly string[], next: string): Answer {
  const found = verdict.findings.filter(({ effect }) => effect !== 'note');
  const repeated = found.flatMap(({ values }) => repeatedIn(values));
  return refused(
    lines(
      `Refused. ${gateWords(headline(verdict), 300, repeated)}`,
      ...found.slice(0, 8).map(({ rule, code, message }) => `- ${rule} ${code}: ${gateWords(message, 300, repeated)}`),
      instead.length > 0 && `Instead: ${instead.map((line) => gateWords(line)).join('; ')}`,
      `Next: ${next}`,
    ),
  );
}
