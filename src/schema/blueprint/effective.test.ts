import { describe, expect, it } from 'vitest';
import { type GlobalRules, NO_GLOBAL_RULES, SAFETY_DEFAULTS } from '../blueprint.ts';
import type { BlueprintDoc, GlobalDoc } from './doc.ts';
import { effective, effectiveGlobal } from './effective.ts';
import { FULL, SHORT } from './fixtures.ts';
import { blueprintFromObject, globalFromObject } from './fromObject.ts';
import { loadBlueprint, loadGlobal } from './load.ts';
import { toObject } from './toObject.ts';

function doc(text: string): BlueprintDoc {
  const loaded = loadBlueprint(text, 'web.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value;
}

function global(text: string): GlobalDoc {
  const loaded = loadGlobal(text, 'global/default.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value;
}

const judged = (text: string, rules: GlobalRules, source?: GlobalDoc) => effective(doc(text), rules, 'shop', source);

describe('the blueprint in force', () => {
  it('has every unit resolved', () => {
    expect(judged(FULL, NO_GLOBAL_RULES)).toEqual({
      ok: true,
      value: {
        name: 'my-service',
        namespace: 'shop',
        version: '1.0.0',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        priority: 'high',
        criticality: 'critical',
        target: { kind: 'Deployment', name: 'my-service', namespace: 'shop' },
        autonomy: 'autonomous',
        scaling: {
          minReplicas: 2,
          maxReplicas: 10,
          targetCpu: 0.7,
          upThreshold: 0.8,
          downThreshold: 0.4,
          tolerance: 0.1,
        },
        resources: {
          cpu: { min: 100, max: 1000, target: 500 },
          memory: { min: 128 * 2 ** 20, max: 2 * 2 ** 30, target: 512 * 2 ** 20 },
        },
        performance: { latencyP95Ms: 200, errorRate: 0.01 },
        authority: {
          allowed: ['scale_within_limits', 'adjust_resources_within_bounds', 'restart_pods'],
          requiresApproval: [
            {
              operation: 'scale_beyond_limits',
              condition: 'target_replicas > max_replicas',
              approvers: ['devops-team'],
            },
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
            {
              name: 'error_rate',
              signal: 'error_rate',
              comparator: '<',
              value: 0.01,
              critical: true,
              rollbackTrigger: true,
            },
          ],
          rollback: { enabled: true, automatic: true, onCriticalFailure: true },
        },
        approval: { quorum: 1, decideWithinMs: 1_800_000, executeWithinMs: 600_000, onApproval: 'update_blueprint' },
        safety: SAFETY_DEFAULTS,
        freeze: [],
        logs: 'denied',
        metrics: {
          latencyP95: 'http_latency_p95_seconds',
          errorRate: 'http_error_ratio',
          requestsPerSecond: 'http_requests_per_second',
        },
      },
    });
  });

  it('keeps queries of its own, by signal', () => {
    const text = SHORT.replace('spec:\n', 'spec:\n  metrics: {queries: {latency_p95: \'job:p95{app="web"}\'}}\n');
    expect(judged(text, NO_GLOBAL_RULES)).toMatchObject({
      value: { metrics: { latencyP95: 'http_latency_p95_seconds', queries: { latencyP95: 'job:p95{app="web"}' } } },
    });
  });

  it('has safe defaults where the short document is silent', () => {
    expect(judged(SHORT, NO_GLOBAL_RULES)).toMatchObject({
      value: {
        priority: 'medium',
        criticality: 'standard',
        scaling: { targetCpu: 0.7, upThreshold: 0.8, downThreshold: 0.4 },
        authority: { requiresApproval: [], forbidden: [] },
        verification: { enabled: true, checks: [], rollback: { automatic: true } },
        logs: 'denied',
      },
    });
  });

  it('is verified by its objectives where it names no checks', () => {
    const text = SHORT.replace('spec:\n', 'spec:\n  performance: {latency_target_p95: 1.5s}\n');
    expect(judged(text, NO_GLOBAL_RULES)).toMatchObject({
      value: { verification: { checks: [{ name: 'latency_p95', comparator: '<', value: 1500, critical: true }] } },
    });
  });

  it('is the same, hash included, when it comes back from the cluster, whatever the order of its keys', () => {
    const fromFile = judged(FULL, NO_GLOBAL_RULES);
    const object = toObject({ ...doc(FULL), namespace: 'shop' });
    const spec = Object.fromEntries(Object.entries(object.spec ?? {}).reverse());
    expect(blueprintFromObject({ ...object, spec, status: { hash: 'x' } }, NO_GLOBAL_RULES)).toEqual(fromFile);
  });

  it.each([
    ['autonomous', 'observe', 'observe'],
    ['autonomous', 'propose', 'propose'],
    ['observe', 'autonomous', 'observe'],
    ['propose', 'propose', 'propose'],
  ] as const)('written %s under a ceiling of %s gets %s', (written, ceiling, expected) => {
    const text = SHORT.replace('spec:\n', `spec:\n  autonomy: ${written}\n`);
    expect(judged(text, { ...NO_GLOBAL_RULES, autonomy: ceiling })).toMatchObject({ value: { autonomy: expected } });
  });

  it('has the freeze windows of the organisation as well as its own', () => {
    const rules = effectiveGlobal(
      global('spec: {freeze: [{cron: "0 0 24 12 *", duration: 240h, reason: holidays}]}\n'),
    );
    const text = SHORT.replace(
      'spec:\n',
      'spec:\n  freeze: [{cron: "0 18 * * 5", duration: 60h, time_zone: Europe/Berlin}]\n',
    );
    expect(judged(text, rules)).toMatchObject({
      value: {
        freeze: [
          { cron: '0 18 * * 5', timeZone: 'Europe/Berlin' },
          { reason: 'holidays', durationMs: 864_000_000 },
        ],
      },
    });
  });
});

describe('a blueprint looser than the global rules', () => {
  const RULES = `spec:
  ceilings:
    max_replicas: 8
    cpu: 500m
    memory: 1Gi
  forbidden_operations: [restart_pods, scale_beyond_limits]
  safety:
    cooldown: 2m
    operations_per_hour: 20
`;

  it('is refused, each fault naming both lines', () => {
    const source = global(RULES);
    const result = judged(FULL, effectiveGlobal(source), source);
    expect(result.ok ? [] : result.error.map((f) => [f.code, f.path, f.line, f.message])).toEqual([
      [
        'AboveGlobalCeiling',
        'spec.scaling.max_replicas',
        9,
        'spec.scaling.max_replicas: found 10, expected at most the global ceiling, 8 (line 9; global rules: global/default.yaml:3)',
      ],
      [
        'AboveGlobalCeiling',
        'spec.resources.cpu.max',
        14,
        'spec.resources.cpu.max: found 1, expected at most the global ceiling, 500m (line 14; global rules: global/default.yaml:4)',
      ],
      [
        'AboveGlobalCeiling',
        'spec.resources.memory.max',
        15,
        'spec.resources.memory.max: found 2Gi, expected at most the global ceiling, 1Gi (line 15; global rules: global/default.yaml:5)',
      ],
      [
        'GloballyForbidden',
        'governance.agent_authority.allowed_operations[2]',
        21,
        'governance.agent_authority.allowed_operations[2]: found restart_pods, expected an operation that the global rules do not forbid (line 21; global rules: global/default.yaml:6)',
      ],
      [
        'GloballyForbidden',
        'governance.agent_authority.requires_approval[0].operation',
        23,
        'governance.agent_authority.requires_approval[0].operation: found scale_beyond_limits, expected an operation that the global rules do not forbid (line 23; global rules: global/default.yaml:6)',
      ],
    ]);
  });

  it.each([
    ['cooldown: 2m', 0],
    ['cooldown: 119s', 1],
    ['cooldown: 3m', 0],
    ['operations_per_hour: 20', 0],
    ['operations_per_hour: 21', 1],
    ['breaker_failures: 3', 0],
    ['breaker_failures: 4', 1],
    ['downs_per_hour: 5', 1],
    ['optional_per_hour: 7', 1],
    ['freshness: 46s', 1],
    ['down_window: 449s', 1],
    ['down_window: 450s', 0],
  ])('with safety {%s} has %d faults', (line, count) => {
    const source = global(RULES);
    const text = SHORT.replace('spec:\n', `spec:\n  safety: {${line}}\n`).replace(', restart_pods', '');
    const result = judged(text, effectiveGlobal(source), source);
    expect(result.ok ? 0 : result.error.length).toBe(count);
    if (!result.ok) expect(result.error[0]).toMatchObject({ code: 'LooserThanGlobal', line: 5 });
  });

  it('names a built-in default as one', () => {
    const source = global(RULES);
    const result = judged(
      SHORT.replace('spec:\n', 'spec:\n  safety: {freshness: 1m}\n').replace(', restart_pods', ''),
      effectiveGlobal(source),
      source,
    );
    expect(result.ok ? '' : result.error[0]?.message).toContain('built-in default of safety.freshness');
  });
});

describe('an object from the cluster', () => {
  const object = {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'Blueprint',
    metadata: { name: 'web', namespace: 'shop' },
  };

  it('is judged like a file, by path instead of line', () => {
    const bad = { ...object, spec: { version: '1.0.0', scaling: { min_replicas: 5, max_replicas: 2 } } };
    expect(blueprintFromObject(bad, NO_GLOBAL_RULES)).toMatchObject({
      ok: false,
      error: [{ code: 'MinAboveMax', path: 'spec.scaling.min_replicas', file: 'Blueprint shop/web', line: 0 }],
    });
  });

  it.each([[undefined], [null], ['text'], [[]], [{}]])('with the spec %j is refused, never thrown', (spec) => {
    expect(blueprintFromObject({ ...object, spec }, NO_GLOBAL_RULES).ok).toBe(false);
  });

  it('governs its own namespace only', () => {
    const spec = { version: '1.0.0', target: { namespace: 'other' }, scaling: { min_replicas: 1, max_replicas: 2 } };
    expect(blueprintFromObject({ ...object, spec }, NO_GLOBAL_RULES)).toMatchObject({
      error: [{ code: 'TargetNamespace' }],
    });
  });

  it('of the global rules gives ceilings and capacity in base units', () => {
    const rules = {
      ...object,
      kind: 'ClusterBlueprint',
      metadata: { name: 'default' },
      spec: { ceilings: { cpu: '2' }, capacity: { replicas: 40, memory: '1Gi' } },
    };
    expect(globalFromObject(rules)).toMatchObject({
      value: {
        autonomy: 'autonomous',
        ceilings: { cpu: 2000 },
        capacity: { replicas: 40, memory: 2 ** 30 },
        safety: SAFETY_DEFAULTS,
      },
    });
  });
});
