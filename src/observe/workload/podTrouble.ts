import { at, conditionOf, instantAt, listAt, numberAt, shortened, textAt } from '../narrow.ts';

/** What keeps a pod from running. The words are the closed list of `Pod.trouble`; the kubelet's own go into the detail. */
export interface Trouble {
  readonly trouble: string;
  readonly detail: string;
}

const WAITING: Readonly<Record<string, string>> = {
  CrashLoopBackOff: 'CrashLoopBackOff',
  ImagePullBackOff: 'ImagePullBackOff',
  ErrImagePull: 'ErrImagePull',
  InvalidImageName: 'ErrImagePull',
  ErrImageNeverPull: 'ErrImagePull',
  ImageInspectError: 'ErrImagePull',
  RegistryUnavailable: 'ErrImagePull',
  CreateContainerConfigError: 'CreateContainerConfigError',
  CreateContainerError: 'CreateContainerConfigError',
  RunContainerError: 'CreateContainerConfigError',
};

/** The longest back-off of the kubelet: a pod that ended this recently and is not ready is still in its crash loop. */
const CRASH_LOOP_MS = 300_000;

/** Between two crashes a container runs for a moment; the pod is in trouble then too, or its state would flicker. */
export function troubleOf(pod: unknown, ready: boolean, now: number): Trouble | undefined {
  const statuses = statusesOf(pod);
  for (const status of statuses) {
    const reason = textAt(status, 'state', 'waiting', 'reason') ?? '';
    const trouble = WAITING[reason];
    if (trouble !== undefined) return { trouble, detail: detailOf(status, reason) };
  }
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (textAt(scheduled, 'status') === 'False' && textAt(scheduled, 'reason') === 'Unschedulable') {
    return { trouble: 'Unschedulable', detail: shortened(textAt(scheduled, 'message') ?? '') };
  }
  if (ready) return undefined;
  const crashed = statuses.find((status) => isCrashing(status, now));
  return crashed === undefined
    ? undefined
    : {
        trouble: 'CrashLoopBackOff',
        detail: `${textAt(crashed, 'name') ?? ''}: ended ${(numberAt(crashed, 'restartCount') ?? 0) + (at(crashed, 'state', 'terminated') === undefined ? 0 : 1)} times, last: ${endOf(crashed)}`,
      };
}

/** Container statuses of a pod: init containers first, as they run. */
export function statusesOf(pod: unknown): readonly unknown[] {
  return [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')];
}

function isCrashing(status: unknown, now: number): boolean {
  const ended = at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated');
  const failed = ended !== undefined && numberAt(ended, 'exitCode') !== 0;
  const finished = instantAt(ended, 'finishedAt') ?? Number.NEGATIVE_INFINITY;
  const again = at(status, 'state', 'terminated') !== undefined || (numberAt(status, 'restartCount') ?? 0) >= 2;
  return failed && again && now - finished <= CRASH_LOOP_MS;
}

function detailOf(status: unknown, reason: string): string {
  const words = textAt(status, 'state', 'waiting', 'message');
  return shortened(`${textAt(status, 'name') ?? ''}: ${reason}${words === undefined ? '' : `: ${words}`}`);
}

function endOf(status: unknown): string {
  const ended = at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated');
  return `${textAt(ended, 'reason') ?? 'Error'} (exit code ${numberAt(ended, 'exitCode') ?? 'unknown'})`;
}
