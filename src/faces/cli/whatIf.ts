import { createLog } from '../../adapters/pino/log.ts';
import { systemIds } from '../../adapters/system/systemIds.ts';
import { alternativeLines, type JudgeDeps, judgeOnly, viewOf } from '../../calls/judge.ts';
import { composeObserver } from '../../compose.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { headline } from '../../schema/headline.ts';
import { KINDS } from '../../schema/kube.ts';
import type { Request, Requester } from '../../schema/request.ts';
import type { Verdict } from '../../schema/verdict.ts';
import type { AskingFlags } from './flags.ts';
import { EXIT, type Io, print } from './io.ts';
import { metricsSource } from './metricsSource.ts';
import { type ChangeAsked, type ChangeFlags, changeAsked } from './people/changeAsked.ts';
import { parseService } from './service.ts';
import { openGoverned, type Session, trouble } from './session.ts';

/**
 * One look at the cluster with the person's own rights, then the gate. Nothing is asked for and nothing is written. The
 * history of a long-running process is not there, so rules that need it answer for the worst case.
 */
export async function whatIf(
  io: Io,
  operation: string,
  service: string,
  flags: AskingFlags & ChangeFlags & { readonly as: Requester['kind'] },
): Promise<number> {
  const wanted = parseService(service);
  if (!wanted.ok) {
    io.err(`fairlead: ${wanted.error}\n`);
    return EXIT.usage;
  }
  const asked = changeAsked('what-if', operation, service, flags);
  if (!asked.ok) {
    io.err(`fairlead: ${asked.error}\n`);
    return EXIT.usage;
  }
  const { note } = asked.value;
  if (note !== undefined) io.err(`fairlead: ${note}\n`);
  const session = await openGoverned(io, flags);
  if (session === undefined) return EXIT.failed;
  const looked = await lookOnce(session, flags.namespace, io.signal);
  const view = looked.ok ? viewOf(looked.value, wanted.value) : undefined;
  if (view === undefined) {
    const none = `no blueprint governs ${service}; fairlead status lists them`;
    io.err(`fairlead: ${looked.ok ? none : looked.error}\n`);
    return EXIT.failed;
  }
  const facts = { clock: session.clock, ownNamespace: flags.namespace };
  const { verdict, alternatives } = judgedHere(asked.value, { target: wanted.value, view }, flags.as, facts);
  print(io, flags.output, { verdict, alternatives }, () =>
    [
      `${asked.value.words} on ${service}: ${headline(verdict)}`,
      ...verdict.findings.map((f) => `  ${f.effect.padEnd(8)} ${f.rule.padEnd(4)} ${f.code}: ${f.message}`),
      ...(verdict.findings.some(({ code }) => OF_HISTORY.has(code)) ? [momentLine(service)] : []),
      ...(flags.as === 'agent' ? ["  judged as an agent's wish; --as person judges a person's request"] : []),
      ...(alternatives.length > 0 ? ['instead:', ...alternatives.map((line) => `  ${line}`)] : []),
      '',
    ].join('\n'),
  );
  return verdict.authority === 'forbidden' ? EXIT.failed : EXIT.ok;
}

/** Findings that may come out otherwise for a process that has watched for longer than this one look. */
const OF_HISTORY: ReadonlySet<string> = new Set(['ShortHistory', 'NeededLately']);

const momentLine = (service: string): string =>
  `  what-if looks for a moment and has no history; a controller that runs has watched for longer: fairlead decisions ${service} lists what it asked for, and fairlead why tells how it was judged`;

/** The gate's answer to a change on what was seen, as if it had been asked for. */
export function judgedHere(
  { tool, args, wanted }: ChangeAsked,
  { target, view }: { readonly target: Request['target']; readonly view: ServiceView },
  as: Requester['kind'],
  facts: Pick<JudgeDeps, 'clock' | 'ownNamespace'>,
): { readonly verdict: Verdict; readonly alternatives: readonly string[] } {
  const effect = wanted === undefined ? 'unknown' : 'change';
  const asked = { tool, effect, args: { ...args, reason: 'what if' }, ...(wanted && { wanted }), target } as const;
  // Without a login nobody's name counts: judged as an agent's, the stricter of the two, unless asked otherwise.
  const judged = judgeOnly(facts, view, asked, { id: 'what-if', requester: { kind: as, name: 'what-if' } });
  return { verdict: judged.verdict, alternatives: alternativeLines(facts, judged) };
}

/** Every service as one pass sees it, or why blueprints cannot be read: none seen must not pass for none there. */
export async function lookOnce(
  session: Session,
  ownNamespace: string,
  signal: AbortSignal,
): Promise<Result<readonly ServiceView[], string>> {
  const { reader, records } = session.cluster;
  const readable = await reader.list(KINDS.Blueprint);
  if (!readable.ok) return err(trouble(session, 'blueprints cannot be read', readable.error));
  const observer = composeObserver({
    reader,
    records,
    metrics: await metricsSource(session),
    clock: session.clock,
    ids: systemIds,
    log: createLog({ to: 'stderr', level: 'error' }),
    ownNamespace,
  });
  const stop = new AbortController();
  await observer.start(AbortSignal.any([signal, stop.signal]));
  try {
    return ok(await observer.pass());
  } finally {
    stop.abort();
  }
}
