import { plainLine } from '../../../kernel/plainText.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { nearest } from '../../../schema/blueprint/nearest.ts';
import type { Wanted } from '../../../schema/change.ts';
import { NEVER } from '../../../schema/operation.ts';
import { argumentsOf, wishWords } from '../../../schema/wish.ts';
import { TOOLS } from '../../../tools/catalog.ts';
import { CHANGE_NAMES } from '../../../tools/changeNames.ts';
import { callAskedAbout, whatIf as whatIfTool } from '../../../tools/whatIf.ts';
import { grantedName } from './grantedName.ts';

/** As the flags of a change come from the command line. */
export interface ChangeFlags {
  readonly replicas?: string;
  readonly revision?: string;
  readonly cpuRequest?: string;
  readonly cpuLimit?: string;
  readonly memoryRequest?: string;
  readonly memoryLimit?: string;
}

export interface ChangeAsked {
  readonly tool: string;
  /** As the tool takes them, without the reason. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly wanted?: Wanted;
  /** `scale to 6`. */
  readonly words: string;
  /** What was likely meant, a line; of a name that nobody knows. */
  readonly note?: string;
}

/** What nothing could carry out is asked about by name; the rest has the flags that its tool takes, and no others. */
export function changeAsked(
  verb: string,
  operation: string,
  service: string,
  flags: ChangeFlags,
): Result<ChangeAsked, string> {
  const { replicas, revision, cpuRequest, cpuLimit, memoryRequest, memoryLimit } = flags;
  const name = SHORT[operation] ?? operation.replaceAll('-', '_');
  const tool = TOOLS.find((t) => t.name === name && t.effect === 'change' && t.name !== 'request_approval');
  if (tool === undefined) {
    const note = NEVER.some((never) => never === name)
      ? undefined
      : (grantedName(operation) ?? unknownWords(operation));
    return ok({ tool: operation, args: { service }, words: operation, ...(note && { note }) });
  }
  const parsed = whatIfTool.input.safeParse({
    service,
    action: name,
    replicas: replicas === undefined ? null : whole(replicas),
    revision: revision === undefined ? null : whole(revision),
    cpu_request: cpuRequest ?? null,
    cpu_limit: cpuLimit ?? null,
    memory_request: memoryRequest ?? null,
    memory_limit: memoryLimit ?? null,
  });
  if (!parsed.success) return err(`${verb} ${name} ${FLAGS[name] ?? 'takes no flags of its own'}`);
  const call = callAskedAbout(parsed.data);
  const wanted = tool.wanted(call.args);
  const words = wishWords(name, name === 'scale_to_zero' ? {} : argumentsOf(wanted));
  const { reason: _, ...args } = call.args;
  return ok({ tool: name, args, ...(wanted && { wanted }), words });
}

function unknownWords(operation: string): string {
  const near = nearest(operation, [...CHANGE_NAMES, ...Object.keys(SHORT)]);
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  return `there is no operation "${plainLine(operation, 64)}"${meant}\n  one of ${CHANGE_NAMES.join(', ')}`;
}

/** As people say them. */
const SHORT: Readonly<Record<string, string>> = { restart: 'restart_pods', adjust: 'adjust_resources' };

const FLAGS: Readonly<Record<string, string>> = {
  scale: 'wants --replicas, a whole number such as 6, and nothing else',
  rollback: 'takes --revision, a whole number such as 3, or nothing for the newest earlier healthy version',
  adjust_resources:
    'wants at least one of --cpu-request, --cpu-limit, --memory-request and --memory-limit, quantities such as 500m or 512Mi',
};

/** `''` and `1e1` are no numbers here. */
const whole = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);
