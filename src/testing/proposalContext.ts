import type { ProposalContext } from '../agents/proposer.ts';
import type { Assessment, Signal } from '../schema/assessment.ts';
import { type Blueprint, SAFETY_DEFAULTS } from '../schema/blueprint.ts';
import type { Verdict } from '../schema/verdict.ts';
import type { Workload } from '../schema/workload.ts';

const NOW = Date.UTC(2026, 0, 5);

export const STOREFRONT: Blueprint = {
  name: 'storefront',
  namespace: 'shop',
  version: '1.0.0',
  hash: 'a'.repeat(64),
  priority: 'high',
  criticality: 'critical',
  target: { kind: 'Deployment', name: 'storefront', namespace: 'shop' },
  autonomy: 'autonomous',
  scaling: { minReplicas: 2, maxReplicas: 10, targetCpu: 0.7, upThreshold: 0.8, downThreshold: 0.4, tolerance: 0.1 },
  resources: {},
  performance: { latencyP95Ms: 200, errorRate: 0.01 },
  authority: {
    allowed: ['scale_within_limits', 'restart_pods'],
    requiresApproval: [],
    forbidden: ['delete_deployment'],
  },
  verification: {
    enabled: true,
    stabilizationMs: 60_000,
    checks: [],
    rollback: { enabled: true, automatic: true, onCriticalFailure: true },
  },
  approval: { quorum: 1, decideWithinMs: 3_600_000, executeWithinMs: 3_600_000, onApproval: 'update_blueprint' },
  safety: SAFETY_DEFAULTS,
  freeze: [],
  logs: 'denied',
  metrics: {
    latencyP95: 'http_latency_p95_seconds',
    errorRate: 'http_error_rate',
    requestsPerSecond: 'http_requests_per_second',
  },
};

export const STOREFRONT_WORKLOAD: Workload = {
  at: NOW,
  uid: 'uid-1',
  namespace: 'shop',
  name: 'storefront',
  resourceVersion: '1',
  managed: true,
  deleting: false,
  createdAt: NOW - 86_400_000,
  replicas: 2,
  ready: 2,
  updated: 2,
  statusReplicas: 2,
  generation: 1,
  observedGeneration: 1,
  restartedAt: null,
  hasAnnotations: false,
  hasTemplateAnnotations: false,
  image: 'storefront:1',
  rollout: { underWay: false, paused: false, newPods: 0, newPodsReady: 0, newPodsFailing: 0, failingPasses: 0 },
  owners: [],
  foreignChanges: [],
  disruptionBudgets: [],
  pods: [],
  requests: { cpu: 500, memory: 0, missing: [] },
  limits: {},
};

export const signal = (name: Signal['name'], value: number, rest: Partial<Signal> = {}): Signal => ({
  name,
  state: 'fresh',
  value,
  sampleAt: NOW - 12_000,
  intervalMs: 15_000,
  source: 'test',
  says: 'hold',
  ...rest,
});

export const CPU_HIGH: Assessment = {
  at: NOW,
  signals: [
    signal('cpu', 0.85, { target: 0.7, upAbove: 0.8, downBelow: 0.4, says: 'up' }),
    signal('latency_p95', 120, { target: 200, upAbove: 200 }),
    signal('error_rate', 0.001, { target: 0.01, upAbove: 0.01 }),
  ],
  breach: [],
  pressure: ['cpu'],
  distress: [],
  recommendation: { direction: 'up', replicas: 3, reason: 'CPU 85% of target 70% at 2 replicas', started: true },
  history: {},
  candidates: [],
};

/** Scenario 1: CPU 85% at 2 replicas, the floor is 3. Every call is answered as the gate of a permissive blueprint would. */
export function proposalContext(overrides: Partial<ProposalContext> = {}): ProposalContext {
  const assessment = overrides.assessment ?? CPU_HIGH;
  return {
    now: NOW,
    runId: 'run-1',
    service: 'shop/storefront',
    blueprint: STOREFRONT,
    workload: STOREFRONT_WORKLOAD,
    assessment,
    candidates: [
      { candidate: { tool: 'scale', replicas: 3, floor: true, reason: 'brings CPU back to about 57%' } },
      { candidate: { tool: 'scale', replicas: 4, floor: false, reason: 'leaves room for more load' } },
    ],
    recentDecisions: [],
    judge: async (call) => ({ kind: call.effect === 'read' ? 'answered' : 'accepted', verdict: verdict(), data: {} }),
    record: async () => true,
    ...overrides,
  };
}

export const verdict = (overrides: Partial<Verdict> = {}): Verdict => ({
  requestId: 'r1',
  operation: 'scale_within_limits',
  authority: 'allowed',
  approvers: [],
  findings: [],
  at: NOW,
  ...overrides,
});

export const refusal = (operation: string, message = 'delete_deployment is forbidden by the blueprint'): Verdict =>
  verdict({
    operation,
    authority: 'forbidden',
    findings: [{ rule: 'G0', code: 'Forbidden', effect: 'forbid', message, values: { operation } }],
  });
