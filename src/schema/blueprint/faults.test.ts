import { describe, expect, it } from 'vitest';
import type { Fault } from './fault.ts';
import { FULL } from './fixtures.ts';
import { loadBlueprint } from './load.ts';

/**
 * One row, one fault: the text taken out of the full document, what stands there instead (`\n` for a new line), and what
 * the message then says: code, path, line:column, finding, fix.
 */
const ROWS = String.raw`
target_cpu_utilization: 70% | target_cpu_utilization: 70 | MissingUnit | spec.scaling.target_cpu_utilization | 10:29 | 70 | write 70%
target_cpu_utilization: 70% | target_cpu_utilization: 0.7 | MissingUnit | spec.scaling.target_cpu_utilization | 10:29 | 0.7 | write 70%
target_cpu_utilization: 70% | target_cpu_utilization: 70 % | WrongUnit | spec.scaling.target_cpu_utilization | 10:29 | 70 % | write 70%
latency_target_p95: 200ms | latency_target_p95: 200 | MissingUnit | spec.performance.latency_target_p95 | 17:25 | 200 | write 200ms or 200s or 200m
stabilization_period: 60s | stabilization_period: 60 sec | WrongUnit | verification.stabilization_period | 29:25 | 60 sec | write 60s
max: 2Gi | max: 2048m | WrongUnit | spec.resources.memory.max | 15:32 | 2048m | write 2048Mi (m means thousandths of a byte)
max: 2Gi | max: 2GB | WrongUnit | spec.resources.memory.max | 15:32 | 2GB | write 2Gi
min: 100m | min: 100 | MissingUnit | spec.resources.cpu.min | 14:20 | 100 | write 100m or "100"
max: 1000m | max: 2 | MissingUnit | spec.resources.cpu.max | 14:32 | 2 | write "2" or 2m
error_rate_threshold: 1% | error_rate_threshold: 1ms | WrongUnit | spec.performance.error_rate_threshold | 18:27 | 1ms | write 1%
error_rate_threshold: 1% | error_rate_threshold: 101% | OutOfRange | spec.performance.error_rate_threshold | 18:27 | 101% | write a value above 0% and at most 100%, for example 1%
enabled: true\n  stab | enabled: yes\n  stab | WrongType | verification.enabled | 28:12 | the text "yes" | write true
automatic: true | automatic: off | WrongType | verification.rollback.automatic | 33:41 | the text "off" | write false
min_replicas: 2 | min_replicas: 12 | MinAboveMax | spec.scaling.min_replicas | 8:19 | 12 | lower min_replicas to 10 or less, or raise max_replicas to 12
max_replicas: 10 | max_replicas: "10" | WrongType | spec.scaling.max_replicas | 9:19 | the text "10" | write 10 without quotes
max_replicas: 10 | max_replicas: 10.5 | WrongType | spec.scaling.max_replicas | 9:19 | 10.5 | write a plain whole number from 0 to 10000
min_replicas: 2 | min_replicas: -1 | OutOfRange | spec.scaling.min_replicas | 8:19 | -1 | write a value of at least 0
max_replicas: 10 | max_replicas: 10001 | OutOfRange | spec.scaling.max_replicas | 9:19 | 10001 | write a value of at most 10000
scale_up_threshold: 80% | scale_up_threshold: 69% | ThresholdOrder | spec.scaling.scale_up_threshold | 11:25 | 69% | keep scale_down_threshold < target_cpu_utilization <= scale_up_threshold
scale_down_threshold: 40% | scale_down_threshold: 70% | ThresholdOrder | spec.scaling.scale_down_threshold | 12:27 | 70% | keep scale_down_threshold < target_cpu_utilization <= scale_up_threshold
target: 500m | target: 1500m | TargetOutsideBounds | spec.resources.cpu.target | 14:47 | 1500m | write a target from 100m to 1000m, or widen the bounds
min: 128Mi, max: 2Gi,   target: 512Mi | min: 128M, target: 64Mi, max: 1 | TargetOutsideBounds | spec.resources.memory.target | 15:34 | 64Mi | write a target of at least 128M, or widen the bounds
min: 128Mi, max: 2Gi,   target: 512Mi | min: 128M, target: 64Mi, max: 1 | MissingUnit | spec.resources.memory.max | 15:45 | 1 | write 1Gi or 1Mi
min: 100m,  max: 1000m, target: 500m | max: 1000m, target: 2000m | TargetOutsideBounds | spec.resources.cpu.target | 14:35 | 2000m | write a target of at most 1000m, or widen the bounds
min: 128Mi | min: 4Gi | MinAboveMax | spec.resources.memory.min | 15:20 | 4Gi | lower min to 2Gi or less, or raise max to 4Gi
forbidden_operations:  [ | forbidden_operations:  [restart_pods, | AllowedAndForbidden | governance.agent_authority.allowed_operations[2] | 21:82 | restart_pods in allowed_operations and in forbidden_operations | remove restart_pods from one of the two
allowed_operations:    [ | allowed_operations:    [change_rbac, | NeverAllowed | governance.agent_authority.allowed_operations[0] | 21:29 | change_rbac | remove change_rbac here; it may stand in forbidden_operations
operation: scale_beyond_limits | operation: delete_deployment | NeverAllowed | governance.agent_authority.requires_approval[0].operation | 23:20 | delete_deployment | remove delete_deployment here; it may stand in forbidden_operations
restart_pods] | restart_pod] | UnknownOperation | governance.agent_authority.allowed_operations[2] | 21:82 | restart_pod | write restart_pods
max_replicas: 10 | max_replica: 10 | UnknownField | spec.scaling.max_replica | 9:5 | max_replica | write max_replicas
scale_up_threshold: 80% | scaleUpThreshold: 80% | UnknownField | spec.scaling.scaleUpThreshold | 11:5 | scaleUpThreshold | write scale_up_threshold
verification:\n | autonomy: observe\nverification:\n | UnknownField | autonomy | 27:1 | autonomy | move it to spec.autonomy
version: 1.0.0 | version: 1.0 | WrongType | metadata.version | 3:12 | 1 | write 1.0.0
version: 1.0.0 | version: v1.2 | InvalidVersion | metadata.version | 3:12 | v1.2 | write 1.2.0
name: my-service | name: My_Service | InvalidName | metadata.name | 2:9 | My_Service | write my-service
target_replicas > max_replicas | replicas > max_replicas | InvalidCondition | governance.agent_authority.requires_approval[0].condition | 24:20 | replicas > max_replicas | compare service, namespace (text), current_replicas, target_replicas, min_replicas, max_replicas (whole numbers) by ==, !=, <, <=, >, >=, in, &&, || and !, for example target_replicas > max_replicas; or write always
target_replicas > max_replicas | service.matches('(a+)+$') | InvalidCondition | governance.agent_authority.requires_approval[0].condition | 24:20 | service.matches('(a+)+$') | compare service, namespace (text), current_replicas, target_replicas, min_replicas, max_replicas (whole numbers) by ==, !=, <, <=, >, >=, in, &&, || and !, for example target_replicas > max_replicas; or write always
restart_pods] | scale_up] | UnknownOperation | governance.agent_authority.allowed_operations[2] | 21:82 | scale_up | write scale_within_limits
restart_pods] | scale] | UnknownOperation | governance.agent_authority.allowed_operations[2] | 21:82 | scale | write scale_within_limits
restart_pods] | restart] | UnknownOperation | governance.agent_authority.allowed_operations[2] | 21:82 | restart | write restart_pods
restart_pods] | Rollout-Undo] | UnknownOperation | governance.agent_authority.allowed_operations[2] | 21:82 | Rollout-Undo | write rollback
restart_pods] | restart_deployment] | UnknownOperation | governance.agent_authority.allowed_operations[2] | 21:82 | restart_deployment | write restart_pods
restart_pods] | delete_pods] | UnknownOperation | governance.agent_authority.allowed_operations[2] | 21:82 | delete_pods | write restart_pods
restart_pods] | scale_to_one] | UnknownOperation | governance.agent_authority.allowed_operations[2] | 21:82 | scale_to_one | write scale_within_limits
restart_pods] | delete] | UnknownOperation | governance.agent_authority.allowed_operations[2] | 21:82 | delete | remove it here: delete_deployment can only be forbidden
restart_pods] | fly] | UnknownOperation | governance.agent_authority.allowed_operations[2] | 21:82 | fly | write one of scale_within_limits, scale_beyond_limits, scale_to_zero, adjust_resources_within_bounds, restart_pods, rollback
operation: scale_beyond_limits | operation: scale_down | UnknownOperation | governance.agent_authority.requires_approval[0].operation | 23:20 | scale_down | write scale_within_limits
change_rbac] | modify_rbac] | UnknownOperation | governance.agent_authority.forbidden_operations[2] | 26:66 | modify_rbac | write change_rbac
latency_target_p95: 200ms | latency_p95: 200ms | UnknownField | spec.performance.latency_p95 | 17:5 | latency_p95 | write latency_target_p95
target: "< 200ms" | target: "< 200%" | InvalidCheck | verification.checks[0].target | 31:53 | < 200% | write "< 200ms"
target: "< 1%" | target: "1%" | InvalidCheck | verification.checks[1].target | 32:53 | 1% | write "< 1%"
name: latency_p95 | name: latency | UnknownSignal | verification.checks[0].name | 31:15 | latency | write latency_p95
max_replicas: 10 | max_replicas: 10\n    max: 12 | UnknownField | spec.scaling.max | 10:5 | max | write max_replicas
max_replicas: 10 | max_replicas: 10\n    cpu: {min: 100m} | UnknownField | spec.scaling.cpu | 10:5 | cpu | move it to spec.resources.cpu
spec:\n | spec:\n  freeze: [{name: night, cron: 0 18 * * 5, duration: 4h}]\n | UnknownField | spec.freeze[0].name | 7:13 | name | remove it, or move it to metadata.name or spec.target.name or verification.checks[].name
spec:\n | spec:\n  verification: {enabled: true}\n | UnknownField | spec.verification | 7:3 | verification | move it to verification
name: error_rate | name: latency_p95 | DuplicateName | verification.checks[1].name | 32:15 | a second check named latency_p95 | rename or remove one of them (signal: says what is measured)
spec:\n | spec:\n  autonomy: auto\n | UnknownValue | spec.autonomy | 7:13 | auto | write one of observe, propose, autonomous
priority: high | priority: highest | UnknownValue | metadata.priority | 4:13 | highest | write high
approvers: ["devops-team"] | approvers: [] | OutOfRange | governance.agent_authority.requires_approval[0].approvers | 25:20 | 0 entries | write a value of at least 1 entry
    max_replicas: 10\n |  | MissingField | spec.scaling.max_replicas | 7:3 | nothing | add max_replicas: with a plain whole number from 0 to 10000
scale_up_threshold: 80% | latency_target_p95: 80ms | UnknownField | spec.scaling.latency_target_p95 | 11:5 | latency_target_p95 | move it to spec.performance.latency_target_p95
max_replicas: 10 | min_replicas: 10 | DuplicateKey | (document) | 9:5 | the key min_replicas for the second time | remove one of the two
    max_replicas | \tmax_replicas | TabIndentation | (document) | 9:1 | a tab in the indentation | indent with spaces
max_replicas: 10 | max_replicas: !count 10 | UnknownTag | (document) | 9:19 | Unresolved tag: !count | remove the tag
max_replicas: 10 | max_replicas: 10\n    <<: {a: 1} | UnknownField | spec.scaling.<< | 10:5 | << | write the fields out: YAML 1.2 has no merge keys
max_replicas: 10 | max_replicas: 10\n    __proto__: {x: 1} | UnknownField | spec.scaling.__proto__ | 10:5 | __proto__ | remove it, or use one of min_replicas, max_replicas, target_cpu_utilization, scale_up_threshold, scale_down_threshold, tolerance
`;

const rows = ROWS.split('\n')
  .filter((line) => line !== '')
  .map((line) => line.split(' | ').map((cell) => cell.replaceAll('\\n', '\n').replaceAll('\\t', '\t')));

const faultsOf = (text: string): readonly Fault[] => {
  const loaded = loadBlueprint(text, 'blueprint.yaml');
  return loaded.ok ? [] : loaded.error;
};

describe('one fault', () => {
  it.each(rows)(
    '%j written as %j is %s',
    (from = '', to = '', code = '', path = '', place = '', found = '', fix = '') => {
      expect(FULL).toContain(from);
      const faults = faultsOf(FULL.replace(from, () => to));
      const same = faults.filter((fault) => fault.code === code);
      expect(same, JSON.stringify(faults)).toHaveLength(1);
      const [line, column] = place.split(':').map(Number);
      expect(same[0]).toMatchObject({ path, line, column, found, fix, file: 'blueprint.yaml' });
      expect(faults.filter((fault) => fault.path === path)).toHaveLength(1);
      for (const text of [same[0]?.message, same[0]?.expected]) expect(text).toMatch(/\S/);
    },
  );

  it('has a sentence for a person', () => {
    const [fault] = faultsOf(FULL.replace('target_cpu_utilization: 70%', 'target_cpu_utilization: 70'));
    expect(fault?.message).toBe('spec.scaling.target_cpu_utilization: found 70, expected a percentage such as 70%');
  });
});

describe('an unknown operation', () => {
  const GRANTABLE =
    'one of scale_within_limits, scale_beyond_limits, scale_to_zero, adjust_resources_within_bounds, restart_pods, rollback';

  it.each([
    ['restart_pods]', 'allowed_operations', GRANTABLE],
    ['change_rbac]', 'forbidden_operations', `${GRANTABLE}, delete_deployment, modify_namespace, change_rbac`],
  ])('for %s is told what may stand in %s', (from, _, expected) => {
    const faults = faultsOf(FULL.replace(from, 'fly]'));
    expect(faults.map((fault) => [fault.code, fault.expected])).toEqual([['UnknownOperation', expected]]);
  });
});

describe('a block whose name is misspelled', () => {
  it.each([
    ['spec:\n  scaling', 'specs:\n  scaling', 'specs', 'spec'],
    ['metadata:', 'metdata:', 'metdata', 'metadata'],
    ['  scaling:', '  scalling:', 'spec.scalling', 'spec.scaling'],
  ])('%j written as %j is one fault, not a missing block as well', (from, to, path, meant) => {
    const faults = faultsOf(FULL.replace(from, to));
    expect(faults.map((fault) => [fault.code, fault.path, fault.fix])).toEqual([
      ['UnknownField', path, `write ${meant.split('.').at(-1)}`],
    ]);
  });
});

describe('many faults', () => {
  it('are all named at once, in the order of the text', () => {
    const text = FULL.replace('name: my-service', 'name: My Service')
      .replace('min_replicas: 2', 'min_replicas: 20')
      .replace('scale_up_threshold: 80%', 'scale_up_threshold: 60%')
      .replace('target: 500m', 'target: 5')
      .replace('restart_pods]', 'restart_pods, fly]')
      .replace('stabilization_period: 60s', 'stabilization_period: 60');
    expect(faultsOf(text).map((f) => [f.code, f.line])).toEqual([
      ['InvalidName', 2],
      ['MinAboveMax', 8],
      ['ThresholdOrder', 11],
      ['MissingUnit', 14],
      ['UnknownOperation', 21],
      ['MissingUnit', 29],
    ]);
  });
});
