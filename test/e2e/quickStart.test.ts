import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assets, type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { decisions, deployment, load, replicas } from './fairlead.ts';
import { PodProcess } from './podProcess.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const PAGE = readFileSync(path.join(ROOT, 'docs', 'QUICK_START.md'), 'utf8');
/** What needs something to run in pods. */
const IN_PODS = /^kubectl (logs|port-forward|exec) /;

/** The commands of the page, by the heading they stand under. */
const sections = new Map(
  PAGE.split(/^## /m).map((section) => {
    const blocks = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((block) => block[1] ?? '');
    return [section.split('\n')[0] ?? '', blocks.flatMap((block) => block.trim().split('\n'))] as const;
  }),
);

describeCluster('the quick start', () => {
  let cluster: Cluster;
  let dir: string;
  let pods: PodProcess[] = [];

  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'fairlead-quick-start-'));
    cluster = await startCluster({ load: { default: { rate: 0 } }, claims: true });
    await cluster.kubectl(['create', 'namespace', 'shop']);
    await cluster.kubectl(['apply', '-f', '-'], {
      input: deployment('shop', 'web', 2).replaceAll('"fairlead.dev/managed":"true"', '"team":"shop"'),
    });
    await cluster.kubectl(['rollout', 'status', 'deploy', '-n', 'shop', 'web', '--timeout=60s']);
  });
  afterAll(async () => {
    for (const pod of pods) pod.remove();
    await cluster.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** A line of the page in a shell, as an administrator types it. */
  const typed = (line: string): Promise<{ out: string; err: string }> =>
    new Promise((resolve, reject) => {
      const script = `set -eo pipefail\nfairlead() { ${JSON.stringify(path.join(ROOT, 'bin', 'fairlead'))} "$@"; }\n${line}`;
      const env = {
        PATH: `${assets()}:${process.env['PATH']}`,
        HOME: dir,
        KUBECONFIG: cluster.kubeconfig,
        NO_COLOR: '1',
      };
      execFile('bash', ['-c', script], { cwd: dir, env, timeout: 200_000 }, (error, out, err) =>
        error === null ? resolve({ out, err }) : reject(new Error(`${line}\n${out}${err}`)),
      );
    });
  async function type(heading: string): Promise<string> {
    const lines = sections.get(heading);
    if (lines === undefined) throw new Error(`the page has no section ${heading}`);
    let said = '';
    for (const line of lines.filter((each) => !IN_PODS.test(each))) {
      const { out, err } = await typed(line);
      said += `$ ${line}\n${out}${err}`;
    }
    return said;
  }
  const logs = (): string => pods.map(({ name, logs: text }) => `--- ${name}\n${text}`).join('\n');
  async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    for (const end = performance.now() + 90_000; ; ) {
      const seen = await look();
      if (seen !== undefined) return seen;
      if (performance.now() > end) throw new Error(`not in time: ${what}\n${logs()}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  it('has every command in a section that is tried here', () => {
    expect([...sections].filter(([, lines]) => lines.length > 0).map(([heading]) => heading)).toEqual(
      [
        'Quick start: on your cluster, and gone again',
        'From nothing to running: four commands',
        'Look',
        'Load, and what it would do',
        'Let it act',
        'People',
        'A model',
        'Gone again: one command',
      ].map((heading, n) => (n === 0 ? `# ${heading}` : heading)),
    );
    expect(sections.get('From nothing to running: four commands')).toHaveLength(4);
    expect(sections.get('Gone again: one command')).toHaveLength(1);
  });

  it('goes from nothing to running in four commands, which say what they grant', async () => {
    const said = await type('From nothing to running: four commands');
    expect(said).toContain('observe-only: nothing is ever changed');
    expect(said).toMatch(/the executor:\n\s+patch deployments/);
    pods = await PodProcess.of(cluster, 'agent-system');
    expect(pods.map(({ name }) => name).toSorted()).toEqual(
      ['controller', 'executor', 'gateway'].flatMap((role) => [`fairlead-${role}-0`, `fairlead-${role}-1`]),
    );
    for (const pod of pods) pod.start();
    for (const which of ['startup', 'live', 'ready'] as const) {
      for (const pod of pods) {
        await until(`${pod.name} ${which}`, async () => ((await pod.probe(which)) === 200 ? true : undefined));
      }
    }
    const label = ['get', 'deploy', '-n', 'shop', 'web', '-o', 'jsonpath={.metadata.labels}'];
    expect(await cluster.kubectl(label)).toContain('"fairlead.dev/managed":"true"');
    await until('the blueprint to be accepted', async () => {
      const seen = await cluster.kubectl(['get', 'blueprints', '-n', 'shop', 'web', '--no-headers']);
      return /True/.test(seen) ? true : undefined;
    });
    const said2 = await type('Look');
    expect(said2).toContain('fairlead-gateway-1');
    expect(said2).toMatch(/shop\/web/);
    expect(logs()).not.toMatch(/forbidden/i);
  });

  it('says under load what it would do, and does nothing', async () => {
    cluster.setLoad({ services: { 'shop/web': load(0.9, 2) } });
    await until('a Decision', async () => ((await decisions(cluster, 'shop')).length > 0 ? true : undefined));
    const said = await type('Load, and what it would do');
    expect(said).toMatch(/web\s+scale/);
    expect(await replicas(cluster, 'shop', 'web')).toBe(2);
  });

  it('acts where it is let', async () => {
    const said = await type('Let it act');
    expect(said).toContain('autonomous: each blueprint says');
    await until('the change', async () => ((await replicas(cluster, 'shop', 'web')) > 2 ? true : undefined));
    const described = await cluster.kubectl(['describe', 'deployment', '-n', 'shop', 'web']);
    expect(described).toContain('fairlead');
    expect(logs()).not.toMatch(/forbidden/i);
  });

  it('tells the first admin’s link to who may enter the gateway’s pod, and to no log', async () => {
    const [gateway] = pods.filter(({ name }) => name.startsWith('fairlead-gateway'));
    const typedThere = /^kubectl exec -n agent-system statefulset\/fairlead-gateway -- fairlead (users add .*)$/;
    const [own] = (sections.get('People') ?? []).flatMap((line) => typedThere.exec(line)?.[1] ?? []);
    expect(gateway?.logs).toContain(`statefulset/fairlead-gateway -- fairlead ${own}`);
    const link = (await gateway?.exec(own?.split(' ') ?? [])) ?? '';
    const token = /#\/first-run\?token=([\w-]+)\n$/.exec(link)?.[1];
    expect(logs()).not.toMatch(/token=/);
    const url = /approvals at (\S+)/.exec(gateway?.logs ?? '')?.[1];
    const used = await fetch(`${url}/api/first-run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, password: 'correct horse battery' }),
    });
    expect(used.status).toBe(200);
  });

  it('is told of a model', async () => {
    await type('A model');
    const config = ['get', 'configmap', 'fairlead-model', '-n', 'agent-system', '-o', 'jsonpath={.data}'];
    expect(await cluster.kubectl(config)).toContain('ollama.models.svc:11434');
    expect(await cluster.kubectl(['get', 'networkpolicy', '-n', 'agent-system', '-o', 'name'])).toContain(
      'fairlead-model',
    );
  });

  it('is gone in one command', async () => {
    expect(await Promise.all(pods.map((pod) => pod.stop()))).toEqual(pods.map(() => 0));
    await type('Gone again: one command');
    const kinds =
      'crds,clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings,namespaces';
    const left = await cluster.kubectl(['get', kinds, '-o', 'name']);
    expect(left.split('\n').filter((name) => /fairlead|agent-system/.test(name))).toEqual([]);
    expect(await replicas(cluster, 'shop', 'web')).toBeGreaterThan(2);
    // Twice is as good as once.
    await type('Gone again: one command');
  });
});
