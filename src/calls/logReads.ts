import { redact } from '../kernel/redact.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { PodLogs } from '../ports/podLogs.ts';
import { mainContainer } from '../schema/changeText.ts';
import type { Pod, Workload } from '../schema/workload.ts';
import { getLogs } from '../tools/getLogs.ts';

/** Of the end of a log, in characters as JSON writes them: it has to fit whole into what an answer carries (2,400). */
const SHOWN = 2_000;

/** The last lines of one pod of the service. That logs may be read at all was the gate's decision. */
export async function logsOf(
  { workload }: ServiceView,
  args: Readonly<Record<string, unknown>>,
  logs: PodLogs | undefined,
): Promise<Result<unknown, string>> {
  if (logs === undefined) return err('logs cannot be read here');
  if (workload === undefined) return err('the Deployment was not found, so none of its pods is known');
  const { pod: name, lines } = getLogs.input.parse(args) as { pod: string | null; lines: number };
  const pod = name === null ? worstPod(workload) : workload.pods.find((one) => one.name === name);
  if (pod === undefined) return err(name === null ? 'the service has no pod' : `the service has no pod ${name}`);
  const container = mainContainer(workload)?.name ?? workload.containers?.[0]?.name;
  const { namespace } = workload;
  const read = await logs.read({ namespace, pod: pod.name, lines, ...(container !== undefined && { container }) });
  if (!read.ok) return err(read.error.message);
  return ok({ pod: pod.name, container: container ?? '', log: tail(redact(read.value), SHOWN) });
}

/** The newest of those that fail, or that restarted last; else the newest. */
function worstPod({ pods }: Workload): Pod | undefined {
  const weight = (pod: Pod): number => (pod.trouble !== undefined ? 2 : pod.lastRestart !== undefined ? 1 : 0);
  const since = (pod: Pod): number => pod.lastRestart?.at ?? pod.startedAt ?? 0;
  return [...pods].sort((a, b) => weight(b) - weight(a) || since(b) - since(a) || (a.name < b.name ? -1 : 1))[0];
}

/**
 * What came last says why: whatever has to go goes from the beginning, whole lines where there are any. `max` counts what
 * JSON makes of it.
 */
export function tail(text: string, max: number): string {
  const over = (from: number): number => JSON.stringify(text.slice(from)).length - 2 - max;
  if (over(0) <= 0) return text;
  let from = Math.max(0, text.length - max);
  while (over(from) > 0) from += 1;
  const line = text.indexOf('\n', from);
  return `…${text.slice(line === -1 || line === text.length - 1 ? from : line + 1)}`;
}
