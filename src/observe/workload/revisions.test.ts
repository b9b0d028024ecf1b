import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../schema/kube.ts';
import { deployment, replicaSet } from '../../testing/observedObjects.ts';
import { type Tracked, trackPass } from '../tracker.ts';
import { replicaSetsOf } from './replicaSets.ts';
import { containersOf, revisionsOf } from './revisions.ts';

const web = deployment({ image: 'web:3' });
const tracked: Tracked = { uid: 'uid-web', foreign: [], rolling: false, failingPasses: 0, healthy: [] };
const of = (sets: readonly KubeObject[], state = tracked) => revisionsOf(replicaSetsOf(web, sets), 'web', state);
const idle = (revision: number, annotations: object = {}): KubeObject => {
  const set = replicaSet(web, revision, `web:${revision}`, 0);
  return { ...set, metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, ...annotations } } };
};

describe('revisions', () => {
  it('are the ReplicaSets of the Deployment, newest first, with what their templates say', () => {
    const list = of([idle(1), replicaSet(web, 3, 'web:3'), idle(2), replicaSet(deployment({ name: 'other' }), 7)]);
    expect(list.map(({ revision, hash, images }) => [revision, hash, images])).toEqual([
      [3, 'r3', 'web:3'],
      [2, 'r2', 'web:2'],
      [1, 'r1', 'web:1'],
    ]);
    expect(list[2]?.containers).toEqual([
      { name: 'app', main: true, resources: { requests: { cpu: '500m', memory: '256Mi' } } },
    ]);
  });

  it('ran well where that was seen, or where all their pods are ready now', () => {
    const serving = { ...replicaSet(web, 2, 'web:2', 3), status: { replicas: 3, readyReplicas: 3 } };
    const failing = { ...replicaSet(web, 3, 'web:3', 1), status: { replicas: 1 } };
    const steady = { underWay: false, paused: false, newPods: 0, newPodsReady: 0, newPodsFailing: 0, failingPasses: 0 };
    const list = of([idle(1), serving, failing], trackPass(tracked, steady, 'r1'));
    expect(list.map(({ revision, healthy }) => [revision, healthy])).toEqual([
      [3, false],
      [2, true],
      [1, true],
    ]);
    expect(of([idle(1)])[0]?.healthy).toBe(false);
  });

  it('know the number a template had at first', () => {
    const [back] = of([idle(4, { 'deployment.kubernetes.io/revision-history': '2' })]);
    expect([back?.revision, back?.first]).toEqual([4, 2]);
  });
});

describe('the main container', () => {
  const template = (names: readonly string[], annotations: object = {}) => ({
    metadata: { annotations },
    spec: { containers: names.map((name) => ({ name })) },
  });
  it.each([
    { name: 'the only one', of: template(['x']), main: ['x'] },
    { name: 'the one named as the Deployment', of: template(['proxy', 'web']), main: ['web'] },
    {
      name: 'the one that is marked',
      of: template(['web', 'app'], { 'kubectl.kubernetes.io/default-container': 'app' }),
      main: ['app'],
    },
    { name: 'none of several', of: template(['a', 'b']), main: [] },
  ])('is $name', ({ of: given, main }) => {
    expect(containersOf(given, 'web').flatMap((container) => (container.main ? [container.name] : []))).toEqual(main);
  });
});
