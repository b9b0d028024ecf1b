import { describe, expect, it } from 'vitest';
import type { Fault } from './fault.ts';
import { FULL, SHORT } from './fixtures.ts';
import { blueprintFrom, loadBlueprint, loadGlobal } from './load.ts';

const faultsOf = (text: string): readonly Fault[] => {
  const loaded = loadBlueprint(text, 'blueprint.yaml');
  return loaded.ok ? [] : loaded.error;
};

describe('loading a blueprint', () => {
  it('takes the full document of the contract as it stands', () => {
    const loaded = loadBlueprint(FULL, 'blueprint.yaml');
    expect(loaded).toMatchObject({
      ok: true,
      value: { form: 'file', name: 'my-service', spec: { version: '1.0.0', priority: 'high' } },
    });
  });

  it('takes the short document of a first attempt', () => {
    expect(faultsOf(SHORT)).toEqual([]);
  });

  it.each([
    { text: '', code: 'EmptyDocument' },
    { text: '# nothing\n', code: 'EmptyDocument' },
    { text: '- a\n- b\n', code: 'WrongType' },
    { text: 'just words\n', code: 'WrongType' },
    { text: `${SHORT}---\n${SHORT}`, code: 'SeveralDocuments' },
    { text: `${SHORT}# ${'x'.repeat(262_144)}\n`, code: 'TooLarge' },
    { text: '['.repeat(20_000) + ']'.repeat(20_000), code: 'TooDeep' },
    { text: '- '.repeat(20_000), code: 'TooDeep' },
    { text: '? '.repeat(20_000), code: 'TooDeep' },
    { text: '{a: '.repeat(5000), code: 'TooDeep' },
    { text: Array.from({ length: 700 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), code: 'TooDeep' },
    { text: bomb(), code: 'AliasBomb' },
    { text: 'a: *nowhere\n', code: 'InvalidYaml' },
    { text: 'a: "open\n', code: 'InvalidYaml' },
    { text: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n', code: 'WrongKind' },
    {
      text: 'apiVersion: fairlead.dev/v1alpha1\nkind: ClusterBlueprint\nmetadata: {name: default}\nspec: {}\n',
      code: 'WrongKind',
    },
  ])('refuses with $code what cannot be a blueprint (case %#)', ({ text, code }) => {
    const faults = faultsOf(text);
    expect(faults[0]?.code).toBe(code);
    expect(faults.length).toBeLessThanOrEqual(20);
  });

  it('refuses in a text what the API server would drop from metadata, and not in an object that it sent', () => {
    const text = `apiVersion: fairlead.dev/v1alpha1
kind: Blueprint
metadata: {name: web, priority: high, ownr: ann}
spec: {version: 1.0.0, scaling: {min_replicas: 1, max_replicas: 3}}
`;
    expect(faultsOf(text)).toMatchObject([
      {
        code: 'UnknownField',
        path: 'metadata.priority',
        line: 3,
        fix: expect.stringContaining('spec.priority') as string,
      },
      { code: 'UnknownField', path: 'metadata.ownr', fix: 'remove it' },
    ]);
    const sent = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'Blueprint', metadata: { name: 'web', ofTomorrow: 1 } };
    const spec = { version: '1.0.0', scaling: { min_replicas: 1, max_replicas: 3 } };
    expect(blueprintFrom({ ...sent, spec }, 'x').ok).toBe(true);
  });

  it('reads the Kubernetes form, with what the API server adds to metadata', () => {
    const text = `apiVersion: fairlead.dev/v1alpha1
kind: Blueprint
metadata: {name: web, namespace: shop, uid: u, generation: 3, managedFields: []}
spec:
  version: 1.0.0
  scaling: {min_replicas: 1, max_replicas: 3}
status: {observedVersion: 1.0.0}
`;
    expect(loadBlueprint(text, 'x.yaml')).toMatchObject({
      ok: true,
      value: { form: 'kubernetes', name: 'web', namespace: 'shop' },
    });
    const foreign = text.replace('version: 1.0.0\n', 'version: 1.0.0\n  target: {namespace: other}\n');
    expect(faultsOf(foreign)[0]).toMatchObject({ code: 'TargetNamespace', path: 'spec.target.namespace', line: 6 });
    expect(faultsOf(text.replace('v1alpha1', 'v1'))[0]).toMatchObject({
      code: 'UnknownValue',
      path: 'apiVersion',
      fix: 'write fairlead.dev/v1alpha1',
    });
  });

  it('takes every optional addition', () => {
    const text = FULL.replace(
      'spec:\n',
      `spec:
  target: {kind: Deployment, name: api, namespace: shop}
  autonomy: propose
  freeze:
    - {cron: "0 18 * * 5", time_zone: Europe/Berlin, duration: 60h, reason: weekend}
  safety: {cooldown: 2m, operations_per_hour: 5, downs_per_hour: 2, optional_per_hour: 3, breaker_failures: 2, freshness: 30s, down_window: 10m}
  metrics: {latency_p95: p95_seconds, error_rate: errors, requests_per_second: rps, queries: {error_rate: 'sum(rate(failed{app="api"}[2m])) / sum(rate(all{app="api"}[2m]))'}}
  notifications: {alerts: ["slack:#shop-ops"], approvals: ["slack:#shop"], security: ["webhook:soc"]}
  approval: {quorum: 2, decide_within: 1h, execute_within: 5m, on_approval: once}
  logs: allowed
`,
    ).replace('scaling:\n', 'scaling:\n    tolerance: 5%\n');
    expect(faultsOf(text)).toEqual([]);
    expect(loadBlueprint(text, 'x')).toMatchObject({ value: { namespace: 'shop' } });
  });

  it.each([
    ['latency_p95: "sum(rate(a[1m])"', 'InvalidQuery', 'spec.metrics.queries.latency_p95'],
    ['error_rate: vector(0)', 'InvalidQuery', 'spec.metrics.queries.error_rate'],
    [`requests_per_second: ${'a'.repeat(1001)}`, 'OutOfRange', 'spec.metrics.queries.requests_per_second'],
    ['latency: up', 'UnknownField', 'spec.metrics.queries.latency'],
  ])('refuses the query {%s}', (query, code, path) => {
    expect(faultsOf(SHORT.replace('spec:\n', `spec:\n  metrics: {queries: {${query}}}\n`))).toMatchObject([
      { code, path },
    ]);
  });

  it.each([
    ['cron: "61 * * * *", duration: 1h', 'InvalidCalendar', 'spec.freeze[0].cron'],
    ['cron: "0 0 31 2 *", duration: 1h', 'InvalidCalendar', 'spec.freeze[0].cron'],
    ['cron: "0 0 * * *", time_zone: Mars/Base, duration: 1h', 'InvalidCalendar', 'spec.freeze[0].time_zone'],
    ['cron: "0 0 * * *"', 'MissingField', 'spec.freeze[0].duration'],
    ['cron: "0 0 * * *", duration: 1s', 'OutOfRange', 'spec.freeze[0].duration'],
  ])('refuses the freeze window {%s}', (window, code, path) => {
    expect(faultsOf(SHORT.replace('spec:\n', `spec:\n  freeze: [{${window}}]\n`))).toMatchObject([{ code, path }]);
  });
});

describe('loading the global rules', () => {
  it.each([
    [
      'a full custom resource',
      'apiVersion: fairlead.dev/v1alpha1\nkind: ClusterBlueprint\nmetadata: {name: default}\nspec: {autonomy: observe, ceilings: {max_replicas: 50, cpu: "4", memory: 8Gi}}\n',
      [],
    ],
    ['a spec alone', 'spec: {forbidden_operations: [rollback]}\n', []],
    ['another name', 'metadata: {name: other}\nspec: {}\n', ['UnknownValue']],
    ['an unknown field', 'spec: {ceiling: {}}\n', ['UnknownField']],
    ['a calendar that never comes', 'spec: {freeze: [{cron: "0 0 31 2 *", duration: 1h}]}\n', ['InvalidCalendar']],
    ['a blueprint', 'kind: Blueprint\nspec: {}\n', ['WrongKind']],
  ])('judges %s', (_, text, codes) => {
    const loaded = loadGlobal(text, 'default.yaml');
    expect(loaded.ok ? [] : loaded.error.map((f) => f.code)).toEqual(codes);
  });
});

/** Nine levels of nine aliases each: 387 million values out of a few hundred characters. */
function bomb(): string {
  const levels = [...'abcdefghi'];
  const lines = levels.map((name, i) => {
    const items = Array.from({ length: 9 }, () => (i === 0 ? 'x' : `*${levels[i - 1]}`));
    return `${name}: &${name} [${items.join(', ')}]`;
  });
  return lines.join('\n');
}
