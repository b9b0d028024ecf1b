import type { Assessment } from '../schema/assessment.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import type { Request } from '../schema/request.ts';
import type { Amounts, ContainerResources } from '../schema/resources.ts';
import type { Pod, Revision, Workload } from '../schema/workload.ts';
import { type CalmOverrides, calmBlueprint, calmWorkload, hotAssessment, NOON } from './gateInput.ts';

const MI = 2 ** 20;

/** 500m/1 CPU, 256Mi/512Mi memory. */
export const WRITTEN: ContainerResources = {
  requests: { cpu: '500m', memory: '256Mi' },
  limits: { cpu: '1', memory: '512Mi' },
};

export const revisionOf = (revision: number, overrides: Partial<Revision> = {}): Revision => ({
  revision,
  hash: `hash${revision}`,
  replicaSet: `web-hash${revision}`,
  uid: `uid-rs${revision}`,
  first: revision,
  images: `web:${revision}`,
  healthy: true,
  containers: [{ name: 'app', main: true, resources: WRITTEN }],
  ...overrides,
});

/** Two replicas of revision 3, with 2 and 1 before it, on one node of 4 cores and 8 Gi. */
export const versionedWorkload = (overrides: Partial<Workload> = {}): Partial<Workload> => ({
  containers: [{ name: 'app', main: true, resources: WRITTEN }],
  current: revisionOf(3),
  revisions: [revisionOf(3), revisionOf(2), revisionOf(1)],
  surge: 1,
  maxUnavailable: 0,
  limitRanges: [],
  quotas: [],
  nodes: [{ cpu: 4000, memory: 8192 * MI }],
  ...overrides,
});

export const boundedBlueprint = (overrides: Partial<Blueprint> = {}): Partial<Blueprint> => ({
  resources: {
    cpu: { min: 100, max: 2000, target: 500 },
    memory: { min: 128 * MI, max: 2048 * MI, target: 512 * MI },
  },
  authority: {
    ...calmBlueprint().authority,
    allowed: ['scale_within_limits', 'restart_pods', 'adjust_resources_within_bounds', 'rollback'],
  },
  ...overrides,
});

export const resourcesTo = (amounts: Amounts): Partial<Request> => ({
  tool: 'adjust_resources',
  args: { service: 'shop/web', ...amounts },
  wanted: { kind: 'resources', amounts },
});

export const rollbackTo = (revision: number | null): Partial<Request> => ({
  tool: 'rollback',
  args: { service: 'shop/web', revision },
  wanted: { kind: 'rollback', revision },
});

export const podOf = (overrides: Partial<Pod> = {}): Pod => ({
  name: 'web-x',
  ready: false,
  current: true,
  restarts: 3,
  trouble: 'CrashLoopBackOff',
  terminating: false,
  ...overrides,
});

/** None of the new pods is ready and one crashes, seen in two passes. */
export const FAILING = {
  rollout: { ...calmWorkload().rollout, underWay: true, newPods: 1, newPodsFailing: 1, failingPasses: 2 },
  pods: [podOf()],
};

/** A whole day of memory was watched, with this peak in Mi. */
export const watched = (peakMi: number): Partial<Assessment> => ({
  history: { ...hotAssessment().history, memoryPeak: peakMi * MI, memorySince: NOON - 86_400_000 },
});

/** An agent's change of the template in a calm service; nothing stands in its way unless the overrides say so. */
export const templateChange = (request: Partial<Request>, overrides: CalmOverrides = {}): CalmOverrides => ({
  ...overrides,
  request: { ...request, ...overrides.request },
  blueprint: boundedBlueprint(overrides.blueprint ?? {}),
  workload: versionedWorkload(overrides.workload ?? {}),
});
