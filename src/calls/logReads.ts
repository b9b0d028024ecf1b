import { redact } from '../kernel/redact.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { PodLogs } from '../ports/podLogs.ts';
import { mainContainer } from '../schema/changeText.ts';
import type { Pod, Workload } from '../schema/workload.ts';
import { getLogs } from '../tools/getLogs.ts';

/** Of the end of a log, in characters: what a prompt carries at most. */
const SHOWN = 4_000;

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

/** What came last says why. */
const tail = (text: string, max: number): string => (text.length > max ? `…${text.slice(-max)}` : text);
