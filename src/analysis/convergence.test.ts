import { describe, expect, it } from 'vitest';
import type { Change } from '../schema/change.ts';
import type { Workload } from '../schema/workload.ts';
import { NOW, podOf, pods, workloadOf } from './observations.ts';
import { deadlineMs, usualStartMs } from './startDeadline.ts';
import { convergence } from './verification.ts';

const upTo4: Change = { kind: 'scale', from: 2, to: 4 };
const restarted: Change = { kind: 'restart', from: null, to: '2026-01-05T12:00:00Z' };
const quota = 'pods "svc-1" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2';

describe('phase 0', () => {
  const converge = (workload: Workload, change: Change, elapsed: number, usual = 10_000) =>
    convergence({ workload, change, since: NOW - elapsed, now: NOW, usualStartMs: usual });

  it.each<{ when: string; workload: Workload; state: string }>([
    { when: 'all four are ready', workload: workloadOf(4), state: 'converged' },
    {
      when: 'the controller has not seen the write yet',
      workload: workloadOf(4, { generation: 8, observedGeneration: 7 }),
      state: 'waiting',
    },
    {
      when: 'one is not ready yet',
      workload: workloadOf(4, { pods: [...pods(3), podOf(3, { ready: false })] }),
      state: 'waiting',
    },
    { when: 'a pod too many is still counted', workload: workloadOf(4, { statusReplicas: 5 }), state: 'waiting' },
    { when: 'one is not of the newest template', workload: workloadOf(4, { updated: 3 }), state: 'waiting' },
    {
      when: 'a rollout is under way',
      workload: workloadOf(4, {
        rollout: { underWay: true, paused: false, newPods: 1, newPodsReady: 1, newPodsFailing: 0, failingPasses: 0 },
      }),
      state: 'waiting',
    },
  ])('is $state when $when', ({ workload, state }) => {
    expect(converge(workload, upTo4, 5_000).state).toBe(state);
  });

  it('has converged at zero when no pod is left', () => {
    expect(converge(workloadOf(0), { kind: 'scale', from: 2, to: 0 }, 5_000).state).toBe('converged');
  });

  it.each<{ when: string; elapsed: number; workload: Workload; change: Change; reason: string | undefined }>([
    {
      when: 'a full quota lets no pod be made, 59 s in (field case 5)',
      elapsed: 59_000,
      workload: workloadOf(4, { pods: pods(2), replicaFailure: quota }),
      change: upTo4,
      reason: undefined,
    },
    {
      when: 'a full quota lets no pod be made, at the deadline (field case 5)',
      elapsed: 60_000,
      workload: workloadOf(4, { pods: pods(2), replicaFailure: quota }),
      change: upTo4,
      reason: 'ReplicaFailure',
    },
    {
      when: 'a restart stands still under a full quota, 179 s in (field case 6)',
      elapsed: 179_000,
      workload: workloadOf(3, { updated: 0, restartedAt: '2026-01-05T12:00:00Z', replicaFailure: quota }),
      change: restarted,
      reason: undefined,
    },
    {
      when: 'a restart stands still under a full quota, three waves in (field case 6)',
      elapsed: 180_000,
      workload: workloadOf(3, { updated: 0, restartedAt: '2026-01-05T12:00:00Z', replicaFailure: quota }),
      change: restarted,
      reason: 'ReplicaFailure',
    },
    {
      when: 'the target is being deleted (field case 7)',
      elapsed: 5_000,
      workload: workloadOf(4, { deleting: true }),
      change: upTo4,
      reason: 'TargetGone',
    },
    {
      when: 'somebody else changed the number',
      elapsed: 5_000,
      workload: workloadOf(3),
      change: upTo4,
      reason: 'Overwritten',
    },
    {
      when: 'somebody else restarted it',
      elapsed: 5_000,
      workload: workloadOf(4, { restartedAt: '2026-01-05T12:00:09Z' }),
      change: restarted,
      reason: 'Overwritten',
    },
    {
      when: 'a new pod crashes, 59 s in',
      elapsed: 59_000,
      workload: workloadOf(4, { pods: [...pods(3), podOf(3, { ready: false, trouble: 'CrashLoopBackOff' })] }),
      change: upTo4,
      reason: undefined,
    },
    {
      when: 'a new pod crashes, 60 s in',
      elapsed: 60_000,
      workload: workloadOf(4, { pods: [...pods(3), podOf(3, { ready: false, trouble: 'CrashLoopBackOff' })] }),
      change: upTo4,
      reason: 'CrashLoopBackOff',
    },
    {
      when: 'a new pod fits nowhere',
      elapsed: 60_000,
      workload: workloadOf(4, { pods: [...pods(3), podOf(3, { ready: false, trouble: 'Unschedulable' })] }),
      change: upTo4,
      reason: 'Unschedulable',
    },
    {
      when: 'a new pod was killed once and is not ready',
      elapsed: 60_000,
      workload: workloadOf(4, {
        pods: [...pods(3), podOf(3, { ready: false, lastRestart: { at: NOW - 10_000, reason: 'OOMKilled' } })],
      }),
      change: upTo4,
      reason: 'Crashed',
    },
    {
      when: 'a pod was killed before the change and is not ready',
      elapsed: 60_000,
      workload: workloadOf(4, {
        pods: [...pods(3), podOf(3, { ready: false, lastRestart: { at: NOW - 61_000, reason: 'OOMKilled' } })],
      }),
      change: upTo4,
      reason: 'NotConverged',
    },
    {
      when: 'an old pod of a restart has trouble of its own',
      elapsed: 60_000,
      workload: workloadOf(4, {
        updated: 2,
        restartedAt: '2026-01-05T12:00:00Z',
        pods: [...pods(3), podOf(3, { ready: false, current: false, trouble: 'CrashLoopBackOff' })],
      }),
      change: restarted,
      reason: undefined,
    },
    {
      when: 'the pods are merely slow',
      elapsed: 60_000,
      workload: workloadOf(4, { pods: [...pods(3), podOf(3, { ready: false })] }),
      change: upTo4,
      reason: 'NotConverged',
    },
  ])('has failed with $reason when $when', ({ elapsed, workload, change, reason }) => {
    const answer = converge(workload, change, elapsed);
    expect(answer.state === 'failed' ? answer.reason : undefined).toBe(reason);
  });

  it('says in words how far it came, and the words of the quota', () => {
    const answer = converge(workloadOf(4, { pods: pods(2), replicaFailure: quota }), upTo4, 63_000);
    expect(answer).toMatchObject({ message: `2 of 4 pods ready after 63 s: ${quota}` });
    const slow = converge(workloadOf(4, { pods: pods(3), updated: 4 }), upTo4, 63_000);
    expect(slow).toMatchObject({ message: '3 of 4 pods ready after 63 s, 4 updated; at most 60 s were given' });
  });

  it.each([
    { when: 'pods usually start in 10 s', usual: 10_000, replicas: 4, change: upTo4, deadline: 60_000 },
    { when: 'they start in 40 s', usual: 40_000, replicas: 4, change: upTo4, deadline: 120_000 },
    { when: 'one pod restarts', usual: 10_000, replicas: 1, change: restarted, deadline: 60_000 },
    { when: 'three restart one by one', usual: 10_000, replicas: 3, change: restarted, deadline: 180_000 },
    { when: 'ten restart five at a time', usual: 10_000, replicas: 10, change: restarted, deadline: 120_000 },
    {
      when: 'ten restart one by one, by their own strategy',
      usual: 10_000,
      replicas: 10,
      batch: 1,
      change: restarted,
      deadline: 600_000,
    },
  ])('gives $deadline ms when $when', ({ usual, replicas, change, deadline, batch }) => {
    const workload = workloadOf(replicas, batch === undefined ? {} : { rolloutBatch: batch });
    expect(deadlineMs(workload, change, usual)).toBe(deadline);
  });

  it('takes the median start of the pods seen, and two minutes before any was', () => {
    const started = (ms: number) => podOf(ms, { startedAt: NOW, readyAt: NOW + ms });
    expect(usualStartMs([started(9_000), started(1_000), started(2_000)])).toBe(2_000);
    expect(usualStartMs([started(1_000), started(2_000)])).toBe(1_500);
    expect(usualStartMs([podOf(0, { ready: false, startedAt: NOW })].map(({ readyAt: _, ...pod }) => pod))).toBe(
      120_000,
    );
  });
});
