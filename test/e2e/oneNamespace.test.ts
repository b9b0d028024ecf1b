import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { newSigningKey, publicKeyOf } from '../../src/approvals/keys.ts';
import { accountName } from '../../src/install/accounts.ts';
import { keyObjects } from '../../src/install/keyObjects.ts';
import { installObjects } from '../../src/install/parts.ts';
import { ACCOUNTS } from '../../src/install/rights.ts';
import type { KubeObject } from '../../src/schema/kube.ts';
import { kubectlAs } from '../cluster/as.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { blueprint, decisions, deployment, eventually, Fairlead, load, replicas } from './fairlead.ts';
import { PodProcess } from './podProcess.ts';

const OWN = 'agent-system';
const PATIENCE_MS = 90_000;

describeCluster('an installation for one namespace', () => {
  let cluster: Cluster;
  let admin: Fairlead;
  let pods: PodProcess[] = [];
  const logs = (): string => pods.map(({ name, logs: text }) => `--- ${name}\n${text}`).join('\n');

  beforeAll(async () => {
    cluster = await startCluster({ load: { default: { rate: 0 } } });
    await installCrds(cluster);
    const privatePem = newSigningKey();
    const choices = { namespace: OWN, image: 'registry.example/fairlead:1', onlyNamespace: 'shop' };
    const objects: KubeObject[] = [
      ...installObjects({ ...choices, autonomy: 'autonomous' }),
      ...keyObjects(OWN, { privatePem, publicPem: publicKeyOf(privatePem) }),
    ];
    for (const name of ['shop', 'other']) await cluster.kubectl(['create', 'namespace', name]);
    await cluster.kubectl(['apply', '-f', '-'], { input: objects.map((object) => stringify(object)).join('---\n') });
    admin = new Fairlead(cluster, tmpdir());
    for (const name of ['shop', 'other']) {
      await cluster.kubectl(['apply', '-f', '-'], { input: deployment(name, 'web', 2) });
      admin.writeBlueprint(name, blueprint(name, 'web'));
      await cluster.kubectl(['rollout', 'status', 'deploy', '-n', name, 'web', '--timeout=60s']);
    }
    expect(await admin.run('apply', '-f', admin.blueprints)).toMatchObject({ code: 0 });
    pods = await PodProcess.of(cluster, OWN, 1);
    for (const pod of pods) pod.start();
    for (const pod of pods) {
      await eventually(`${pod.name} to be ready`, PATIENCE_MS, admin, async () =>
        (await pod.probe('ready')) === 200 ? true : undefined,
      );
    }
  });
  afterAll(async () => {
    for (const pod of pods) pod.remove();
    admin?.remove();
    await cluster.stop();
  });

  it('hears a pause of everything, which stands in its own namespace', async () => {
    expect(await admin.run('pause', '--all', '--reason', 'a look at it')).toMatchObject({ code: 0 });
    cluster.setLoad({ services: { 'shop/web': load(0.9, 2), 'other/web': load(0.9, 2) } });
    const controller = pods.find(({ name }) => name === 'fairlead-controller-0');
    await eventually('the controller to wait', PATIENCE_MS, admin, async () =>
      journalOf(controller).includes('a look at it') ? true : undefined,
    );
    expect(await replicas(cluster, 'shop', 'web')).toBe(2);
    expect(await admin.run('resume', '--all')).toMatchObject({ code: 0 });
  });

  it('scales and verifies there, with rights that end there, and touches nothing elsewhere', async () => {
    const isDone = async (): Promise<true | undefined> =>
      (await decisions(cluster, 'shop')).some(({ status }) => status?.phase === 'Succeeded') ? true : undefined;
    await eventually('a change that is verified', PATIENCE_MS, admin, isDone).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${logs()}`);
    });
    expect(await replicas(cluster, 'shop', 'web')).toBeGreaterThan(2);
    expect(await decisions(cluster, 'other')).toEqual([]);
    expect(await replicas(cluster, 'other', 'web')).toBe(2);
    expect(await cluster.kubectl(['get', 'leases', '-n', OWN, '-o', 'name'])).toContain('fairlead-executor');
    // Nothing was asked that these rights do not give.
    expect(logs()).not.toMatch(/forbidden|denied/i);
  });

  it.each(ACCOUNTS)('gives the token of the %s no sight of another namespace', async (account) => {
    const as = await kubectlAs(cluster, OWN, accountName(account));
    const ASKED = ['deployments', 'pods', 'blueprints', 'poddisruptionbudgets'].flatMap((what) => [
      [['get', what, '-n', 'other'], false] as const,
      [['get', what, '-A'], false] as const,
      [['get', what, '-n', 'shop'], true] as const,
    ]);
    const others = [[['get', 'nodes'], true] as const, [['get', 'namespaces'], false] as const];
    const secrets = [[['get', 'secrets', '-n', 'shop'], false] as const];
    const wrong = await Promise.all(
      [...ASKED, ...others, ...secrets].map(async ([args, may]) => {
        const { code, text } = await as(args);
        const isRight = may ? code === 0 : code === 1 && text.includes('forbidden');
        return isRight ? [] : [`${args.join(' ')}: ${text}`];
      }),
    );
    expect(wrong.flat()).toEqual([]);
  });
});

function journalOf(pod: PodProcess | undefined): string {
  if (pod === undefined) throw new Error('there is no such pod');
  return readdirSync(pod.data)
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => readFileSync(path.join(pod.data, file), 'utf8'))
    .join('');
}
