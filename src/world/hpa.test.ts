import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../schema/kube.ts';
import type { UsageSample } from '../schema/samples.ts';
import { type HpaAnswer, hpaReplicas } from './hpa.ts';
import { instant } from './objects.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const WINDOW = 15_000;
const MINUTE = 60_000;

/** Of one core unless said. `used` in millicores; without it there is no sample. */
interface Given {
  readonly used?: number;
  readonly request?: string;
  readonly containers?: number;
  readonly ready?: boolean;
  readonly phase?: string;
  /** How long ago it started, and last became what it is. */
  readonly age?: number;
  readonly since?: number;
  readonly leaving?: boolean;
}

const pod = (
  { request = '1', containers = 1, ready = true, phase = 'Running', age = 60 * MINUTE, since, leaving }: Given,
  index: number,
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `web-${index}`,
    namespace: 'shop',
    ...(leaving ? { deletionTimestamp: instant(NOW) } : {}),
  },
  spec: {
    containers: Array.from({ length: containers }, (_, at) => ({
      name: `c${at}`,
      image: 'i',
      resources: request === '' ? {} : { requests: { cpu: request, memory: '1Gi' } },
    })),
  },
  status: {
    phase,
    startTime: instant(NOW - age),
    conditions: [
      { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: instant(NOW - (since ?? age)) },
    ],
  },
});

const sample = (index: number, cpu: number): UsageSample => ({
  namespace: 'shop',
  pod: `web-${index}`,
  container: 'c0',
  cpu,
  memory: cpu * 1024 * 1024,
  at: NOW,
  windowMs: WINDOW,
});

function ask(given: readonly Given[], target: number, current = given.length, resource: 'cpu' | 'memory' = 'cpu') {
  const samples = given.flatMap(({ used }, index) => (used === undefined ? [] : [sample(index, used)]));
  return hpaReplicas(given.map(pod), samples, { resource, target, current, now: NOW });
}

const busy = (...levels: readonly number[]): Given[] => levels.map((used) => ({ used }));
const MISSING: Given = {};
const PENDING: Given = { phase: 'Pending', ready: false };
const NEW = { age: MINUTE, ready: false, used: 10 };

describe('the replica calculator of the world', () => {
  // Numbers of the replica calculator's own cases in kubernetes/kubernetes.
  it.each<{ when: string; pods: Given[]; target: number; replicas: number }>([
    { when: 'three pods run at 50% of a 30% target', pods: busy(300, 500, 700), target: 30, replicas: 5 },
    {
      when: 'one of three is new and counts as idle going up',
      pods: [NEW, ...busy(500, 700)],
      target: 30,
      replicas: 4,
    },
    { when: 'two of three are new: they turn it round', pods: [...busy(400), NEW, NEW], target: 30, replicas: 3 },
    { when: 'five pods run at 28% of 50%', pods: busy(100, 300, 500, 250, 250), target: 50, replicas: 3 },
    { when: 'new pods are ignored going down', pods: [...busy(100, 300, 500), NEW, NEW], target: 50, replicas: 2 },
    { when: 'four wait for a node', pods: [...busy(100), PENDING, PENDING, PENDING, PENDING], target: 50, replicas: 1 },
    { when: 'four pods run at 587%', pods: busy(4000, 9500, 3000, 7000), target: 100, replicas: 24 },
    {
      when: 'two of four are missing going down',
      pods: [...busy(400, 95), MISSING, MISSING],
      target: 100,
      replicas: 3,
    },
    { when: 'one of two is missing, on target', pods: [...busy(1000), MISSING], target: 100, replicas: 2 },
    { when: 'one of two is missing, at 190%', pods: [...busy(1900), MISSING], target: 100, replicas: 2 },
    { when: 'one of two is missing, at 60%', pods: [...busy(600), MISSING], target: 100, replicas: 2 },
    { when: 'missing as full turns a down round', pods: [...busy(450), MISSING, NEW], target: 50, replicas: 3 },
    { when: 'one missing, one new, one at 200%', pods: [...busy(2000), MISSING, NEW], target: 50, replicas: 4 },
    { when: 'one missing, one new, two idle', pods: [...busy(100, 100), MISSING, NEW], target: 50, replicas: 3 },
    { when: 'use is cut to whole per cent: 77.9% of 70%', pods: busy(779, 779), target: 70, replicas: 2 },
    { when: 'the target is over the request', pods: [...busy(600, 600, 600), MISSING], target: 150, replicas: 3 },
  ])('asks for $replicas when $when', ({ pods, target, replicas }) => {
    expect(ask(pods, target)).toMatchObject({ replicas });
  });

  it('leaves failed and terminating pods out', () => {
    const gone: Given[] = [
      { used: 4000, phase: 'Failed' },
      { used: 4000, leaving: true },
    ];
    expect(ask([...busy(500, 700), ...gone], 30, 2)).toMatchObject({ replicas: 4, utilization: 60 });
  });

  it('keeps the count when a surge pod would make more pods out of a down', () => {
    expect(ask([...busy(100, 100), MISSING], 50, 2)).toMatchObject({ replicas: 2 });
  });

  // One pod at 200% of a core with a target of 100%: two when it counts, a problem when it says nothing.
  it.each([
    { pod: 'ready for a window of its sample', given: { age: MINUTE, since: WINDOW }, counts: true },
    { pod: 'ready for less than a window', given: { age: MINUTE, since: WINDOW - 1000 }, counts: false },
    { pod: 'not ready in its first five minutes', given: { age: 4 * MINUTE, ready: false }, counts: false },
    { pod: 'ready again, and older than five minutes', given: { age: 6 * MINUTE, since: 1000 }, counts: true },
    { pod: 'not ready now, but was', given: { age: 6 * MINUTE, since: MINUTE, ready: false }, counts: true },
    {
      pod: 'old and never ready',
      given: { age: 6 * MINUTE, since: 6 * MINUTE - 20_000, ready: false },
      counts: false,
    },
  ])('counts a pod that is $pod: $counts', ({ given, counts }) => {
    expect(ask([{ used: 2000, ...given }], 100)).toEqual(
      counts
        ? { replicas: 2, utilization: 200, averageUse: 2000 }
        : { problem: 'did not receive metrics for targeted pods (pods might be unready)' },
    );
  });

  it('counts the memory of a pod that is not ready', () => {
    expect(ask([{ used: 2048, ...{ age: MINUTE, ready: false } }], 100, 1, 'memory')).toMatchObject({ replicas: 2 });
  });

  it.each<{ what: string; pods: Given[]; problem: RegExp }>([
    { what: 'there is no sample', pods: [MISSING], problem: /no metrics returned from resource metrics API/ },
    { what: 'a container has no request', pods: [...busy(500), { used: 1, request: '' }], problem: /web-1/ },
    { what: 'requests are zero', pods: [{ used: 500, request: '0' }], problem: /no metrics returned matched/ },
    { what: 'a container has no sample', pods: [{ used: 500, containers: 2 }], problem: /did not receive metrics/ },
    { what: 'use is no number', pods: busy(Number.NaN), problem: /did not receive metrics/ },
  ])('has no answer when $what', ({ pods, problem }) => {
    const answer: HpaAnswer | { problem: string } = ask(pods, 70);
    expect('problem' in answer ? answer.problem : answer).toMatch(problem);
  });
});
