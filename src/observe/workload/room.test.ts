import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../schema/kube.ts';
import { roomOf } from './room.ts';

const object = (kind: string, name: string, rest: object): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'shop' },
  ...rest,
});
const node = (name: string, cpu: string, memory: string, rest: { ready?: string; spec?: object } = {}): KubeObject =>
  object('Node', name, {
    spec: rest.spec ?? {},
    status: { allocatable: { cpu, memory }, conditions: [{ type: 'Ready', status: rest.ready ?? 'True' }] },
  });
const room = (sources: Partial<Parameters<typeof roomOf>[0]>) =>
  roomOf({ quotas: [], limitRanges: [], nodes: [], ...sources });

describe('the room that pods have', () => {
  it('is what each limit of a quota has left', () => {
    const quota = object('ResourceQuota', 'q', {
      spec: { hard: { pods: '10', 'requests.cpu': '4', memory: '8Gi', 'requests.storage': '1Ti' } },
      status: { used: { pods: '3', 'requests.cpu': '1500m', memory: '2Gi' } },
    });
    expect(room({ quotas: [quota] }).quotas).toEqual([
      { name: 'q', key: 'pods', left: 7 },
      { name: 'q', key: 'requests.cpu', left: 2500 },
      { name: 'q', key: 'requests.memory', left: 6 * 2 ** 30 },
    ]);
  });

  it.each([
    { name: 'no scope', spec: {}, binds: true },
    { name: 'pods without a deadline', spec: { scopes: ['NotTerminating'] }, binds: true },
    { name: 'jobs', spec: { scopes: ['Terminating'] }, binds: false },
    { name: 'best effort', spec: { scopes: ['NotTerminating', 'BestEffort'] }, binds: false },
    { name: 'a priority class', spec: { scopeSelector: { matchExpressions: [] } }, binds: false },
  ])('of a quota for $name', ({ spec, binds }) => {
    const quota = object('ResourceQuota', 'q', { spec: { hard: { pods: '3' }, ...spec } });
    expect(room({ quotas: [quota] }).quotas).toHaveLength(binds ? 1 : 0);
  });

  it('is bounded by LimitRanges of containers and pods', () => {
    const range = object('LimitRange', 'lr', {
      spec: {
        limits: [
          { type: 'Container', min: { cpu: '50m' }, max: { cpu: '2', memory: '1Gi' }, default: { cpu: '1' } },
          { type: 'Pod', maxLimitRequestRatio: { memory: '2' } },
          { type: 'PersistentVolumeClaim', max: { storage: '1Ti' } },
        ],
      },
    });
    expect(room({ limitRanges: [range] }).limitRanges).toEqual([
      { name: 'lr', type: 'Container', resource: 'cpu', min: 50, max: 2000 },
      { name: 'lr', type: 'Container', resource: 'memory', max: 2 ** 30 },
      { name: 'lr', type: 'Pod', resource: 'memory', maxRatio: 2 },
    ]);
  });

  it('is the largest nodes that take pods, each size once', () => {
    const nodes = [
      node('small', '2', '4Gi'),
      node('cpu', '8', '8Gi'),
      node('cpu-too', '8', '8Gi'),
      node('memory', '4', '32Gi'),
      node('gone', '64', '256Gi', { ready: 'Unknown' }),
      node('cordoned', '64', '256Gi', { spec: { unschedulable: true } }),
    ];
    expect(room({ nodes }).nodes).toEqual([
      { cpu: 8000, memory: 8 * 2 ** 30 },
      { cpu: 4000, memory: 32 * 2 ** 30 },
    ]);
    expect(room({ nodes: undefined })).not.toHaveProperty('nodes');
  });
});
