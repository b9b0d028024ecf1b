import { KubernetesMetrics } from '../../adapters/metrics/kubernetesMetrics.ts';
import { createLog } from '../../adapters/pino/log.ts';
import { systemIds } from '../../adapters/system/systemIds.ts';
import { alternativeLines, viewOf } from '../../calls/judge.ts';
import { composeObserver } from '../../compose.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { gateInput } from '../../observe/gateInput.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { decide } from '../../policy/decide.ts';
import type { Wanted } from '../../schema/change.ts';
import { headline } from '../../schema/headline.ts';
import { KINDS } from '../../schema/kube.ts';
import type { Request, Requester } from '../../schema/request.ts';
import { argumentsOf, wishWords } from '../../schema/wish.ts';
import { TOOLS } from '../../tools/catalog.ts';
import { callAskedAbout, whatIf as whatIfTool } from '../../tools/whatIf.ts';
import type { AskingFlags } from './flags.ts';
import { EXIT, type Io, print } from './io.ts';
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
  const asked = askedFor(operation, service, flags);
  if (!asked.ok) {
    io.err(`fairlead: ${asked.error}\n`);
    return EXIT.usage;
  }
  const session = await openGoverned(io, flags);
  if (session === undefined) return EXIT.failed;
  const looked = await lookOnce(session, flags.namespace, io.signal);
  const view = looked.ok ? viewOf(looked.value, wanted.value) : undefined;
  if (view === undefined) {
    const none = `no blueprint governs ${service}; kubectl get blueprints -A lists them`;
    io.err(`fairlead: ${looked.ok ? none : looked.error}\n`);
    return EXIT.failed;
  }
  const now = session.clock.now();
  const { args, wanted: change } = asked.value;
  const request: Request = {
    id: 'what-if',
    tool: operation,
    effect: change === undefined ? 'unknown' : 'change',
    args,
    ...(change === undefined ? {} : { wanted: change }),
    target: wanted.value,
    // Without a login nobody's name counts: judged as an agent's, the stricter of the two, unless asked otherwise.
    requester: { kind: flags.as, name: 'what-if' },
  };
  const { verdict } = decide(gateInput(view, request, { now, ownNamespace: flags.namespace }));
  const alternatives = alternativeLines(
    { clock: session.clock, ownNamespace: flags.namespace },
    { request, verdict, view },
  );
  print(io, flags.output, { verdict, alternatives }, () =>
    [
      `${asked.value.words} on ${service}: ${headline(verdict)}`,
      ...verdict.findings.map((f) => `  ${f.effect.padEnd(8)} ${f.rule.padEnd(4)} ${f.code}: ${f.message}`),
      ...(flags.as === 'agent' ? ["  judged as an agent's wish; --as person judges a person's request"] : []),
      ...(alternatives.length > 0 ? ['instead:', ...alternatives.map((line) => `  ${line}`)] : []),
      '',
    ].join('\n'),
  );
  return verdict.authority === 'forbidden' ? EXIT.failed : EXIT.ok;
}

interface ChangeFlags {
  readonly replicas?: string;
  readonly revision?: string;
  readonly cpuRequest?: string;
  readonly cpuLimit?: string;
  readonly memoryRequest?: string;
  readonly memoryLimit?: string;
}

interface Asked {
  readonly args: Readonly<Record<string, unknown>>;
  readonly wanted?: Wanted;
  /** `scale to 6`. */
  readonly words: string;
}

/** What nothing could carry out is asked about by name; the rest has the flags that its tool takes, and no others. */
function askedFor(operation: string, service: string, flags: ChangeFlags): Result<Asked, string> {
  const { replicas, revision, cpuRequest, cpuLimit, memoryRequest, memoryLimit } = flags;
  const tool = TOOLS.find((t) => t.name === operation && t.effect === 'change');
  if (tool === undefined) return ok({ args: { service, reason: 'what if' }, words: operation });
  const parsed = whatIfTool.input.safeParse({
    service,
    action: operation,
    replicas: replicas === undefined ? null : whole(replicas),
    revision: revision === undefined ? null : whole(revision),
    cpu_request: cpuRequest ?? null,
    cpu_limit: cpuLimit ?? null,
    memory_request: memoryRequest ?? null,
    memory_limit: memoryLimit ?? null,
  });
  if (!parsed.success) return err(`what-if ${operation} ${FLAGS[operation] ?? 'takes no flags of its own'}`);
  const call = callAskedAbout(parsed.data);
  const wanted = tool.wanted(call.args);
  const words = wishWords(operation, operation === 'scale_to_zero' ? {} : argumentsOf(wanted));
  return ok({ args: call.args, ...(wanted && { wanted }), words });
}

const FLAGS: Readonly<Record<string, string>> = {
  scale: 'wants --replicas, a whole number such as 6, and nothing else',
  rollback: 'takes --revision, a whole number such as 3, or nothing for the newest earlier healthy version',
  adjust_resources:
    'wants at least one of --cpu-request, --cpu-limit, --memory-request and --memory-limit, quantities such as 500m or 512Mi',
};

/** `''` and `1e1` are no numbers here. */
const whole = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);

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
    metrics: new KubernetesMetrics(reader),
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
