import { describe, expect, it } from 'vitest';
import { deployment, pod, replicaSet } from '../../testing/observedObjects.ts';
import { podFrom } from './pod.ts';

const NOW = Date.UTC(2026, 0, 5);
const web = replicaSet(deployment(), 1);
const waiting = (reason: string, message?: string) => ({
  containerStatuses: [{ name: 'app', restartCount: 0, state: { waiting: { reason, message } } }],
});
const ended = (secondsAgo: number, exitCode: number, reason = 'Error') => ({
  exitCode,
  reason,
  finishedAt: new Date(NOW - secondsAgo * 1000).toISOString(),
});

describe('podFrom', () => {
  it.each<{ name: string; status: object; trouble: string | undefined; detail?: RegExp }>([
    { name: 'runs', status: {}, trouble: undefined },
    { name: 'starts', status: waiting('ContainerCreating'), trouble: undefined },
    {
      name: 'waits out a crash',
      status: waiting('CrashLoopBackOff', 'back-off 10s'),
      trouble: 'CrashLoopBackOff',
      detail: /^app: CrashLoopBackOff: back-off 10s$/,
    },
    { name: 'cannot pull', status: waiting('ImagePullBackOff'), trouble: 'ImagePullBackOff' },
    {
      name: 'has an image name that is none',
      status: waiting('InvalidImageName'),
      trouble: 'ErrImagePull',
      detail: /InvalidImageName/,
    },
    {
      name: 'lacks its ConfigMap',
      status: waiting('CreateContainerConfigError'),
      trouble: 'CreateContainerConfigError',
    },
    {
      name: 'cannot start its process',
      status: waiting('RunContainerError'),
      trouble: 'CreateContainerConfigError',
      detail: /RunContainerError/,
    },
    {
      name: 'has an init container that crashes',
      status: {
        initContainerStatuses: [
          { name: 'migrate', restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } },
        ],
      },
      trouble: 'CrashLoopBackOff',
      detail: /^migrate:/,
    },
    {
      name: 'finds no room',
      status: {
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' },
        ],
        containerStatuses: [],
      },
      trouble: 'Unschedulable',
      detail: /^0\/3 nodes are available$/,
    },
    {
      name: 'runs for a moment between two crashes',
      status: {
        containerStatuses: [
          { name: 'app', restartCount: 4, state: { running: {} }, lastState: { terminated: ended(20, 1) } },
        ],
      },
      trouble: 'CrashLoopBackOff',
      detail: /^app: ended 4 times, last: Error \(exit code 1\)$/,
    },
    {
      name: 'crashed long ago and is only slow to get ready',
      status: {
        containerStatuses: [
          { name: 'app', restartCount: 4, state: { running: {} }, lastState: { terminated: ended(301, 1) } },
        ],
      },
      trouble: undefined,
    },
    {
      name: 'was restarted once',
      status: {
        containerStatuses: [
          { name: 'app', restartCount: 1, state: { running: {} }, lastState: { terminated: ended(20, 1) } },
        ],
      },
      trouble: undefined,
    },
  ])('a pod that $name has trouble $trouble', ({ name, status, trouble, detail }) => {
    const seen = podFrom(pod(web, 0, { ready: name === 'runs', status }), true, NOW);
    expect(seen.trouble).toBe(trouble);
    if (detail !== undefined) expect(seen.troubleDetail).toMatch(detail);
  });

  it('shortens what a kubelet says to one line', () => {
    const { troubleDetail = '' } = podFrom(
      pod(web, 0, { ready: false, status: waiting('ErrImagePull', `a\n${'x'.repeat(5000)}`) }),
      true,
      NOW,
    );
    expect(troubleDetail.length).toBeLessThanOrEqual(300);
    expect(troubleDetail).not.toContain('\n');
  });

  it('adds restarts up and names the newest, also one that has ended and is not started yet', () => {
    const status = {
      containerStatuses: [
        {
          name: 'app',
          restartCount: 2,
          state: { running: {} },
          lastState: { terminated: ended(600, 137, 'OOMKilled') },
        },
        { name: 'mesh', restartCount: 1, state: { terminated: ended(5, 2) }, lastState: { terminated: ended(900, 1) } },
      ],
    };
    const seen = podFrom(pod(web, 0, { ready: false, status }), true, NOW);
    expect(seen.restarts).toBe(3);
    expect(seen.lastRestart).toEqual({ at: NOW - 5_000, reason: 'Error' });
  });

  it('does not take an init container that did its work for a restart', () => {
    const status = {
      initContainerStatuses: [{ name: 'migrate', restartCount: 0, state: { terminated: ended(5, 0, 'Completed') } }],
    };
    expect(podFrom(pod(web, 0, { status }), true, NOW).lastRestart).toBeUndefined();
  });

  it('knows when it started and when it became ready', () => {
    expect(podFrom(pod(web, 0), true, NOW)).toMatchObject({
      startedAt: Date.UTC(2026, 0, 4),
      readyAt: Date.UTC(2026, 0, 4, 0, 0, 5),
    });
    expect(podFrom(pod(web, 0, { ready: false }), true, NOW).readyAt).toBeUndefined();
  });
});
