import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../kube.ts';
import { convertText, toFile } from './convert.ts';
import { defaultsInForce } from './defaults.ts';
import type { BlueprintDoc } from './doc.ts';
import { draftBlueprint } from './draft.ts';
import { FULL, SHORT } from './fixtures.ts';
import { loadBlueprint } from './load.ts';
import { edits, holding, nearest } from './nearest.ts';
import { toObject } from './toObject.ts';
import { validateFiles } from './validateFiles.ts';
import { yamlText } from './yamlText.ts';

function doc(text: string): BlueprintDoc {
  const loaded = loadBlueprint(text, 'x.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value;
}

describe('conversion', () => {
  const marked = SHORT.replace(
    '  version: 0.1.0\n',
    '  version: 0.1.0\n  namespace: shop\n  labels: {on: "yes"}\n  annotations: {time: "12:30"}\n',
  );
  const placed = SHORT.replace('spec:\n', 'spec:\n  target: {name: web-v2, namespace: shop}\n');

  it.each([
    ['the full document', FULL],
    ['the short document', SHORT],
    ['one with namespace, labels and annotations', marked],
    ['one whose target names the namespace', placed],
  ])('there and back loses nothing of %s', (_, text) => {
    const there = doc(convertText(doc(text)));
    expect(there.form).toBe('kubernetes');
    const back = doc(convertText(there));
    expect(back.form).toBe('file');
    expect(toFile(back)).toEqual(parse(text));
    expect(toObject(back)).toEqual(toObject(there));
    expect(there.spec).toEqual(doc(text).spec);
  });

  it('keeps the namespace of a custom resource that no target names', () => {
    const object = { ...toObject(doc(SHORT)), metadata: { name: 'web', namespace: 'shop' } };
    const back = doc(yamlText(toFile(doc(yamlText(object)))));
    expect(toObject(back)).toEqual(object);
  });
});

describe('the defaults in force', () => {
  it('of the short document are all named', () => {
    const found = Object.fromEntries(defaultsInForce(doc(SHORT)).map(({ path, value }) => [path, value]));
    expect(found).toMatchObject({
      'metadata.priority': 'medium',
      'spec.target.name': 'web',
      'spec.autonomy': 'autonomous',
      'spec.scaling.scale_up_threshold': '80%',
      'governance.agent_authority.forbidden_operations': '[]',
      'verification.stabilization_period': '1m',
      'spec.safety.cooldown': '1m',
      'spec.approval.decide_within': '30m',
      'spec.logs': 'denied',
    });
  });

  it.each([
    ['spec.approval.on_approval', SHORT, /raises the limit in the blueprint for good/],
    ['governance.agent_authority.requires_approval', SHORT, /^nothing beyond what is allowed can be approved$/],
    [
      'governance.agent_authority.requires_approval',
      SHORT.replace('spec:\n', 'spec:\n  autonomy: propose\n'),
      /^what is allowed is put to admins first/,
    ],
  ])('say of %s what it does, and do not call it safe', (path, text, why) => {
    expect(defaultsInForce(doc(text)).find((one) => one.path === path)?.why).toMatch(why);
  });

  it('of the full document are only those of the optional additions', () => {
    const sections = new Set(defaultsInForce(doc(FULL)).map(({ path }) => path.split('.').slice(0, 2).join('.')));
    expect([...sections]).toEqual([
      'spec.target',
      'spec.autonomy',
      'spec.scaling',
      'spec.freeze',
      'spec.safety',
      'spec.metrics',
      'spec.notifications',
      'spec.approval',
      'spec.logs',
    ]);
  });
});

describe('a draft for a Deployment', () => {
  const deployment = (replicas: number, requests: Record<string, string>, name = 'web'): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: { replicas, template: { spec: { containers: [{ name: 'app', resources: { requests } }] } } },
  });

  it.each([
    ['with requests', deployment(3, { cpu: '500m', memory: '512Mi' }), { min: 2, max: 6 }],
    ['with one replica', deployment(1, {}), { min: 1, max: 2 }],
    ['scaled to zero', deployment(0, { cpu: '1' }), { min: 1, max: 2 }],
    ['with odd requests', deployment(5, { cpu: '33m', memory: '100M' }), { min: 2, max: 10 }],
    ['whose name YAML 1.1 takes for a truth value', deployment(2, {}, 'on'), { min: 2, max: 4 }],
    ['without a spec', { ...deployment(2, {}), spec: undefined }, { min: 1, max: 2 }],
  ])('%s loads as it stands and only observes', (_, object, { min, max }) => {
    const drafted = doc(draftBlueprint(object));
    expect(drafted.name).toBe(object.metadata.name);
    expect(drafted.spec).toMatchObject({
      autonomy: 'observe',
      scaling: { min_replicas: min, max_replicas: max },
      target: { namespace: 'shop' },
    });
  });

  it.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
    ['no limit', { cpu: '500m' }, {}, /max: 1000m, target: 500m } +# no limit is set now, so none is raised\n/],
    ['a limit below max', { cpu: '500m' }, { cpu: '800m' }, /max: 1000m, target: 500m }\n/],
    ['a limit that is not', { cpu: '500m' }, { cpu: '2' }, /max: 1000m, .*# the limit is 2000m now: it is raised only/],
    [
      'a limit alone, which is the request',
      {},
      { memory: '512Mi' },
      /memory: { min: 256Mi, max: 1Gi, target: 512Mi }\n/,
    ],
  ])('says of what may be raised what holds, with %s', (_, requests, limits, line) => {
    const object = deployment(3, requests);
    const container = { name: 'app', resources: { requests, limits } };
    const text = draftBlueprint({ ...object, spec: { replicas: 3, template: { spec: { containers: [container] } } } });
    expect(text).toMatch(line);
    expect(text).toContain('the CPU request sizes the replicas and stays as it is');
    doc(text);
  });

  it.each<[string, object[], string]>([
    ['one container without', [{ name: 'app' }], '; none is written: unless a LimitRange sets it, CPU is not seen'],
    [
      'a sidecar without',
      [
        { name: 'app', resources: { requests: { cpu: '1' } } },
        { name: 'proxy', resources: { limits: {} } },
      ],
      '; 1 of 2 containers have none: unless a LimitRange sets it',
    ],
    ['a request', [{ name: 'app', resources: { requests: { cpu: '1' } } }], '\n'],
    ['a limit, which is the request', [{ name: 'app', resources: { limits: { cpu: '1' } } }], '\n'],
  ])('says whether CPU can be seen at all, with %s', (_, containers, words) => {
    const text = draftBlueprint({ ...deployment(3, {}), spec: { replicas: 3, template: { spec: { containers } } } });
    expect(text).toContain(`target_cpu_utilization: 70%  # of the CPU request${words}`);
    doc(text);
  });

  it('sets bounds around what is requested', () => {
    expect(doc(draftBlueprint(deployment(3, { cpu: '500m', memory: '512Mi' }))).spec.resources).toEqual({
      cpu: { min: '250m', max: '1000m', target: '500m' },
      memory: { min: '256Mi', max: '1Gi', target: '512Mi' },
    });
  });
});

describe('validating files', () => {
  const GLOBAL = 'spec:\n  autonomy: observe\n  ceilings:\n    max_replicas: 4\n';

  it('answers in the shape that -o json prints', () => {
    const bad = SHORT.replace('min_replicas: 2', 'min_replicas: 20');
    const { report, valid } = validateFiles([
      { file: 'a.yaml', text: SHORT },
      { file: 'b.yaml', text: bad },
    ]);
    expect(valid).toBe(false);
    expect(report.files[0]).toEqual({ file: 'a.yaml', valid: true, errors: [] });
    expect(report.files[1]?.valid).toBe(false);
    expect(Object.keys(report.files[1]?.errors[0] ?? {})).toEqual([
      'code',
      'message',
      'path',
      'line',
      'column',
      'found',
      'expected',
      'fix',
    ]);
  });

  it('lets the global rules among the files bind the blueprints', () => {
    const { report } = validateFiles([
      { file: 'a.yaml', text: SHORT },
      { file: 'blueprints/global/default.yaml', text: GLOBAL },
    ]);
    expect(report.files.map(({ valid }) => valid)).toEqual([false, true]);
    expect(report.files[0]?.errors[0]?.message).toContain('blueprints/global/default.yaml:4');
  });

  it('refuses the second of two blueprints for one target', () => {
    const second = SHORT.replace('name: web', 'name: other').replace('spec:\n', 'spec:\n  target: {name: web}\n');
    const { report } = validateFiles([
      { file: 'a.yaml', text: SHORT },
      { file: 'b.yaml', text: second },
    ]);
    expect(report.files.map(({ errors }) => errors.map(({ code, line }) => [code, line]))).toEqual([
      [],
      [['TargetTaken', 5]],
    ]);
  });

  it('says what is in force for good files', () => {
    const { inForce } = validateFiles([
      { file: 'a.yaml', text: SHORT.replace('5', '4') },
      { file: 'global/default.yaml', text: GLOBAL },
    ]);
    expect(inForce.get('a.yaml')?.notes).toContain('the global rules allow no more autonomy than observe');
    expect(inForce.get('a.yaml')?.defaults.length).toBeGreaterThan(20);
  });
});

describe('the nearest word', () => {
  it.each([
    ['max_replica', 'max_replicas'],
    ['maxReplicas', 'max_replicas'],
    ['min-replicas', 'min_replicas'],
    ['mxa_replicas', 'max_replicas'],
    ['min', undefined],
    ['colour', undefined],
    ['', undefined],
  ])('to %j is %j', (word, expected) => {
    expect(nearest(word, ['max_replicas', 'min_replicas', 'tolerance'])).toBe(expected);
  });

  it.each([
    ['latency_p95', 'latency_target_p95'],
    ['p95_latency', 'latency_target_p95'],
    ['latency_p99', undefined],
    ['target_of', undefined],
    ['scale_to_everything', undefined],
    ['rate_threshold', 'error_rate_threshold'],
    ['target_p', undefined],
  ])('by its words to %j is %j', (word, expected) => {
    expect(nearest(word, ['latency_target_p95', 'error_rate_threshold', 'cpu_target'])).toBe(expected);
  });

  it('by its words is none where two have them all', () => {
    expect(nearest('up_limit', ['cpu_up_high_limit', 'memory_up_high_limit'])).toBeUndefined();
  });

  it.each([
    ['min', 'min_replicas'],
    ['MIN', 'min_replicas'],
    ['replicas', undefined],
    ['mi', undefined],
    ['in', undefined],
    ['', undefined],
  ])('that alone holds the word %j is %j', (word, expected) => {
    expect(holding(word, ['max_replicas', 'min_replicas', 'tolerance', 'decide_in'])).toBe(expected);
  });

  it('counts insertions, deletions, replacements and swaps', () => {
    expect([
      edits('abc', 'abc'),
      edits('abc', 'acb'),
      edits('abc', 'ab'),
      edits('abc', 'xbc'),
      edits('', 'abc'),
    ]).toEqual([0, 1, 1, 1, 3]);
  });
});
