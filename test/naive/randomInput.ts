import type { Blueprint, GlobalRules } from '../../src/schema/blueprint.ts';
import { NO_GLOBAL_RULES, SAFETY_DEFAULTS } from '../../src/schema/blueprint.ts';
import { OPERATIONS } from '../../src/schema/operation.ts';
import type { Request } from '../../src/schema/request.ts';
import type { CheckedApproval, GateInput } from '../../src/schema/verdict.ts';
import { Draw } from './draw.ts';
import { randomAssessment } from './randomAssessment.ts';
import { randomCounters, randomHolds } from './randomCounters.ts';
import { randomFleet } from './randomFleet.ts';
import { randomRequest } from './randomRequest.ts';
import { randomWorkload } from './randomWorkload.ts';

export const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

/** One whole input of the gate: mostly calm, with some parts on an edge, over it, or not to be had. */
export function randomInput(seed: number, rate?: number): GateInput {
  const draw = new Draw(seed, rate);
  const blueprint = randomBlueprint(draw);
  const workload = randomWorkload(draw, blueprint, NOW);
  const request = randomRequest(draw, blueprint, workload, NOW);
  const assessment = randomAssessment(draw, blueprint, workload, request, NOW);
  const counters = randomCounters(draw, workload, request, NOW);
  const global = draw.odd<GlobalRules | undefined>(NO_GLOBAL_RULES, () => randomGlobal(draw, request));
  const holds = draw.odd([], () => randomHolds(draw));
  const fleet = randomFleet(draw, blueprint, NOW);
  const approval = randomApproval(draw, blueprint, request);
  const frozen = draw.odd<GateInput['frozen']>(
    undefined,
    () => (draw.chance(0.3) ? { broken: 'cron' } : { until: NOW + draw.int(1, HOUR), reason: 'sales' }),
    0.5,
  );
  const kept = <T extends object>(part: T): T | Record<string, never> =>
    draw.odd<T | Record<string, never>>(part, () => ({}), 0.4);
  return {
    now: NOW,
    request,
    ...kept({ blueprint }),
    ...(global === undefined ? {} : { global }),
    ...kept({ workload }),
    ...kept({ assessment }),
    ...kept({ counters }),
    ...kept({ holds }),
    ...kept({ fleet }),
    ...(approval === undefined ? {} : { approval }),
    matches: draw.odd(1, () => draw.int(0, 2), 0.4),
    admission: draw.chance(0.5),
    ownNamespace: draw.odd('agent-system', () => 'shop', 0.3),
    ...(frozen === undefined ? {} : { frozen }),
  };
}

const MI = 2 ** 20;
const RESOURCES = {
  cpu: { min: 100, max: 2000, target: 500 },
  memory: { min: 128 * MI, max: 2048 * MI, target: 512 * MI },
};

const CONDITIONS = [
  'always',
  'target_replicas > max_replicas',
  'target_replicas > 6',
  'current_replicas > 4',
  'target_replicas - current_replicas > 2',
  '8 / (current_replicas - 4) > 1',
  'service == "web" && namespace == "shop"',
  'min_replicas > 2',
];

const GRANTED = [
  'scale_within_limits',
  'restart_pods',
  'scale_to_zero',
  'adjust_resources_within_bounds',
  'rollback',
] as const;

function randomBlueprint(draw: Draw): Blueprint {
  const min = draw.pick([0, 1, 2, 2, 2, 3]);
  const place = draw.odd('shop', () => draw.pick(['kube-system', 'kube-public', 'agent-system', 'other']), 0.3);
  return {
    name: 'web',
    namespace: draw.odd(place, () => 'elsewhere', 0.3),
    version: '1.0.0',
    hash: 'a'.repeat(64),
    priority: 'medium',
    criticality: 'standard',
    target: { kind: 'Deployment', name: 'web', namespace: place },
    autonomy: draw.odd('autonomous', () => draw.pick(['propose', 'observe'] as const)),
    scaling: {
      minReplicas: min,
      maxReplicas: draw.pick([min + 1, 10, 10, 10, 20]),
      targetCpu: 0.7,
      upThreshold: draw.pick([0.8, 0.8, 0.9]),
      downThreshold: 0.4,
      tolerance: 0.1,
    },
    resources: draw.odd<Blueprint['resources']>(RESOURCES, () => draw.pick([{}, { cpu: RESOURCES.cpu }]), 0.3),
    performance: {
      ...(draw.chance(0.7) ? { latencyP95Ms: 200 } : {}),
      ...(draw.chance(0.7) ? { errorRate: 0.01 } : {}),
    },
    authority: {
      allowed: draw.odd([...GRANTED], () => draw.list(0, 4, () => draw.pick(OPERATIONS))),
      requiresApproval: draw
        .odd(['scale_beyond_limits'] as const, () => draw.list(0, 4, () => draw.pick(OPERATIONS)))
        .map((operation) => ({
          operation,
          condition: draw.pick(CONDITIONS),
          approvers: draw.pick([['ops'], ['ops', 'devops'], ['devops'], []]),
        })),
      forbidden: draw.odd([], () => draw.list(0, 2, () => draw.pick(OPERATIONS))),
    },
    verification: {
      enabled: true,
      stabilizationMs: 60_000,
      checks: [],
      rollback: {
        enabled: draw.odd(true, () => false, 0.3),
        automatic: draw.odd(true, () => false, 0.3),
        onCriticalFailure: true,
      },
    },
    approval: { quorum: 1, decideWithinMs: HOUR / 2, executeWithinMs: HOUR / 6, onApproval: 'once' },
    safety: draw.odd(SAFETY_DEFAULTS, () => ({
      cooldownMs: draw.pick([60_000, 120_000]),
      operationsPerHour: draw.int(1, 10),
      downsPerHour: draw.int(1, 4),
      optionalPerHour: draw.int(1, 6),
      breakerFailures: 3,
      freshnessMs: draw.pick([20_000, 45_000]),
      downWindowMs: draw.pick([450_000, 900_000]),
    })),
    freeze: [],
    logs: draw.pick(['allowed', 'denied']),
    metrics: { latencyP95: 'latency', errorRate: 'errors', requestsPerSecond: 'rps' },
  };
}

function randomGlobal(draw: Draw, request: Request): GlobalRules | undefined {
  if (draw.chance(0.2)) return undefined;
  const wanted = request.wanted?.kind === 'scale' ? request.wanted.replicas : 4;
  return {
    ...NO_GLOBAL_RULES,
    ceilings: draw.chance(0.7) ? { maxReplicas: draw.around(wanted), cpu: draw.pick([600, 1500, 4000]) } : {},
    forbidden: draw.list(0, 2, () => draw.pick(OPERATIONS)),
    capacity: draw.pick([
      {},
      { replicas: draw.int(20, 40) },
      { cpu: draw.int(20, 25) * 500 },
      { memory: 12 * 1024 * MI },
    ]),
  };
}

/** Mostly one that fits the request; else one word of it is another. */
function randomApproval(draw: Draw, blueprint: Blueprint, request: Request): CheckedApproval | undefined {
  if (!draw.chance(0.2) || request.wanted === undefined) return undefined;
  const { wanted } = request;
  const { minReplicas: min, maxReplicas: max } = blueprint.scaling;
  let operation = 'restart_pods';
  if (wanted.kind === 'scale') {
    operation = wanted.replicas >= min && wanted.replicas <= max ? 'scale_within_limits' : 'scale_beyond_limits';
    if (wanted.replicas === 0) operation = 'scale_to_zero';
  }
  if (wanted.kind === 'rollback') operation = 'rollback';
  if (wanted.kind === 'resources') operation = 'adjust_resources_within_bounds';
  const args = Object.fromEntries(Object.entries(request.args).reverse());
  const before = Number(request.undo?.before);
  return {
    name: 'approval-1',
    operation: draw.odd(operation, () => draw.pick(OPERATIONS)),
    args: draw.odd(args, () => ({ ...args, [draw.pick(['replicas', 'reason', 'more'])]: draw.pick([before, 7]) })),
    blueprintHash: draw.odd(blueprint.hash, () => 'b'.repeat(64)),
  };
}
