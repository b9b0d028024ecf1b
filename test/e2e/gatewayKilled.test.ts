import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { KubeObject } from '../../src/schema/kube.ts';
import { CuttingProxy, type Fault } from '../../src/testing/cuttingProxy.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { AnnAndOmar, PATIENCE_MS, phaseOf, startGateway } from './approvalParts.ts';
import { blueprint, deployment, eventually, Fairlead, load, replicas, workloadWrites } from './fairlead.ts';

const WANTED = 7;

interface Row {
  readonly when: string;
  readonly service: string;
  readonly choice: 'once' | 'update_blueprint';
  /** What the gateway's write of this kind of object meets, however often it tries. */
  readonly fault?: { readonly what: Fault['what'] & ('refused' | 'silent'); readonly plural: string };
  /** The executor is away until the gateway is dead. */
  readonly executorAway?: true;
  /** True as soon as the moment has come, by what stands in the cluster. */
  readonly dies: (now: {
    readonly voted: number | undefined;
    readonly votes: number;
    readonly version: string;
  }) => boolean;
}

const ROWS: readonly Row[] = [
  {
    when: 'between a vote and the execution',
    service: 'once',
    choice: 'once',
    executorAway: true,
    dies: ({ voted }) => voted === 200,
  },
  {
    when: 'between a vote and the raise',
    service: 'raise',
    choice: 'update_blueprint',
    fault: { what: 'refused', plural: 'blueprints' },
    dies: ({ voted, version }) => voted === 200 && version === '1.0.0',
  },
  {
    when: 'when it had raised, and did not know it yet',
    service: 'raised',
    choice: 'update_blueprint',
    fault: { what: 'silent', plural: 'blueprints' },
    dies: ({ version }) => version === '1.1.0',
  },
  {
    when: 'when the vote was written, and nobody told of it yet',
    service: 'voted',
    choice: 'once',
    executorAway: true,
    fault: { what: 'silent', plural: 'approvalrequests' },
    dies: ({ voted, votes }) => voted === undefined && votes === 1,
  },
];

describeCluster('the gateway, killed with SIGKILL on a real API server', () => {
  const data = mkdtempSync(path.join(tmpdir(), 'fairlead-e2e-gateway-'));
  let cluster: Cluster;
  let executor: Fairlead;
  let people: AnnAndOmar;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true });
    await installCrds(cluster);
    for (const name of ['shop', 'agent-system']) await cluster.kubectl(['create', 'namespace', name]);
    executor = new Fairlead(cluster, data);
    for (const { service } of ROWS) {
      await cluster.kubectl(['apply', '-f', '-'], { input: deployment('shop', service, 3) });
      await cluster.kubectl(['rollout', 'status', 'deploy', '-n', 'shop', service, '--timeout=30s']);
      executor.writeBlueprint(service, blueprint('shop', service));
    }
    cluster.setLoad({
      services: Object.fromEntries(ROWS.map(({ service }) => [`shop/${service}`, load(0.6, 3, 100)])),
    });
    expect(await executor.run('apply', '-f', executor.blueprints)).toMatchObject({ code: 0 });
    people = await AnnAndOmar.open(cluster, data);
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });
  afterAll(async () => {
    executor?.remove();
    await cluster.stop();
    rmSync(data, { recursive: true, force: true });
  });

  async function serve(kubeconfig = cluster.kubeconfig): Promise<{ gateway: Fairlead; url: string }> {
    const served = await startGateway(cluster, data, kubeconfig);
    ends.push(() => served.gateway.remove());
    ends.push(() => served.gateway.stop('SIGKILL'));
    return served;
  }
  const startExecutor = (): void => {
    executor.start('executor', '--data', data, '--interval', '1s');
  };
  /** The gateway's way to the API server, on which it loses what the row says. */
  async function lossy({ fault, service }: Row): Promise<string> {
    if (fault === undefined) return cluster.kubeconfig;
    const text = readFileSync(cluster.kubeconfig, 'utf8');
    const authority = /certificate-authority-data: (\S+)/.exec(text)?.[1] ?? '';
    const proxy = await CuttingProxy.start(cluster.server, Buffer.from(authority, 'base64').toString());
    ends.push(() => proxy.close());
    for (let times = 0; times < 200; times += 1) {
      proxy.next(
        { what: fault.what },
        ({ method, path: to }) => method === 'PUT' && new RegExp(`/${fault.plural}/${service}\\b`).test(to),
      );
    }
    const file = path.join(data, `kubeconfig-${service}`);
    writeFileSync(file, proxy.kubeconfig(text), { mode: 0o600 });
    return file;
  }
  const read = (kind: string, name: string): Promise<KubeObject> => people.read(kind, name);
  const versionOf = async (service: string): Promise<string> =>
    String(((await read('blueprint', service)).spec as { version?: unknown }).version);

  it.each(ROWS.map((row) => [row.when, row] as const))(
    '%s: what was approved is done once by what comes after it, and nothing twice (P5, P9)',
    async (_, row) => {
      const { service, choice, dies, executorAway = false } = row;
      const { gateway, url } = await serve(await lossy(row));
      startExecutor();
      ends.push(() => executor.stop('SIGKILL'));
      const name = await people.ask(service, WANTED, executor);
      if (executorAway) await executor.stop();
      let voted: number | undefined;
      const voting = people.yes(url, name, choice).then((status) => {
        voted = status;
      });
      await eventually('the moment to die', PATIENCE_MS, gateway, async () => {
        const { votes = [] } = (await read('approvalrequest', name)) as { votes?: unknown[] };
        const now = { voted, votes: votes.length, version: await versionOf(service) };
        return dies(now) ? true : undefined;
      });
      await gateway.stop('SIGKILL');
      await voting;
      if (executorAway) startExecutor();

      const after = await serve();
      // Whoever was not told asks again, and finds it taken.
      if (voted === undefined) expect(await people.yes(after.url, name, choice)).toBe(200);
      await eventually('it to be done and verified', PATIENCE_MS, executor, async () =>
        phaseOf(await read('decision', name)) === 'Succeeded' ? true : undefined,
      );
      expect(workloadWrites(cluster, 'shop').filter((write) => write.includes(` ${service} `))).toEqual([
        `patch ${service} 200`,
      ]);
      expect(await replicas(cluster, 'shop', service)).toBe(WANTED);
      const spec = (await read('blueprint', service)).spec as { version: string; scaling: { max_replicas: number } };
      expect([spec.version, spec.scaling.max_replicas]).toEqual(choice === 'once' ? ['1.0.0', 5] : ['1.1.0', WANTED]);
      const request = await read('approvalrequest', name);
      expect([phaseOf(request), request['votes']]).toMatchObject(['Consumed', [{ by: 'omar', choice }]]);
      const verified = await executor.run('audit', 'verify', '--data', data, '--kubeconfig', cluster.kubeconfig);
      expect(verified).toMatchObject({ code: 0 });
    },
  );
});
