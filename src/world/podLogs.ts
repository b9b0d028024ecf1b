import { err, ok } from '../kernel/result.ts';
import type { ClusterResult } from '../ports/cluster.ts';
import type { LogRequest } from '../ports/podLogs.ts';
import type { KubeObject } from '../schema/kube.ts';

interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly state: { readonly running?: { readonly startedAt: string }; readonly waiting?: { readonly reason: string } };
  readonly lastState: {
    readonly terminated?: { readonly reason: string; readonly startedAt: string; readonly finishedAt: string };
  };
}

/**
 * What the containers of this world write: it runs no programs, so a log says when one started and, of one that failed by
 * itself, how. One that was killed for memory writes nothing, as in life.
 */
export function podLog(
  pod: KubeObject | undefined,
  { pod: name, container: wanted, lines }: LogRequest,
): ClusterResult<string> {
  if (pod === undefined) return refused('notFound', `pods "${name}" not found`);
  const statuses = statusesOf(pod);
  const status = wanted === undefined ? statuses[0] : statuses.find((one) => one.name === wanted);
  if (status === undefined) return refused('invalid', `container ${wanted ?? ''} is not valid for pod ${name}`);
  const written = linesOf(status);
  const { waiting } = status.state;
  if (waiting !== undefined && written.length === 0) {
    return refused('invalid', `container "${status.name}" in pod "${name}" is waiting to start: ${waiting.reason}`);
  }
  return ok(
    written
      .slice(Math.max(0, written.length - lines))
      .map((line) => `${line}\n`)
      .join(''),
  );
}

function linesOf({ image, state, lastState }: ContainerStatus): string[] {
  const { running } = state;
  if (running !== undefined) return [started(running.startedAt, image)];
  const { terminated } = lastState;
  if (terminated === undefined) return [];
  const failed =
    terminated.reason === 'Error' ? [`${terminated.finishedAt} fatal: ${image} cannot go on, exit code 1`] : [];
  return [started(terminated.startedAt, image), ...failed];
}

const started = (at: string, image: string): string => `${at} started ${image}`;

function statusesOf({ status }: KubeObject): readonly ContainerStatus[] {
  return (status as { containerStatuses?: readonly ContainerStatus[] } | undefined)?.containerStatuses ?? [];
}

const refused = (code: 'notFound' | 'invalid', message: string): ClusterResult<never> =>
  err({ code, message, uncertain: false });
