import { describe, expect, it } from 'vitest';
import type { ContainerResources } from '../../schema/resources.ts';
import type { RuleId } from '../../schema/verdict.ts';
import { type CalmOverrides, calmInput, NOON, RESTART, said } from '../../testing/gateInput.ts';
import {
  podOf,
  resourcesTo,
  revisionOf,
  rollbackTo,
  templateChange,
  versionedWorkload,
  watched,
} from '../../testing/templateChanges.ts';
import { decide } from '../decide.ts';

const MI = 2 ** 20;
const verdict = (request: Parameters<typeof templateChange>[0], overrides: CalmOverrides = {}) =>
  decide(calmInput(templateChange(request, overrides))).verdict;
const codes = (rule: RuleId, ...of: Parameters<typeof verdict>): string[] => said(verdict(...of), rule);
const container = (resources: ContainerResources) => ({ containers: [{ name: 'app', main: true, resources }] });

describe('GATE-G0-8 resources inside the bounds are an operation, outside them there is none', () => {
  it.each<{ name: string; amounts: Parameters<typeof resourcesTo>[0]; operation: string; authority: string }>([
    {
      name: 'inside',
      amounts: { memory_limit: '768Mi' },
      operation: 'adjust_resources_within_bounds',
      authority: 'allowed',
    },
    {
      name: 'on the bound',
      amounts: { memory_limit: '1Gi' },
      operation: 'adjust_resources_within_bounds',
      authority: 'allowed',
    },
    {
      name: 'above',
      amounts: { memory_limit: '4Gi' },
      operation: 'adjust_resources_outside_bounds',
      authority: 'forbidden',
    },
    {
      name: 'below',
      amounts: { memory_limit: '64Mi' },
      operation: 'adjust_resources_outside_bounds',
      authority: 'forbidden',
    },
    {
      name: 'one inside, one not',
      amounts: { memory_limit: '768Mi', cpu_limit: '3' },
      operation: 'adjust_resources_outside_bounds',
      authority: 'forbidden',
    },
  ])('$name', ({ amounts, operation, authority }) => {
    expect(verdict(resourcesTo(amounts))).toMatchObject({ operation, authority });
  });

  it('needs the grant, and a blueprint that says bounds', () => {
    expect(
      codes('G0', resourcesTo({ memory_limit: '768Mi' }), {
        blueprint: { authority: { allowed: [], requiresApproval: [], forbidden: [] } },
      }),
    ).toEqual(['forbid NotGranted']);
    expect(codes('G0', resourcesTo({ memory_limit: '768Mi' }), { blueprint: { resources: {} } })).toEqual([
      'forbid UnknownOperation',
    ]);
  });

  it('permits the whole resources of the one container, with everything else as it was', () => {
    const written = {
      requests: { cpu: '500m', memory: '256Mi', 'nvidia.com/gpu': '1' },
      limits: { memory: '512Mi' },
      claims: [{ name: 'x' }],
    };
    const { permit } = decide(
      calmInput(templateChange(resourcesTo({ memory_limit: '768Mi' }), { workload: container(written) })),
    );
    expect(permit?.terms.change).toEqual({
      kind: 'resources',
      container: 'app',
      index: 0,
      from: written,
      to: { ...written, limits: { memory: '768Mi' } },
    });
  });
});

describe('GATE-G15-1 the request that drives the number of replicas is left alone', () => {
  const memoryHpa = {
    owners: [
      {
        kind: 'HorizontalPodAutoscaler' as const,
        name: 'web',
        field: 'replicas' as const,
        drives: ['memory' as const],
      },
    ],
  };
  it.each<{
    name: string;
    amounts: Parameters<typeof resourcesTo>[0];
    workload?: CalmOverrides['workload'];
    says: string[];
  }>([
    { name: 'memory', amounts: { memory_request: '300Mi' }, says: [] },
    { name: 'the CPU limit', amounts: { cpu_limit: '1500m' }, says: [] },
    { name: 'the CPU request', amounts: { cpu_request: '600m' }, says: ['forbid DrivesSizing'] },
    {
      name: 'a CPU limit that is the request too',
      amounts: { cpu_limit: '1500m' },
      workload: container({ limits: { cpu: '1' } }),
      says: ['forbid DrivesSizing'],
    },
    {
      name: 'memory where an autoscaler goes by it',
      amounts: { memory_request: '300Mi' },
      workload: memoryHpa,
      says: ['forbid DrivesSizing'],
    },
    {
      name: 'a CPU request outside the bounds, with no pod ready',
      amounts: { cpu_request: '100m' },
      workload: { ...container({ requests: { cpu: '50m' } }), ready: 0 },
      says: [],
    },
    {
      name: 'a CPU request outside the bounds, with pods ready',
      amounts: { cpu_request: '100m' },
      workload: container({ requests: { cpu: '50m' } }),
      says: ['forbid DrivesSizing'],
    },
  ])('$name', ({ amounts, workload, says }) => {
    expect(codes('G15', resourcesTo(amounts), { workload: workload ?? {} })).toEqual(says);
  });
});

describe('G16', () => {
  it.each<{ name: string; amounts: Parameters<typeof resourcesTo>[0]; over?: CalmOverrides; says: string[] }>([
    {
      name: 'GATE-G16-1 a value outside the bounds',
      amounts: { memory_limit: '4Gi' },
      says: ['forbid OutsideBounds', 'forbid StepTooLarge'],
    },
    { name: 'GATE-G16-2 up to twice as much in one step', amounts: { memory_limit: '1Gi' }, says: [] },
    { name: 'GATE-G16-2 more than twice as much', amounts: { memory_limit: '1025Mi' }, says: ['forbid StepTooLarge'] },
    {
      name: 'GATE-G16-2 more than twice as much, up to the target',
      amounts: { memory_limit: '512Mi' },
      over: { workload: container({ limits: { memory: '128Mi' } }) },
      says: [],
    },
    {
      name: 'GATE-G16-2 down by a fifth',
      amounts: { memory_limit: '410Mi' },
      over: { assessment: watched(300) },
      says: [],
    },
    {
      name: 'GATE-G16-2 down by more',
      amounts: { memory_limit: '409Mi' },
      over: { assessment: watched(300) },
      says: ['forbid StepTooLarge'],
    },
    {
      name: 'GATE-G16-3 down without a day of history',
      amounts: { memory_limit: '500Mi' },
      says: ['forbid NoHistory'],
    },
    {
      name: 'GATE-G16-3 down to less than 1.2 x the peak',
      amounts: { memory_limit: '500Mi' },
      over: { assessment: watched(417) },
      says: ['forbid BelowPeak'],
    },
    {
      name: 'GATE-G16-3 down to 1.2 x the peak',
      amounts: { memory_limit: '500Mi' },
      over: { assessment: watched(416) },
      says: [],
    },
    {
      name: 'GATE-G16-3 memory down while its peak is not known',
      amounts: { memory_limit: '500Mi' },
      over: { assessment: { history: { memorySince: NOON - 86_400_000 } } },
      says: ['forbid NoHistory'],
    },
    {
      name: 'GATE-G16-3 CPU down while the peak of memory is not known',
      amounts: { cpu_limit: '900m' },
      over: { assessment: { history: { memorySince: NOON - 86_400_000 } } },
      says: [],
    },
    {
      name: 'GATE-G16-3 a first limit is a way down',
      amounts: { memory_limit: '512Mi' },
      over: { workload: container({ requests: { memory: '256Mi' } }) },
      says: ['forbid NoHistory'],
    },
    {
      name: 'GATE-G16-4 back inside in one step while no pod is ready',
      amounts: { memory_limit: '2Gi' },
      over: { workload: { ...container({ limits: { memory: '64Mi' } }), ready: 0 } },
      says: [],
    },
    {
      name: 'GATE-G16-4 back inside with pods ready',
      amounts: { memory_limit: '2Gi' },
      over: { workload: container({ limits: { memory: '64Mi' } }) },
      says: ['forbid StepTooLarge'],
    },
    {
      name: 'GATE-G16-5 what could not be had yesterday',
      amounts: { memory_limit: '768Mi' },
      over: { counters: { infeasible: [{ at: NOON - 86_399_999, what: 'cpu 500m/1, memory 256Mi/768Mi' }] } },
      says: ['forbid InfeasibleBefore'],
    },
    {
      name: 'GATE-G16-5 what could not be had a day ago',
      amounts: { memory_limit: '768Mi' },
      over: { counters: { infeasible: [{ at: NOON - 86_400_000, what: 'cpu 500m/1, memory 256Mi/768Mi' }] } },
      says: [],
    },
    {
      name: 'GATE-G16-6 a pod that no node could take',
      amounts: { memory_request: '512Mi' },
      over: { workload: { nodes: [{ cpu: 4000, memory: 511 * MI }] } },
      says: ['forbid NoNodeFits'],
    },
    {
      name: 'GATE-G16-6 CPU on one node, memory on another',
      amounts: { memory_request: '512Mi' },
      over: {
        workload: {
          nodes: [
            { cpu: 499, memory: 8192 * MI },
            { cpu: 4000, memory: 511 * MI },
          ],
        },
      },
      says: ['forbid NoNodeFits'],
    },
    {
      name: 'GATE-G16-6 a LimitRange',
      amounts: { memory_limit: '768Mi' },
      over: { workload: { limitRanges: [{ name: 'lr', type: 'Container', resource: 'memory', max: 767 * MI }] } },
      says: ['forbid LimitRange'],
    },
    {
      name: 'GATE-G16-6 the ratio of a LimitRange',
      amounts: { memory_limit: '768Mi' },
      over: { workload: { limitRanges: [{ name: 'lr', type: 'Pod', resource: 'memory', maxRatio: 2 }] } },
      says: ['forbid LimitRange'],
    },
    {
      name: 'GATE-G16-6 a limit below the request',
      amounts: { memory_request: '513Mi' },
      over: { blueprint: {} },
      says: ['forbid StepTooLarge', 'forbid LimitBelowRequest'],
    },
  ])('$name', ({ amounts, over, says }) => {
    expect(codes('G16', resourcesTo(amounts), over ?? {})).toEqual(says);
  });

  it('GATE-G16-6 nodes that cannot be read fit nothing', () => {
    const { nodes: _, ...blind } = versionedWorkload();
    const input = calmInput({ ...templateChange(resourcesTo({ memory_limit: '768Mi' })), workload: blind });
    expect(said(decide(input).verdict, 'G16')).toEqual(['forbid NoData']);
  });

  const quota = (key: 'pods' | 'requests.memory', left: number) => ({
    quotas: [{ name: 'q', key, left }],
    statusReplicas: 2,
  });
  it.each<{
    name: string;
    request: Parameters<typeof templateChange>[0];
    workload: CalmOverrides['workload'];
    says: string[];
  }>([
    {
      name: 'a restart with no pod left and none to spare (field case 6)',
      request: RESTART,
      workload: quota('pods', 0),
      says: ['forbid QuotaTooSmall'],
    },
    { name: 'a restart with one pod left', request: RESTART, workload: quota('pods', 1), says: [] },
    {
      name: 'a restart that may take one away first',
      request: RESTART,
      workload: { ...quota('pods', 0), maxUnavailable: 1 },
      says: [],
    },
    {
      name: 'a restart with a pod that is not ready',
      request: RESTART,
      workload: { ...quota('pods', 0), ready: 1 },
      says: [],
    },
    {
      name: 'room for the first new pod, not for all',
      request: resourcesTo({ memory_request: '512Mi' }),
      workload: quota('requests.memory', 511 * MI),
      says: ['forbid QuotaTooSmall'],
    },
    {
      name: 'room for all',
      request: resourcesTo({ memory_request: '512Mi' }),
      workload: quota('requests.memory', 512 * MI),
      says: [],
    },
  ])('GATE-G16-7 $name', ({ request, workload, says }) => {
    expect(codes('G16', request, { workload: workload ?? {} })).toEqual(says);
  });

  it('GATE-G16-7 says nothing where nothing could be written', () => {
    const full = { quotas: [{ name: 'q', key: 'pods' as const, left: 0 }] };
    expect(codes('G16', rollbackTo(9), { workload: full })).toEqual([]);
    expect(codes('G16', rollbackTo(2), { workload: full })).toEqual(['forbid QuotaTooSmall']);
  });

  it('GATE-G16-8 what an older version changes of resources lies inside the bounds too', () => {
    const older = (resources: ContainerResources) => ({
      revisions: [revisionOf(3), revisionOf(2, { containers: [{ name: 'app', main: true, resources }] })],
    });
    const inside = { requests: { cpu: '500m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } };
    expect(codes('G16', rollbackTo(2), { workload: older(inside) })).toEqual([]);
    expect(codes('G16', rollbackTo(2), { workload: older({ ...inside, limits: { memory: '3Gi' } }) })).toEqual([
      'forbid OutsideBounds',
    ]);
  });
});

it('GATE-G18-3 a change of resources has one container and changes something', () => {
  expect(codes('G18', resourcesTo({ memory_limit: '512Mi' }))).toEqual(['forbid NothingToChange']);
  const two = {
    containers: [
      { name: 'a', main: false },
      { name: 'b', main: false },
    ],
  };
  expect(codes('G18', resourcesTo({ memory_limit: '512Mi' }), { workload: two })).toEqual(['forbid NoOneContainer']);
});

it('GATE-G5-3 with no pod ready the states of the pods are the evidence', () => {
  const blind: CalmOverrides = { assessment: { signals: [] } };
  const request = resourcesTo({ memory_limit: '768Mi' });
  const killed = podOf({ lastRestart: { at: NOON - 60_000, reason: 'OOMKilled' } });
  expect(codes('G5', request, { ...blind, workload: { ready: 0, pods: [killed] } })).toEqual([]);
  expect(codes('G5', request, { ...blind, workload: { ready: 0, pods: [] } })).toContain('wait NoData');
  expect(codes('G5', request, { ...blind, workload: { ready: 1, pods: [killed] } })).toContain('wait NoData');
  expect(codes('G5', RESTART, { ...blind, workload: { ready: 0, pods: [killed] } })).toContain('wait NoData');
});
