import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { VERSION } from '../../src/faces/cli/version.ts';
import { installObjects } from '../../src/install/parts.ts';
import { type Choices, IMAGE } from '../../src/install/settings.ts';
import type { KubeObject } from '../../src/schema/kube.ts';
import { assets, type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const CHART = path.join(ROOT, 'deploy', 'helm', 'fairlead');
const RIG = path.join(ROOT, 'test', 'cluster', 'rig.mjs');
const CHOICES: Choices = { namespace: 'agent-system', image: `${IMAGE}:${VERSION}`, autonomy: 'observe' };

/** The three forms of one installation: an overlay, values of the chart, and what `fairlead install` is told. */
const FORMS: readonly { overlay: string; values: readonly string[]; choices: Choices; flags: readonly string[] }[] = [
  { overlay: 'observe-only', values: [], choices: CHOICES, flags: [] },
  {
    overlay: 'autonomous',
    values: ['clusterBlueprint.autonomy=autonomous'],
    choices: { ...CHOICES, autonomy: 'autonomous' },
    flags: ['--overlay', 'autonomous'],
  },
  {
    overlay: 'one-namespace',
    values: ['onlyNamespace=shop'],
    choices: { ...CHOICES, onlyNamespace: 'shop' },
    flags: ['--only-namespace', 'shop'],
  },
];

/** Values of the chart that no overlay has, beside the choices that are the same. */
const MORE: readonly (readonly [string, readonly string[], Partial<Choices>])[] = [
  [
    'a model with a port of its own',
    ['model.url=http://ollama.models.svc:11434/v1', 'model.name=qwen2.5'],
    { modelUrl: 'http://ollama.models.svc:11434/v1', model: 'qwen2.5' },
  ],
  ['a model over https', ['model.url=https://api.example.com/v1'], { modelUrl: 'https://api.example.com/v1' }],
  [
    'Prometheus over http',
    ['prometheus.url=http://prometheus.monitoring'],
    { prometheusUrl: 'http://prometheus.monitoring' },
  ],
  ['a gateway behind a proxy', ['gateway.publicUrl=https://f.example.com'], { publicUrl: 'https://f.example.com' }],
  [
    'a gateway with a certificate',
    ['gateway.publicUrl=https://f.example.com', 'gateway.tls=true'],
    { publicUrl: 'https://f.example.com', tls: true },
  ],
  [
    'alerts, Redis, a class of storage and a public API server',
    [
      'alerts.enabled=true',
      'redis.enabled=true',
      'storage.className=fast',
      'networkPolicy.apiServer.cidrs={203.0.113.7/32,2001:db8::7/128}',
    ],
    { alerts: true, redis: true, storageClass: 'fast', apiServerCidrs: ['203.0.113.7/32', '2001:db8::7/128'] },
  ],
];

describeCluster('the manifests', suite, ['helm', 'kubeconform']);

function suite(): void {
  let cluster: Cluster;
  let dir: string;
  const program = (name: string): string => path.join(assets() ?? '', name);
  const run = (name: string, ...args: string[]): string =>
    execFileSync(program(name), args, {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const helm = (values: readonly string[], namespace = 'agent-system'): KubeObject[] =>
    objectsIn(
      run(
        'helm',
        ...['template', 'fairlead', CHART, '-n', namespace, '--kube-version', '1.30.0'],
        ...values.flatMap((value) => ['--set', value]),
      ),
    );
  const overlay = (name: string): string =>
    run('kubectl', 'kustomize', path.join(ROOT, 'deploy/kustomize/overlays', name));

  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'fairlead-manifests-'));
    cluster = await startCluster({ noKubelet: true });
    await installCrds(cluster);
    for (const name of ['agent-system', 'shop']) await cluster.kubectl(['create', 'namespace', name]);
    execFileSync(process.execPath, [RIG, 'schemas', cluster.dir, path.join(dir, 'schemas')]);
  });
  afterAll(async () => {
    rmSync(dir, { recursive: true, force: true });
    await cluster.stop();
  });

  it.each(FORMS)('are the same from Kustomize, from Helm and from fairlead install: $overlay', (form) => {
    const { overlay: name, values, choices, flags } = form;
    const installed = inOrder(installObjects(choices));
    expect(installed.length).toBeGreaterThan(40);
    expect(inOrder(objectsIn(overlay(name)))).toEqual(installed);
    expect(inOrder(helm(values))).toEqual(installed.filter(({ kind }) => kind !== 'Namespace'));
    const printed = execFileSync(process.execPath, [path.join(ROOT, 'bin', 'fairlead'), 'install', ...flags], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(inOrder(objectsIn(printed))).toEqual(installed);
  });

  it.each(MORE)('are the same from Helm and from fairlead install with %s', (_, values, choices) => {
    const installed = inOrder(installObjects({ ...CHOICES, ...choices }));
    expect(inOrder(helm(values))).toEqual(installed.filter(({ kind }) => kind !== 'Namespace'));
  });

  it('follow the namespace of a release, in the policies as well', () => {
    const installed = inOrder(installObjects({ ...CHOICES, namespace: 'ops' }));
    expect(inOrder(helm([], 'ops'))).toEqual(installed.filter(({ kind }) => kind !== 'Namespace'));
  });

  it.each(FORMS)('are what the API server takes, and its own schemas: $overlay', async ({ overlay: name }) => {
    const text = overlay(name);
    const file = path.join(dir, `${name}.yaml`);
    writeFileSync(file, text);
    const location = path.join(dir, 'schemas', '{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json');
    const summary = run('kubeconform', '-summary', '-strict', '-schema-location', location, file);
    expect(summary).toMatch(/Invalid: 0, Errors: 0, Skipped: 0/);
    const answer = await cluster.kubectl([
      'apply',
      '--server-side',
      '--dry-run=server',
      '--validate=strict',
      '-f',
      file,
    ]);
    expect(answer.trim().split('\n')).toHaveLength(objectsIn(text).length);
  });

  it('have pods that the strictest standard lets in, by the API server’s own judgement', async () => {
    const enforced = JSON.stringify({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } });
    await cluster.kubectl(['patch', 'namespace', 'agent-system', '--patch', enforced]);
    for (const { kind, metadata, spec } of installObjects(CHOICES)) {
      if (kind !== 'StatefulSet') continue;
      const { template } = spec as { template: { metadata: object; spec: object } };
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        ...template,
        metadata: { ...template.metadata, name: metadata.name, namespace: 'agent-system' },
      };
      const volumes = [{ name: 'data', emptyDir: {} }, ...((template.spec as { volumes?: object[] }).volumes ?? [])];
      await cluster.kubectl(['apply', '-f', '-'], {
        input: stringify({
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: metadata.name, namespace: 'agent-system' },
        }),
      });
      const answer = await cluster.kubectl(['create', '--dry-run=server', '-f', '-'], {
        input: stringify({ ...pod, spec: { ...template.spec, volumes } }),
      });
      expect(answer).toContain('created');
    }
  });

  it('are a chart without a complaint, whose schema refuses what nobody could mean', () => {
    expect(run('helm', 'lint', '--strict', CHART)).toContain('0 chart(s) failed');
    for (const value of [
      'autonomy=autonomous',
      'clusterBlueprint.autonomy=full',
      'gateway.publicUrl=http://f',
      'replicas.executor=two',
    ]) {
      expect(() => helm([value]), value).toThrow(/values don't meet the specifications/);
    }
  });

  it('go in and out with Helm, which leaves the definitions and their records', async () => {
    const at = ['-n', 'ops', '--kubeconfig', cluster.kubeconfig];
    const said = run('helm', 'install', 'fairlead', CHART, ...at, '--create-namespace');
    expect(said).toContain('fairlead install --keys --namespace ops');
    expect(said).toContain('Autonomy: observe at most');
    const roles = (): Promise<string> => cluster.kubectl(['get', 'statefulsets,clusterroles,pdb', '-A', '-o', 'name']);
    expect(await roles()).toContain('statefulset.apps/fairlead-executor');
    expect(await cluster.kubectl(['get', 'clusterblueprint', 'default', '-o', 'name'])).toContain('default');
    expect(run('helm', 'upgrade', 'fairlead', CHART, ...at, '--set', 'onlyNamespace=shop')).toContain('shop alone');
    expect(await cluster.kubectl(['get', 'roles', '-n', 'shop', '-o', 'name'])).toContain('fairlead-executor-governed');
    run('helm', 'uninstall', 'fairlead', ...at);
    expect(await roles()).not.toContain('fairlead');
    expect(await cluster.kubectl(['get', 'crds', '-o', 'name'])).toContain('decisions.fairlead.dev');
  });
}

const objectsIn = (text: string): KubeObject[] =>
  parseAllDocuments(text).flatMap((document) => {
    expect(document.errors).toEqual([]);
    const object = document.toJS() as KubeObject | null;
    return object === null ? [] : [object];
  });

const inOrder = (objects: readonly KubeObject[]): KubeObject[] =>
  objects
    .map((object) => JSON.parse(JSON.stringify(object)) as KubeObject)
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

const keyOf = ({ kind, metadata: { namespace = '', name } }: KubeObject): string => `${kind} ${namespace}/${name}`;
