import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { convertText } from '../../src/schema/blueprint/convert.ts';
import { effective, effectiveGlobal } from '../../src/schema/blueprint/effective.ts';
import { FULL, SHORT } from '../../src/schema/blueprint/fixtures.ts';
import { loadBlueprint, loadGlobal } from '../../src/schema/blueprint/load.ts';
import { validateFiles } from '../../src/schema/blueprint/validateFiles.ts';
import type { Criterion } from './criterion.ts';
import { BOMB, codesOf, complete, faultsOf, inForce, refused } from './documents.ts';
import { pureCase } from './expecting.ts';
import { REFUSED_BY_THE_SERVER } from './realCases.ts';
import { scenarioCase } from './scenarioCase.ts';

const FOLDER = path.join(import.meta.dirname, '..', '..', 'blueprints');
const added = (text: string): string => FULL.replace('spec:\n', `spec:\n${text}`);

export const BLUEPRINT_COMPLETENESS: Criterion = {
  id: 'SC-001',
  slug: 'blueprint-completeness',
  title: 'Blueprint completeness',
  atLeast: 22,
  unit: 'requirements',
  means:
    'What a team can write down about a service is read as it is written, with its units, or refused whole with place, reason and fix. Nothing is guessed, and where a blueprint is silent the careful value is in force.',
  cases: [
    pureCase('The full document of the contract is read as it stands, every unit resolved', (expecting) => {
      const { scaling, resources, performance, priority, criticality, verification } = inForce(FULL);
      expecting.same(
        'scaling',
        [scaling.minReplicas, scaling.maxReplicas, scaling.targetCpu, scaling.upThreshold, scaling.downThreshold],
        [2, 10, 0.7, 0.8, 0.4],
      );
      expecting.same('CPU in millicores', resources.cpu, { min: 100, max: 1000, target: 500 });
      expecting.same('memory in bytes', resources.memory, {
        min: 128 * 2 ** 20,
        max: 2 * 2 ** 30,
        target: 512 * 2 ** 20,
      });
      expecting.same('objectives', [performance.latencyP95Ms, performance.errorRate], [200, 0.01]);
      expecting.same('rank', [priority, criticality], ['high', 'critical']);
      expecting.same(
        'checks',
        verification.checks.map(({ name, critical }) => [name, critical]),
        [
          ['latency_p95', true],
          ['error_rate', true],
        ],
      );
      return '2 to 10 replicas at 70 %, 100m to 1000m CPU, 128Mi to 2Gi memory, p95 200 ms, errors 1 %, two critical checks';
    }),
    pureCase(
      'The short document of a first attempt is read, and the careful value stands in every place it leaves out',
      (expecting) => {
        const { autonomy, authority, resources, verification, safety, approval, logs } = inForce(SHORT);
        expecting.same('granted', authority.allowed, ['scale_within_limits', 'restart_pods']);
        expecting.same('resources', [resources.cpu, resources.memory], [undefined, undefined]);
        expecting.same('verification', [verification.enabled, verification.stabilizationMs], [true, 60_000]);
        expecting.same(
          'safety',
          [safety.cooldownMs, safety.operationsPerHour, safety.breakerFailures],
          [60_000, 10, 3],
        );
        expecting.same(
          'approval',
          [approval.quorum, approval.decideWithinMs, approval.executeWithinMs],
          [1, 1_800_000, 600_000],
        );
        expecting.same('autonomy and logs', [autonomy, logs], ['autonomous', 'denied']);
        return 'cooldown 60 s, 10 operations an hour, breaker after 3 failures, verified for 60 s, logs denied';
      },
    ),
    pureCase('The defaults in force are shown by `fairlead validate -v`', (expecting) => {
      const { defaults = [] } = validateFiles([{ file: 'web.yaml', text: SHORT }]).inForce.get('web.yaml') ?? {};
      const shown = new Map(defaults.map(({ path: at, value }) => [at, value]));
      expecting.same('cooldown', shown.get('spec.safety.cooldown'), '1m');
      expecting.same('stabilisation', shown.get('verification.stabilization_period'), '1m');
      expecting.holds(
        'each has a reason',
        defaults.every(({ why }) => why !== ''),
      );
      return `${defaults.length} defaults shown, each with what it means`;
    }),
    refused(
      'A percentage has its sign',
      ['target_cpu_utilization: 70%', 'target_cpu_utilization: 70', 'MissingUnit'],
      ['target_cpu_utilization: 70%', 'target_cpu_utilization: 0.7', 'MissingUnit'],
      ['error_rate_threshold: 1%', 'error_rate_threshold: 1ms', 'WrongUnit'],
    ),
    refused(
      'A duration has its unit',
      ['latency_target_p95: 200ms', 'latency_target_p95: 200', 'MissingUnit'],
      ['stabilization_period: 60s', 'stabilization_period: 60 sec', 'WrongUnit'],
    ),
    pureCase('Durations can be composed', (expecting) => {
      const { verification } = inForce(FULL.replace('stabilization_period: 60s', 'stabilization_period: 1m30s'));
      expecting.same('1m30s', verification.stabilizationMs, 90_000);
      return '`1m30s` is 90 s';
    }),
    refused(
      'CPU and memory are Kubernetes quantities',
      ['min: 100m', 'min: 100', 'MissingUnit'],
      ['max: 2Gi', 'max: 2GB', 'WrongUnit'],
    ),
    refused(
      'Replicas are plain whole numbers from 0 to 10,000',
      ['max_replicas: 10', 'max_replicas: "10"', 'WrongType'],
      ['max_replicas: 10', 'max_replicas: 10.5', 'WrongType'],
      ['min_replicas: 2', 'min_replicas: -1', 'OutOfRange'],
      ['max_replicas: 10', 'max_replicas: 10001', 'OutOfRange'],
    ),
    refused(
      'The YAML is of version 1.2: `yes` is not `true`',
      ['enabled: true\n  stab', 'enabled: yes\n  stab', 'WrongType'],
      ['automatic: true', 'automatic: off', 'WrongType'],
    ),
    pureCase('A field that is not known is refused, with the nearest one that is', (expecting) => {
      const faults = faultsOf(FULL.replace('max_replicas: 10', 'max_replica: 10'));
      const fault = faults.find(({ path: at }) => at === 'spec.scaling.max_replica');
      expecting.same('code', fault?.code, 'UnknownField');
      expecting.same('fix', fault?.fix, 'write max_replicas');
      return '`max_replica`: write max_replicas';
    }),
    refused(
      'Operations are a closed list',
      ['restart_pods]', 'restart_pod]', 'UnknownOperation'],
      ['restart_pods]', 'restart_pods, drop_tables]', 'UnknownOperation'],
    ),
    refused(
      'A minimum above its maximum is refused',
      ['min_replicas: 2', 'min_replicas: 12', 'MinAboveMax'],
      ['min: 128Mi', 'min: 4Gi', 'MinAboveMax'],
    ),
    refused(
      'Thresholds stand in order: down < target <= up',
      ['scale_up_threshold: 80%', 'scale_up_threshold: 69%', 'ThresholdOrder'],
      ['scale_down_threshold: 40%', 'scale_down_threshold: 70%', 'ThresholdOrder'],
    ),
    refused('A resource target lies inside its bounds', ['target: 500m', 'target: 1500m', 'TargetOutsideBounds']),
    refused('No operation is both allowed and forbidden', [
      'forbidden_operations:  [',
      'forbidden_operations:  [restart_pods, ',
      'AllowedAndForbidden',
    ]),
    refused(
      'What no code may do cannot be granted, nor put to approvers',
      ['allowed_operations:    [', 'allowed_operations:    [change_rbac, ', 'NeverAllowed'],
      ['operation: scale_beyond_limits', 'operation: delete_deployment', 'NeverAllowed'],
    ),
    refused(
      'A condition is CEL over the documented variables, without regular expressions, checked when it is read',
      ['target_replicas > max_replicas', 'replicas > max_replicas', 'InvalidCondition'],
      ['target_replicas > max_replicas', "service.matches('(a+)+$')", 'InvalidCondition'],
    ),
    refused(
      'A check names a known signal and a target in its unit',
      ['name: latency_p95', 'name: latency', 'UnknownSignal'],
      ['target: "< 200ms"', 'target: "< 200%"', 'InvalidCheck'],
      ['name: error_rate', 'name: latency_p95', 'DuplicateName'],
    ),
    pureCase('Hostile files are refused before they cost anything', (expecting) => {
      const files: Readonly<Record<string, string>> = {
        AliasBomb: BOMB,
        TooDeep: '['.repeat(20_000),
        TooLarge: `${SHORT}# ${'x'.repeat(262_144)}\n`,
        SeveralDocuments: `${SHORT}---\n${SHORT}`,
        DuplicateKey: FULL.replace('max_replicas: 10', 'min_replicas: 10'),
        TabIndentation: FULL.replace('    max_replicas', '\tmax_replicas'),
        EmptyDocument: '# nothing\n',
      };
      for (const [code, text] of Object.entries(files))
        expecting.holds(`${code} is told`, codesOf(text).includes(code));
      return Object.keys(files).join(', ');
    }),
    pureCase(
      'Every fault of a file is named at once, in the order of the text, with line, column, found, expected and fix',
      (expecting) => {
        const faults = faultsOf(
          FULL.replace('name: my-service', 'name: My Service')
            .replace('min_replicas: 2', 'min_replicas: 20')
            .replace('scale_up_threshold: 80%', 'scale_up_threshold: 60%')
            .replace('target: 500m', 'target: 5')
            .replace('restart_pods]', 'restart_pods, fly]')
            .replace('stabilization_period: 60s', 'stabilization_period: 60'),
        );
        const places = faults.map(({ code, line }) => `${code} in line ${line}`);
        expecting.same('faults', places, [
          'InvalidName in line 2',
          'MinAboveMax in line 8',
          'ThresholdOrder in line 11',
          'MissingUnit in line 14',
          'UnknownOperation in line 21',
          'MissingUnit in line 29',
        ]);
        complete(expecting, faults);
        return places.join(', ');
      },
    ),
    pureCase('Conversion to the Kubernetes form and back loses nothing', (expecting) => {
      for (const text of [FULL, SHORT]) {
        const there = loadBlueprint(text, 'web.yaml');
        const custom = there.ok ? convertText(there.value, 'shop') : '';
        const read = loadBlueprint(custom, 'web.yaml');
        const back = read.ok ? convertText(read.value) : '';
        expecting.holds('the custom resource is one', custom.startsWith('apiVersion: fairlead.dev/v1alpha1'));
        expecting.same('hash of the custom resource', inForce(custom).hash, inForce(text).hash);
        expecting.same('hash of the file', inForce(back).hash, inForce(text).hash);
      }
      return 'file, custom resource and file again have one content hash';
    }),
    pureCase('All optional additions are read', (expecting) => {
      const text = added(`  target: {kind: Deployment, name: api, namespace: shop}
  autonomy: propose
  freeze: [{cron: "0 18 * * 5", time_zone: Europe/Berlin, duration: 60h, reason: weekend}]
  safety: {cooldown: 2m, operations_per_hour: 5, downs_per_hour: 2, optional_per_hour: 3, breaker_failures: 2, freshness: 30s, down_window: 10m}
  metrics: {latency_p95: p95_seconds, error_rate: errors, requests_per_second: rps}
  notifications: {alerts: ["slack:#shop-ops"], approvals: ["slack:#shop"], security: ["webhook:soc"]}
  approval: {quorum: 2, decide_within: 1h, execute_within: 5m, on_approval: once}
  logs: allowed
`);
      const { target, autonomy, freeze, safety, approval, logs } = inForce(text);
      expecting.same('target', target, { kind: 'Deployment', name: 'api', namespace: 'shop' });
      expecting.same('autonomy', autonomy, 'propose');
      expecting.same(
        'freeze',
        freeze.map(({ durationMs }) => durationMs),
        [216_000_000],
      );
      expecting.same('safety', [safety.cooldownMs, safety.operationsPerHour], [120_000, 5]);
      expecting.same('approval', [approval.quorum, approval.onApproval], [2, 'once']);
      expecting.same('logs', logs, 'allowed');
      return 'target, autonomy, freeze, safety, metrics, notifications, approval, logs';
    }),
    pureCase('A blueprint looser than the global rules is refused, naming the lines of both', (expecting) => {
      const organisation = loadGlobal(
        'spec:\n  ceilings:\n    max_replicas: 8\n  forbidden_operations: [restart_pods]\n',
        'global/default.yaml',
      );
      const loaded = loadBlueprint(FULL, 'web.yaml');
      if (!organisation.ok || !loaded.ok) throw new Error('the documents are not read');
      const judged = effective(loaded.value, effectiveGlobal(organisation.value), 'shop', organisation.value);
      const messages = judged.ok ? [] : judged.error.map(({ message }) => message);
      expecting.holds(
        'the ceiling: lines 9 and 3',
        messages.some((text) => /max_replicas.*line 9;.*global rules:.*3/.test(text)),
      );
      expecting.same('faults', judged.ok ? [] : judged.error.map(({ code }) => code).toSorted(), [
        'AboveGlobalCeiling',
        'GloballyForbidden',
      ]);
      return 'AboveGlobalCeiling (line 9, global rules line 3), GloballyForbidden';
    }),
    pureCase('A custom resource governs its own namespace only', (expecting) => {
      const text =
        'apiVersion: fairlead.dev/v1alpha1\nkind: Blueprint\nmetadata: {name: web, namespace: shop}\nspec:\n  version: 1.0.0\n  target: {namespace: other}\n  scaling: {min_replicas: 1, max_replicas: 3}\n';
      expecting.same('another one', codesOf(text), ['TargetNamespace']);
      expecting.same('its own', codesOf(text.replace('other', 'shop')), []);
      return 'TargetNamespace';
    }),
    pureCase('Every version has a content hash: a comment does not change it, a value does', (expecting) => {
      const { hash } = inForce(FULL);
      expecting.same('with another comment', inForce(FULL.replace('semver; every', 'every')).hash, hash);
      expecting.holds(
        'one replica more is another hash',
        inForce(FULL.replace('max_replicas: 10', 'max_replicas: 11')).hash !== hash,
      );
      expecting.same('a version that is none', codesOf(FULL.replace('version: 1.0.0', 'version: v1.2')), [
        'InvalidVersion',
      ]);
      return `SHA-256 ${hash.slice(0, 12)}…`;
    }),
    pureCase('The blueprints that are shipped are valid under the global rules beside them', (expecting) => {
      const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.yaml') && !name.endsWith('.verdicts.yaml'))
        .toSorted();
      const { report } = validateFiles(
        names.map((name) => ({ file: `blueprints/${name}`, text: readFileSync(path.join(FOLDER, name), 'utf8') })),
      );
      for (const { file, errors } of report.files) expecting.same(file, errors, []);
      expecting.holds('there are some', names.length >= 6);
      return names.join(', ');
    }),
    scenarioCase('auto-97-bad-version', {
      checks: 'A bad new version is refused whole, and the last good one stays in force',
    }),
  ],
  real: [REFUSED_BY_THE_SERVER],
};
