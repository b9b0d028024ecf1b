import type { Assessment, Signal } from '../schema/assessment.ts';
import { type Blueprint, type GlobalRules, NO_GLOBAL_RULES, SAFETY_DEFAULTS } from '../schema/blueprint.ts';
import type { LastChange } from '../schema/change.ts';
import { type Counters, NEW_COUNTERS, type OperationRecord } from '../schema/counters.ts';
import { type FleetFacts, NEW_FLEET } from '../schema/fleet.ts';
import type { Request, UndoFacts } from '../schema/request.ts';
import type { GateInput, RuleId, Verdict } from '../schema/verdict.ts';
import type { Workload } from '../schema/workload.ts';

/** 2026-01-05T12:00:00Z, a Monday. */
export const NOON = Date.UTC(2026, 0, 5, 12);

export interface CalmOverrides
  extends Partial<Omit<GateInput, 'request' | 'blueprint' | 'workload' | 'assessment' | 'counters' | 'global'>> {
  readonly request?: Partial<Request>;
  /** `null` leaves the input out, as when it could not be read. */
  readonly blueprint?: Partial<Blueprint> | null;
  readonly global?: Partial<GlobalRules> | null;
  readonly workload?: Partial<Workload> | null;
  readonly assessment?: Partial<Assessment> | null;
  readonly counters?: Partial<Counters> | null;
}

export const calmBlueprint = (overrides: Partial<Blueprint> = {}): Blueprint => ({
  name: 'web',
  namespace: 'shop',
  version: '1.0.0',
  hash: 'b'.repeat(64),
  priority: 'high',
  criticality: 'critical',
  target: { kind: 'Deployment', name: 'web', namespace: 'shop' },
  autonomy: 'autonomous',
  scaling: { minReplicas: 2, maxReplicas: 10, targetCpu: 0.7, upThreshold: 0.8, downThreshold: 0.4, tolerance: 0.1 },
  resources: {},
  performance: { latencyP95Ms: 200, errorRate: 0.01 },
  authority: {
    allowed: ['scale_within_limits', 'restart_pods'],
    requiresApproval: [
      { operation: 'scale_beyond_limits', condition: 'target_replicas > max_replicas', approvers: ['devops-team'] },
    ],
    forbidden: ['delete_deployment', 'modify_namespace', 'change_rbac'],
  },
  verification: {
    enabled: true,
    stabilizationMs: 60_000,
    checks: [
      {
        name: 'latency_p95',
        signal: 'latency_p95',
        comparator: '<',
        value: 200,
        critical: true,
        rollbackTrigger: true,
      },
      { name: 'error_rate', signal: 'error_rate', comparator: '<', value: 0.01, critical: true, rollbackTrigger: true },
    ],
    rollback: { enabled: true, automatic: true, onCriticalFailure: true },
  },
  approval: { quorum: 1, decideWithinMs: 3_600_000, executeWithinMs: 3_600_000, onApproval: 'update_blueprint' },
  safety: SAFETY_DEFAULTS,
  freeze: [],
  logs: 'denied',
  metrics: { latencyP95: 'latency_p95_seconds', errorRate: 'error_rate', requestsPerSecond: 'requests_per_second' },
  ...overrides,
});

export const calmWorkload = (overrides: Partial<Workload> = {}): Workload => ({
  at: NOON,
  uid: 'uid-web',
  namespace: 'shop',
  name: 'web',
  resourceVersion: '1000',
  managed: true,
  deleting: false,
  createdAt: NOON - 86_400_000,
  replicas: 2,
  ready: 2,
  updated: 2,
  statusReplicas: 2,
  generation: 1,
  observedGeneration: 1,
  restartedAt: null,
  hasAnnotations: true,
  hasTemplateAnnotations: false,
  image: 'registry.example/web:1.4.2',
  rollout: { underWay: false, paused: false, newPods: 0, newPodsReady: 0, newPodsFailing: 0, failingPasses: 0 },
  owners: [],
  foreignChanges: [],
  disruptionBudgets: [],
  pods: [],
  requests: { cpu: 500, memory: 536_870_912, missing: [] },
  limits: { cpu: 1000, memory: 536_870_912 },
  ...overrides,
});

/** A fresh signal of 10 s ago; `overrides` says what is special about it. */
export const signal = (name: Signal['name'], overrides: Partial<Signal> = {}): Signal => ({
  name,
  state: 'fresh',
  value: { cpu: 0.85, latency_p95: 120, error_rate: 0.001, requests_per_second: 100 }[name],
  sampleAt: NOON - 10_000,
  intervalMs: 15_000,
  source: 'metrics API',
  says: 'hold',
  ...overrides,
});

/** CPU at 85% of two replicas: three are recommended. */
export const hotAssessment = (overrides: Partial<Assessment> = {}): Assessment => ({
  at: NOON,
  signals: [
    signal('cpu', { value: 0.85, says: 'up', covered: 2, ready: 2 }),
    signal('latency_p95'),
    signal('error_rate'),
  ],
  breach: [],
  pressure: ['cpu'],
  distress: [],
  recommendation: { direction: 'up', replicas: 3, reason: 'cpu 85%, target 70%', started: true },
  desired: 3,
  history: { unbrokenSince: NOON - 3_600_000, highestDesired: 3, highestLoad: 1.7, highestLoadEver: 1.7, load: 1.7 },
  candidates: [],
  ...overrides,
});

/** CPU at 20%: less is recommended. Goes with a workload of 6. */
export const idleAssessment = (overrides: Partial<Assessment> = {}): Assessment => ({
  ...hotAssessment(),
  signals: [
    signal('cpu', { value: 0.2, says: 'down', covered: 6, ready: 6 }),
    signal('latency_p95', { value: 60, says: 'down' }),
    signal('error_rate', { says: 'down' }),
  ],
  pressure: [],
  recommendation: { direction: 'down', replicas: 5, reason: 'cpu 20%, target 70%', started: true },
  desired: 2,
  history: { unbrokenSince: NOON - 3_600_000, highestDesired: 4, highestLoad: 1.3, highestLoadEver: 1.5, load: 1.2 },
  ...overrides,
});

/** Ten services, all well, on three nodes. */
export const calmFleet = (overrides: Partial<FleetFacts> = {}): FleetFacts => ({
  services: 10,
  counters: NEW_FLEET,
  health: { unhealthy: 0, blind: 0, examples: [], nodes: { total: 3, notReady: 0 }, api: { calls: 100, failures: 0 } },
  used: { replicas: 20, cpu: 10_000, memory: 10_737_418_240 },
  claims: [],
  ...overrides,
});

/** An agent asks for 3 replicas instead of 2 under CPU pressure, and nothing stands in the way: allowed. */
export function calmInput(overrides: CalmOverrides = {}): GateInput {
  const { request, blueprint, global, workload, assessment, counters, ...rest } = overrides;
  const counted: Counters = { ...NEW_COUNTERS, ...counters };
  return {
    now: NOON,
    holds: [],
    matches: 1,
    admission: true,
    ownNamespace: 'agent-system',
    fleet: calmFleet(),
    request: {
      id: 'web-aaaaaaaaaa',
      tool: 'scale',
      effect: 'change',
      args: { service: 'shop/web', replicas: 3 },
      wanted: { kind: 'scale', replicas: 3 },
      target: { namespace: 'shop', name: 'web' },
      requester: { kind: 'agent', name: 'decision-engine' },
      ...request,
    },
    ...(blueprint === null ? {} : { blueprint: calmBlueprint(blueprint) }),
    ...(global === null ? {} : { global: { ...NO_GLOBAL_RULES, ...global } }),
    ...(workload === null ? {} : { workload: calmWorkload(workload) }),
    ...(assessment === null ? {} : { assessment: hotAssessment(assessment) }),
    ...(counters === null ? {} : { counters: counted }),
    ...rest,
  };
}

/** An agent asks for 5 replicas instead of 6 of an idle service: allowed. */
export const idleInput = (overrides: CalmOverrides = {}): GateInput =>
  calmInput({
    ...overrides,
    request: {
      args: { service: 'shop/web', replicas: 5 },
      wanted: { kind: 'scale', replicas: 5 },
      ...overrides.request,
    },
    workload: overrides.workload === null ? null : { replicas: 6, ready: 6, ...overrides.workload },
    assessment: overrides.assessment === null ? null : idleAssessment({ ...overrides.assessment }),
  });

/** The same request for another number of replicas. */
export const scaleTo = (replicas: number): Pick<Request, 'args' | 'wanted'> => ({
  args: { service: 'shop/web', replicas },
  wanted: { kind: 'scale', replicas },
});

export const RESTART: Partial<Request> = {
  tool: 'restart_pods',
  args: { service: 'shop/web' },
  wanted: { kind: 'restart' },
};
export const BY_ANN: Partial<Request> = { requester: { kind: 'person', name: 'ann' } };

/** What one rule said, as `effect Code`, in order. */
export const said = (verdict: Verdict, rule: RuleId): string[] =>
  verdict.findings.filter((finding) => finding.rule === rule).map(({ effect, code }) => `${effect} ${code}`);

/** The instant until which one finding makes wait; undefined when it has no end or was not said. */
export const saidUntil = (verdict: Verdict, code: string): number | undefined =>
  verdict.findings.find((finding) => finding.code === code)?.notBefore;

/** A write in the counters, `ago` ms before {@link NOON}. */
export const operation = (ago: number, overrides: Partial<OperationRecord> = {}): OperationRecord => ({
  at: NOON - ago,
  decision: `web-${ago}`,
  changeId: `web-${ago}.1`,
  direction: 'up',
  optional: false,
  undo: false,
  by: 'agent',
  ...overrides,
});

/** The undo of our own scale-down from 3 to 2, which the service did not bear: allowed. */
export function undoInput(undo: Partial<UndoFacts> = {}, overrides: CalmOverrides = {}): GateInput {
  return calmInput({
    ...overrides,
    request: {
      id: 'web-bbbbbbbbbb.undo',
      tool: 'undo',
      args: {},
      wanted: { kind: 'scale', replicas: 3 },
      requester: { kind: 'agent', name: 'executor' },
      undo: {
        changeId: 'web-bbbbbbbbbb.1',
        wrote: '2',
        before: '3',
        direction: 'down',
        beforeWasBreached: false,
        alreadyUndone: false,
        ...undo,
      },
      ...overrides.request,
    },
    workload:
      overrides.workload === null
        ? null
        : { lastChange: OUR_DOWN, lastChangeText: JSON.stringify(OUR_DOWN), ...overrides.workload },
  });
}

/** The annotation of that scale-down, two minutes old. */
export const OUR_DOWN: LastChange = {
  id: 'web-bbbbbbbbbb.1',
  decision: 'web-bbbbbbbbbb',
  did: 'scale 3 to 2',
  before: '3',
  after: '2',
  at: '2026-01-05T11:58:00.000Z',
  log: 'a'.repeat(64),
  undo: false,
};
