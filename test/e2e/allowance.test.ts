import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { accountName, accountObjects, userName } from '../../src/install/accounts.ts';
import { admissionObjects } from '../../src/install/admission.ts';
import { ACCOUNTS, type Account } from '../../src/install/rights.ts';
import { allowanceOn } from '../../src/schema/allowance.ts';
import { DecisionStatus } from '../../src/schema/records.ts';
import { CuttingProxy } from '../../src/testing/cuttingProxy.ts';
import { kubectlAs } from '../cluster/as.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { AnnAndOmar, PATIENCE_MS, phaseOf, startGateway } from './approvalParts.ts';
import { blueprint, deployment, eventually, Fairlead, load, replicas, workloadWrites } from './fairlead.ts';

const OWN = 'agent-system';
/** Where five are the limit. */
const WANTED = 8;
const SERVICES = ['done', 'fails', 'untold', 'kept'] as const;

/** Each role under its own account's token, on an API server that holds the executor to the Blueprint. */
describeCluster('what people allowed once, under the admission policies', () => {
  const data = mkdtempSync(path.join(tmpdir(), 'fairlead-e2e-allowance-'));
  let cluster: Cluster;
  let executor: Fairlead;
  let people: AnnAndOmar;
  const as = {} as Record<Account, Awaited<ReturnType<typeof kubectlAs>>>;
  const ends: (() => unknown)[] = [];
  const kubeconfigOf = (account: Account): string => path.join(cluster.dir, `kubeconfig-${accountName(account)}`);

  beforeAll(async () => {
    cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true });
    await installCrds(cluster);
    for (const name of ['shop', OWN]) await cluster.kubectl(['create', 'namespace', name]);
    const rights = [...accountObjects(OWN), ...admissionObjects(OWN)].map((object) => stringify(object)).join('---\n');
    await cluster.kubectl(['apply', '-f', '-'], { input: rights });
    for (const account of ACCOUNTS) as[account] = await kubectlAs(cluster, OWN, accountName(account));
    const admin = new Fairlead(cluster, data);
    ends.push(() => admin.remove());
    for (const service of SERVICES) {
      await cluster.kubectl(['apply', '-f', '-'], { input: deployment('shop', service, 3) });
      await cluster.kubectl(['rollout', 'status', 'deploy', '-n', 'shop', service, '--timeout=30s']);
      admin.writeBlueprint(service, blueprint('shop', service));
    }
    cluster.setLoad({
      services: Object.fromEntries(SERVICES.map((service) => [`shop/${service}`, load(0.6, 3, 100)])),
    });
    expect(await admin.run('apply', '-f', admin.blueprints)).toMatchObject({ code: 0 });
    people = await AnnAndOmar.open(cluster, data);
    // A person's wish comes through the gateway's account, or not at all.
    people.create = (input) => as.gateway(['create', '-f', '-'], input);
    executor = new Fairlead({ ...cluster, kubeconfig: kubeconfigOf('executor') }, data);
    ends.push(() => executor.remove());
    await vi.waitFor(async () => expect((await stolen('done', WANTED)).text).toContain('outside 2..5'), {
      timeout: 60_000,
      interval: 500,
    });
  });
  afterAll(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
    await cluster.stop();
    rmSync(data, { recursive: true, force: true });
  });

  /** The executor's token in anybody's hands; nothing is written. */
  const stolen = (service: string, to: number) =>
    as.executor([
      ...['patch', 'deployment', service, '-n', 'shop', '--type=merge', '--dry-run=server'],
      `--patch={"spec":{"replicas":${to}}}`,
    ]);
  const allowance = async (service: string): Promise<string | undefined> =>
    allowanceOn(await people.read('blueprint', service));
  const uid = async (service: string): Promise<string> => (await people.read('deployment', service)).metadata.uid ?? '';
  const reasons = async (name: string): Promise<string[]> =>
    DecisionStatus.parse((await people.read('decision', name)).status).history.map(({ reason }) => reason);
  async function serve(kubeconfig = kubeconfigOf('gateway')): Promise<{ gateway: Fairlead; url: string }> {
    const served = await startGateway(cluster, data, kubeconfig);
    ends.push(() => served.gateway.remove());
    ends.push(() => served.gateway.stop('SIGKILL'));
    return served;
  }
  const until = <T>(what: string, look: () => Promise<T | undefined>): Promise<T> =>
    eventually(what, PATIENCE_MS, executor, look);
  const isPhase = (name: string, phase: string) =>
    until(`${name} to be ${phase}`, async () =>
      phaseOf(await people.read('decision', name)) === phase ? true : undefined,
    );
  const isGone = (service: string) =>
    until('the allowance to be gone', async () => ((await allowance(service)) === undefined ? true : undefined));
  const writes = (service: string): string[] =>
    workloadWrites(cluster, 'shop').filter((write) => write.includes(` ${service} `));

  it('goes through, once, by accounts that can do nothing else, and leaves nothing open', async () => {
    const { gateway, url } = await serve();
    executor.start('executor', '--data', data, '--interval', '1s');
    ends.push(() => executor.stop('SIGKILL'));
    const name = await people.ask('done', WANTED, executor);
    expect(await people.yes(url, name, 'once')).toBe(200);
    await until('the change', async () => ((await replicas(cluster, 'shop', 'done')) === WANTED ? true : undefined));
    expect(await allowance('done')).toBe(`${await uid('done')}/3..8`);
    expect((await stolen('done', 9)).text).toContain('outside 2..5');
    await isPhase(name, 'Succeeded');
    await isGone('done');
    // Back into the range, and not out again.
    await cluster.kubectl(['scale', 'deployment', 'done', '-n', 'shop', '--replicas=5']);
    await vi.waitFor(async () => expect((await stolen('done', WANTED)).text).toContain('outside 2..5'), {
      timeout: 30_000,
      interval: 300,
    });
    expect(writes('done').filter((write) => write === 'patch done 200')).toHaveLength(1);
    expect(await reasons(name)).toEqual(expect.arrayContaining(['Approved', 'Intended']));
    const by = cluster
      .auditWrites()
      .filter(({ objectRef }) => objectRef?.resource === 'blueprints' && objectRef.subresource === '')
      .filter(({ objectRef, user }) => objectRef?.name === 'done' && user.username === userName('gateway', OWN));
    expect(by.map(({ verb, responseStatus }) => [verb, responseStatus?.code])).toEqual([
      ['update', 200],
      ['update', 200],
    ]);
    await gateway.stop('SIGKILL');
  });

  it('lets the undo through where the change failed', async () => {
    const { gateway, url } = await serve();
    const name = await people.ask('fails', WANTED, executor);
    expect(await people.yes(url, name, 'once')).toBe(200);
    await until('the change', async () => ((await replicas(cluster, 'shop', 'fails')) === WANTED ? true : undefined));
    cluster.setLoad({ services: { 'shop/fails': load(0.3, 3, 400) } });
    await isPhase(name, 'RolledBack');
    expect(await replicas(cluster, 'shop', 'fails')).toBe(3);
    await isGone('fails');
    expect(writes('fails').filter((write) => write === 'patch fails 200')).toHaveLength(2);
    await gateway.stop('SIGKILL');
  });

  it('is told by the next gateway where the first was killed between the vote and that; meanwhile nothing fails', async () => {
    const text = readFileSync(kubeconfigOf('gateway'), 'utf8');
    const authority = /certificate-authority-data: (\S+)/.exec(text)?.[1] ?? '';
    const proxy = await CuttingProxy.start(cluster.server, Buffer.from(authority, 'base64').toString());
    ends.push(() => proxy.close());
    for (let times = 0; times < 200; times += 1) {
      proxy.next({ what: 'refused' }, ({ method, path: to }) => method === 'PUT' && /\/blueprints\/untold\b/.test(to));
    }
    const lossy = path.join(data, 'kubeconfig-lossy');
    writeFileSync(lossy, proxy.kubeconfig(text), { mode: 0o600 });
    cluster.setLoad({ services: { 'shop/untold': load(0.6, 3, 100) } });
    const { gateway, url } = await serve(lossy);
    const name = await people.ask('untold', WANTED, executor);
    expect(await people.yes(url, name, 'once')).toBe(200);
    await until('the API server to refuse', async () => {
      const { phase, reason, message, changes } = DecisionStatus.parse((await people.read('decision', name)).status);
      return phase === 'Deferred' && reason === 'DeniedByServer' && changes.length === 0 ? message : undefined;
    }).then((message) => expect(message).toContain('replicas 8 is outside 2..5 of Blueprint untold'));
    await gateway.stop('SIGKILL');
    expect([await allowance('untold'), await replicas(cluster, 'shop', 'untold')]).toEqual([undefined, 3]);
    const failures = 'jsonpath={.items[?(@.metadata.name=="untold")].status.breaker.failures}';
    expect(Number(await cluster.kubectl(['get', 'circuitbreakers', '-n', 'shop', '-o', failures]))).toBe(0);

    const after = await serve();
    await isPhase(name, 'Succeeded');
    await isGone('untold');
    expect(writes('untold').filter((write) => write === 'patch untold 200')).toHaveLength(1);
    await after.gateway.stop('SIGKILL');
  });

  it('is taken away by the next gateway where the first was killed between the change and that', async () => {
    cluster.setLoad({ services: { 'shop/kept': load(0.6, 3, 100) } });
    const { gateway, url } = await serve();
    const name = await people.ask('kept', WANTED, executor);
    expect(await people.yes(url, name, 'once')).toBe(200);
    await until('the change', async () => ((await replicas(cluster, 'shop', 'kept')) === WANTED ? true : undefined));
    await gateway.stop('SIGKILL');
    await isPhase(name, 'Succeeded');
    expect(await allowance('kept')).toBe(`${await uid('kept')}/3..8`);
    await serve();
    await isGone('kept');
  });
});
