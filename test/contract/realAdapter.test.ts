import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type KubernetesCluster } from '../../src/adapters/kubernetes/connect.ts';
import { KubernetesMetrics } from '../../src/adapters/metrics/kubernetesMetrics.ts';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { systemIds } from '../../src/adapters/system/systemIds.ts';
import { KINDS } from '../../src/schema/kube.ts';
import {
  code,
  decisionObject,
  defined,
  deploymentObject,
  lastChange,
  permitFor,
  value,
} from '../../src/testing/contractObjects.ts';
import { USUAL } from '../../src/testing/usualBlueprint.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from './installCrds.ts';

const never = new AbortController().signal;

describeCluster('the Kubernetes adapter on a real API server', () => {
  let cluster: Cluster;
  let admin: KubernetesCluster;
  const open: KubernetesCluster[] = [];
  const connected = async (kubeconfig: string): Promise<KubernetesCluster> => {
    const result = await connect({ kubeconfig, clock: systemClock, ids: systemIds });
    if (!result.ok) throw new Error(result.error);
    open.push(result.value);
    return result.value;
  };

  beforeAll(async () => {
    cluster = await startCluster({ audit: true, load: { default: { rate: 40 } } });
    await installCrds(cluster);
    admin = await connected(cluster.kubeconfig);
    value(await admin.ensureNamespace('shop'));
    await cluster.kubectl(['apply', '-f', '-'], {
      input: JSON.stringify(deploymentObject('shop', 'web', { replicas: 2 })),
    });
    await cluster.kubectl(['rollout', 'status', 'deployment/web', '-n', 'shop', '--timeout=60s']);
  });
  afterAll(async () => {
    for (const each of open) each.close();
    await cluster?.stop();
  });

  const web = async () => defined(value(await admin.reader.get(KINDS.Deployment, 'shop', 'web')));
  /** Reads the object anew until the answer is no lost race against the Deployment's own controller. */
  const scaled = async (writer: KubernetesCluster, to: number, dryRun: boolean) => {
    for (;;) {
      const object = await web();
      const from = (object.spec as { replicas: number }).replicas;
      const permit = permitFor(object, { kind: 'scale', from, to }, systemClock.now());
      const answer = await writer.workloads.apply(permit, lastChange('c', String(from), String(to)), { dryRun });
      if (code(answer) !== 'preconditionFailed') return answer;
    }
  };

  it('follows the pages of a long list', async () => {
    const names = Array.from({ length: 620 }, (_, n) => `lease-${n}`);
    await Promise.all(
      names.map(async (name) =>
        value(
          await admin.records.create(KINDS.Lease, {
            apiVersion: 'coordination.k8s.io/v1',
            kind: 'Lease',
            metadata: { name, namespace: 'shop' },
            spec: {},
          }),
        ),
      ),
    );
    const { items } = value(await admin.reader.list(KINDS.Lease, 'shop'));
    expect(items.map((item) => item.metadata.name).sort()).toEqual([...names].sort());
  });

  it('says denied, with the words, when an admission policy refuses', async () => {
    const policy = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'most-five' },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments'] },
          ],
        },
        validations: [{ expression: 'object.spec.replicas <= 5', message: 'more than five' }],
      },
    };
    const binding = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'most-five' },
      spec: { policyName: 'most-five', validationActions: ['Deny'] },
    };
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [policy, binding] });
    await cluster.kubectl(['apply', '-f', '-'], { input });
    await expect
      .poll(async () => await scaled(admin, 6, true), { timeout: 20_000 })
      .toMatchObject({
        error: { code: 'denied', uncertain: false, message: expect.stringContaining('more than five') },
      });
    await cluster.kubectl(['delete', '-f', '-'], { input });
  });

  it('says denied to a user without rights, for reads, records and workloads', async () => {
    const nobody = await connected(cluster.nobody);
    expect(code(await nobody.reader.list(KINDS.Pod))).toBe('denied');
    expect(code(await nobody.records.create(KINDS.Decision, decisionObject('shop', 'no')))).toBe('denied');
    expect(code(await scaled(nobody, 3, false))).toBe('denied');
    const events = [];
    for await (const event of nobody.reader.watch(KINDS.Pod, 'shop', '1', never)) events.push(event);
    expect(events).toEqual([{ type: 'ended', gone: false, message: expect.stringContaining('forbidden') }]);
  });

  it('goes on with a token that was replaced in its file', async () => {
    await cluster.kubectl(['create', 'serviceaccount', 'rotated', '-n', 'shop']);
    await cluster.kubectl([
      'create',
      'rolebinding',
      'rotated',
      '-n',
      'shop',
      '--clusterrole=view',
      '--serviceaccount=shop:rotated',
    ]);
    const token = path.join(cluster.dir, 'token');
    writeFileSync(token, 'expired\n');
    const kubeconfig = path.join(cluster.dir, 'kubeconfig-rotated');
    const view = await cluster.kubectl(['config', 'view', '--raw', '-o', 'json']);
    const config = JSON.parse(view) as { users: { user: object }[] };
    writeFileSync(
      kubeconfig,
      JSON.stringify({ ...config, users: [{ ...config.users[0], user: { tokenFile: 'token' } }] }),
    );
    const rotated = await connected(kubeconfig);
    expect(code(await rotated.reader.list(KINDS.Deployment, 'shop'))).toBe('denied');
    writeFileSync(token, await cluster.kubectl(['create', 'token', 'rotated', '-n', 'shop']));
    expect(value(await rotated.reader.list(KINDS.Deployment, 'shop')).items).toHaveLength(1);
    expect(rotated.health().failures).toBe(0);
  });

  it('goes on with a CA bundle that was replaced in its file', async () => {
    const bundle = path.join(cluster.dir, 'bundle.crt');
    copyFileSync(path.join(cluster.dir, 'pki', 'proxy-ca.crt'), bundle);
    const view = await cluster.kubectl(['config', 'view', '--raw', '-o', 'json']);
    const config = JSON.parse(view) as { clusters: object[] };
    const kubeconfig = path.join(cluster.dir, 'kubeconfig-bundle');
    const entry = { server: cluster.server, 'certificate-authority': bundle };
    writeFileSync(kubeconfig, JSON.stringify({ ...config, clusters: [{ ...config.clusters[0], cluster: entry }] }));
    const trusting = await connected(kubeconfig);
    const write = () => trusting.records.create(KINDS.Decision, decisionObject('shop', 'trusted'));
    expect(await write()).toMatchObject({ error: { code: 'unavailable', uncertain: false } });
    copyFileSync(path.join(cluster.dir, 'pki', 'ca.crt'), bundle);
    expect(code(await write())).toBe('ok');
  });

  it('refuses a field that the definition does not know, instead of dropping it', async () => {
    const object = { ...decisionObject('shop', 'strict'), surprise: true };
    const answer = await admin.records.create(KINDS.Decision, object);
    expect(answer).toMatchObject({ error: { code: 'invalid', message: expect.stringContaining('surprise') } });
  });

  it('reads the metrics of all pods and Deployments of a namespace, and names what is not served', async () => {
    const source = new KubernetesMetrics(admin.reader);
    const served = ['http_latency_p95_seconds', 'http_error_ratio', 'http_requests_per_second'];
    const reading = await source.read([{ namespace: 'shop', deployment: 'web', metrics: [...served, 'nope'] }], never);
    expect(reading.usage).toHaveLength(2);
    const now = systemClock.now();
    for (const sample of reading.usage) {
      // 40 requests a second over two pods, 5 ms each, and the idle use.
      expect(sample.cpu).toBeCloseTo(105, 0);
      expect(sample.memory).toBeGreaterThan(64 * 1024 * 1024);
      expect(Math.abs(now - sample.at)).toBeLessThan(10_000);
    }
    expect(reading.objects.map((sample) => sample.metric)).toEqual(served);
    expect(reading.objects.at(-1)?.value).toBeCloseTo(40, 0);
    expect(reading.failures).toEqual([
      { what: 'object', namespace: 'shop', metric: 'nope', message: expect.stringContaining('metric nope') },
    ]);
  });

  it('leaves a record of every write at the API server, under its own name', async () => {
    const before = cluster.auditWrites().length;
    value(await scaled(admin, 3, true));
    value(await scaled(admin, 3, false));
    const writes = cluster.auditWrites().slice(before);
    const ours = writes.filter((write) => write.userAgent === 'fairlead' && write.responseStatus?.code === 200);
    expect(ours.map((write) => [write.verb, write.objectRef?.resource, write.objectRef?.name])).toEqual([
      ['patch', 'deployments', 'web'],
      ['patch', 'deployments', 'web'],
    ]);
    expect(ours.map((write) => write.requestURI.includes('dryRun=All'))).toEqual([true, false]);
    const managers = (await web()).metadata.managedFields?.map((field) => field.manager);
    expect(managers).toContain('fairlead');
  });

  it('applies a blueprint as the person, and takes over what another manager owns only when told', async () => {
    const blueprint = (most: number) => ({
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'Blueprint',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        version: '1.0.0',
        scaling: { ...USUAL.scaling, max_replicas: most },
        governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } },
      },
    });
    const most = async () =>
      (
        defined(value(await admin.reader.get(KINDS.Blueprint, 'shop', 'web'))).spec as {
          scaling: { max_replicas: number };
        }
      ).scaling.max_replicas;
    expect(code(await admin.applyObject(KINDS.Blueprint, blueprint(5), { dryRun: true }))).toBe('ok');
    expect(value(await admin.reader.get(KINDS.Blueprint, 'shop', 'web'))).toBeUndefined();
    value(await admin.applyObject(KINDS.Blueprint, blueprint(5)));
    value(await admin.applyObject(KINDS.Blueprint, blueprint(6)));
    expect(await most()).toBe(6);
    const patch = JSON.stringify({ spec: { scaling: { max_replicas: 7 } } });
    await cluster.kubectl(['patch', 'blueprint', 'web', '-n', 'shop', '--type=merge', '-p', patch]);
    expect(code(await admin.applyObject(KINDS.Blueprint, blueprint(8)))).toBe('conflict');
    expect(await most()).toBe(7);
    value(await admin.applyObject(KINDS.Blueprint, blueprint(8), { force: true }));
    expect(await most()).toBe(8);
    const bad = await admin.applyObject(KINDS.Blueprint, blueprint(1), { force: true });
    expect(bad).toMatchObject({ error: { code: 'invalid', message: expect.stringContaining('max_replicas') } });
    await expect(admin.applyObject(KINDS.Deployment, blueprint(5))).rejects.toThrow('not applied');
  });

  it('makes a namespace once, and says yes the second time', async () => {
    expect(code(await admin.ensureNamespace('made'))).toBe('ok');
    expect(code(await admin.ensureNamespace('made'))).toBe('ok');
    expect(await cluster.kubectl(['get', 'namespace', 'made', '-o', 'name'])).toBe('namespace/made\n');
  });
});
