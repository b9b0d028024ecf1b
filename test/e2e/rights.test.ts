import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { accountName, accountObjects } from '../../src/install/accounts.ts';
import { admissionObjects } from '../../src/install/admission.ts';
import { ACCOUNTS, type Account } from '../../src/install/rights.ts';
import { ALLOWANCE_ANNOTATION } from '../../src/schema/allowance.ts';
import type { KubeObject } from '../../src/schema/kube.ts';
import { DECISION_SPEC, DECISION_STATUS } from '../../src/testing/contractObjects.ts';
import { type Answer, kubectlAs } from '../cluster/as.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { ATTEMPTS, type BlueprintIs, CONTAINER, replicas } from './stolenAttempts.ts';

const OWN = 'agent-system';
const MANAGED = { 'fairlead.dev/managed': 'true' };
/** A policy hears of a parameter a moment after it was written. */
const WITHIN = { timeout: 30_000, interval: 300 };
const documents = (objects: readonly object[]): string => objects.map((object) => stringify(object)).join('---\n');
const deployment = (name: string, extra: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop', labels: { ...MANAGED, app: name }, ...extra },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name }, annotations: { note: 'ours' } },
      spec: {
        initContainers: [{ name: 'first', image: 'registry.example/first:1' }],
        volumes: [{ name: 'tmp', emptyDir: {} }],
        containers: [
          {
            name: 'app',
            image: 'registry.example/app:1',
            env: [{ name: 'A', value: '1' }],
            resources: { requests: { cpu: '200m', memory: '256Mi' }, limits: { cpu: '400m', memory: '512Mi' } },
          },
          { name: 'side', image: 'registry.example/side:1' },
        ],
      },
    },
  },
});
const decision = (name: string, kind: string): object => ({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'Decision',
  metadata: { name, namespace: 'shop' },
  spec: { ...DECISION_SPEC, requester: { kind, name: 'ann' } },
});

const blueprint = (name: string, is: BlueprintIs = {}): object => ({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'Blueprint',
  metadata: { name, namespace: 'shop', ...(is.annotations && { annotations: is.annotations }) },
  spec: {
    version: '1.0.0',
    scaling: { min_replicas: is.min ?? 2, max_replicas: is.max ?? 5 },
    resources: {
      cpu: { min: '100m', max: '1', target: '500m' },
      memory: { min: '128Mi', max: '2Gi', target: '512Mi' },
    },
    governance: {
      agent_authority: {
        allowed_operations: is.allowed ?? ['scale_within_limits', 'restart_pods'],
        requires_approval: (is.asked ?? []).map((operation) => ({ operation, approvers: ['devops-team'] })),
      },
    },
  },
});

describeCluster('what a stolen token can do', () => {
  let cluster: Cluster;
  const as = {} as Record<Account, Awaited<ReturnType<typeof kubectlAs>>>;
  const patch = (name: string, operations: readonly object[], dry = false): Promise<Answer> =>
    as.executor([
      ...['patch', 'deployment', name, '-n', 'shop', '--type=json', `--patch=${JSON.stringify(operations)}`],
      ...(dry ? ['--dry-run=server'] : []),
    ]);

  beforeAll(async () => {
    cluster = await startCluster({ noKubelet: true });
    await installCrds(cluster);
    for (const name of ['shop', OWN]) await cluster.kubectl(['create', 'namespace', name]);
    const services = ATTEMPTS.flatMap(([, is], row) => [deployment(`web-${row}`), blueprint(`web-${row}`, is)]);
    await cluster.kubectl(['apply', '-f', '-'], { input: documents(services) });
    await cluster.kubectl(['apply', '-f', '-'], {
      input: documents([...accountObjects(OWN), ...admissionObjects(OWN)]),
    });
    for (const account of ACCOUNTS) as[account] = await kubectlAs(cluster, OWN, accountName(account));
    // Policies are in force a moment after they were written, and not all at once.
    await vi.waitFor(
      async () => {
        expect((await patch('web-0', [replicas(6)], true)).text).toContain('outside');
        expect((await patch('web-0', [{ op: 'add', path: '/spec/paused', value: true }], true)).text).toContain(
          'alone',
        );
      },
      { timeout: 60_000, interval: 500 },
    );
  }, 180_000);
  afterAll(() => cluster.stop());

  it.each(ATTEMPTS.map(([what, , operations, said], row) => ({ what, row, operations, said })))(
    'the executor’s: $what',
    async ({ row, operations, said }) => {
      const answer = await patch(`web-${row}`, operations);
      if (said === 'done') expect(answer).toMatchObject({ code: 0 });
      else expect(answer).toMatchObject({ code: 1, text: expect.stringMatching(said) });
    },
  );

  it('is nothing where people set no label, and keeps nobody else from their own', async () => {
    await cluster.kubectl(['create', 'namespace', 'elsewhere']);
    const bare = { labels: { app: 'bare' } };
    const there = { ...deployment('web'), metadata: { name: 'web', namespace: 'elsewhere', labels: { app: 'web' } } };
    await cluster.kubectl(['apply', '-f', '-'], {
      input: documents([deployment('bare', bare), blueprint('bare'), there]),
    });
    expect((await patch('bare', [replicas(4)])).text).toContain('does not carry the label');
    const scale = ['deployment', 'web', '-n', 'elsewhere', '--type=json', `--patch=[${JSON.stringify(replicas(4))}]`];
    expect((await as.executor(['patch', ...scale])).text).toContain('does not carry the label');
    // An admin, in a namespace that has no blueprint and in one that has.
    await cluster.kubectl(['patch', ...scale]);
    await cluster.kubectl(['scale', 'deployment', 'web-0', '-n', 'shop', '--replicas=9']);
    await cluster.kubectl(['set', 'image', 'deployment/web-0', '-n', 'shop', 'app=registry.example/app:2']);
  });

  it('gains no account, no node and no privilege where a label was left behind by its blueprint', async () => {
    await cluster.kubectl(['create', '-f', '-'], { input: documents([deployment('left')]) });
    const refused = { code: 1, text: expect.stringContaining('no rollback gives pods another account') as string };
    const spec = '/spec/template/spec';
    for (const [key, value] of Object.entries({ serviceAccountName: 'admin', hostPID: true, hostNetwork: true })) {
      expect(await patch('left', [{ op: 'add', path: `${spec}/${key}`, value }])).toMatchObject(refused);
    }
    const privileged = { op: 'add', path: `${CONTAINER}/securityContext`, value: { privileged: true } };
    expect(await patch('left', [privileged])).toMatchObject(refused);
    // What stays open, as the page says.
    const image = { op: 'replace', path: `${CONTAINER}/image`, value: 'registry.example/other:1' };
    expect(await patch('left', [image])).toMatchObject({ code: 0 });
  });

  it('goes beyond the range exactly as far as people allowed once, for that Deployment alone', async () => {
    // Not applied: kubectl would write down what it applied into an annotation that is not the gateway's.
    await cluster.kubectl(['create', '-f', '-'], { input: documents([deployment('once'), blueprint('once')]) });
    const uid = await cluster.kubectl(['get', 'deployment', 'once', '-n', 'shop', '-o', 'jsonpath={.metadata.uid}']);
    const allow = async (text: string | undefined): Promise<Answer> => {
      const read = await cluster.kubectl(['get', 'blueprint', 'once', '-n', 'shop', '-o', 'json']);
      const object = JSON.parse(read) as KubeObject;
      const { [ALLOWANCE_ANNOTATION]: _, ...others } = object.metadata.annotations ?? {};
      const annotations = text === undefined ? others : { ...others, [ALLOWANCE_ANNOTATION]: text };
      return as.gateway(
        ['replace', '-f', '-'],
        JSON.stringify({ ...object, metadata: { ...object.metadata, annotations } }),
      );
    };
    expect((await patch('once', [replicas(8)])).text).toContain('outside');
    for (const other of [
      '00000000-0000-0000-0000-000000000000/3..8',
      `${uid}/3..8 `,
      `${uid}/3..7`,
      `${uid}/4..`,
      '',
    ]) {
      expect(await allow(other)).toMatchObject({ code: 0 });
      await vi.waitFor(async () => expect((await patch('once', [replicas(8)])).text).toContain('outside'), WITHIN);
    }
    expect(await allow(`${uid}/3..8`)).toMatchObject({ code: 0 });
    await vi.waitFor(async () => expect((await patch('once', [replicas(8)])).code).toBe(0), WITHIN);
    expect((await patch('once', [replicas(9)])).text).toContain('outside');
    expect(await allow(undefined)).toMatchObject({ code: 0 });
    // Where it stands out of range by now it may stay, and be written to otherwise; back it goes, and not out again.
    const note = [{ op: 'add', path: '/metadata/annotations/fairlead.dev~1last-change', value: '{}' }];
    expect(await patch('once', note)).toMatchObject({ code: 0 });
    expect(await patch('once', [replicas(5)])).toMatchObject({ code: 0 });
    await vi.waitFor(async () => expect((await patch('once', [replicas(8)], true)).text).toContain('outside'), WITHIN);
    const forged = ['annotate', 'blueprint', 'once', '-n', 'shop', `${ALLOWANCE_ANNOTATION}=${uid}/0..99`];
    await expect(cluster.kubectl(forged)).rejects.toThrow('written by the gateway');
  });

  it('stays under the ceilings of the whole cluster', async () => {
    await cluster.kubectl(['apply', '-f', '-'], {
      input: documents([
        deployment('high'),
        blueprint('high'),
        {
          apiVersion: 'fairlead.dev/v1alpha1',
          kind: 'ClusterBlueprint',
          metadata: { name: 'default' },
          spec: { ceilings: { max_replicas: 4, cpu: '350m', memory: '1Gi' } },
        },
      ]),
    });
    try {
      const cpu = (value: string): object => ({ op: 'replace', path: `${CONTAINER}/resources/requests/cpu`, value });
      await vi.waitFor(
        async () => expect((await patch('high', [replicas(5)], true)).text).toContain('ceiling'),
        WITHIN,
      );
      expect(await patch('high', [replicas(4)])).toMatchObject({ code: 0 });
      expect(await patch('high', [cpu('300m')])).toMatchObject({ code: 0 });
      expect((await patch('high', [cpu('360m')])).text).toContain('ceiling');
    } finally {
      await cluster.kubectl(['delete', 'clusterblueprint', 'default']);
    }
  });

  it('never writes what people write, nor speaks for them', async () => {
    const BP = ['blueprint', 'web-0', '-n', 'shop'];
    const wider = '--patch={"spec":{"scaling":{"max_replicas":99}}}';
    for (const account of ['controller', 'executor'] as const) {
      expect((await as[account](['patch', ...BP, '--type=merge', wider])).text).toContain('forbidden');
      expect((await as[account](['label', ...BP, 'x=y'])).text).toContain('forbidden');
    }
    const wish = (kind: string): string => documents([decision(`by-${kind}`, kind)]);
    expect((await as.controller(['create', '-f', '-'], wish('person'))).text).toContain('asks at the gateway');
    expect(await as.controller(['create', '-f', '-'], wish('agent'))).toMatchObject({ code: 0 });
    expect((await as.executor(['create', '-f', '-'], wish('agent'))).text).toContain('forbidden');
    await expect(cluster.kubectl(['create', '-f', '-'], { input: wish('person') })).rejects.toThrow('at the gateway');
    const end = ['patch', 'decision', 'by-agent', '-n', 'shop', '--subresource=status', '--type=merge'];
    const status = `--patch=${JSON.stringify({ status: { ...DECISION_STATUS, phase: 'Succeeded' } })}`;
    await expect(cluster.kubectl([...end, status])).rejects.toThrow('written by the executor');
    for (const account of ['controller', 'gateway'] as const) {
      expect((await as[account]([...end, status])).text).toContain('forbidden');
    }
  });

  it('moves no workload with the token of the controller or the gateway', async () => {
    const deploy = ['deployment', 'web-0', '-n', 'shop'];
    for (const account of ['controller', 'gateway'] as const) {
      for (const attempt of [
        ['scale', ...deploy, '--replicas=4'],
        ['patch', ...deploy, '--type=json', `--patch=[${JSON.stringify(replicas(4))}]`],
        ['delete', ...deploy],
        ['rollout', 'restart', ...deploy],
        ['delete', 'pods', '--all', '-n', 'shop'],
      ]) {
        expect(await as[account](attempt)).toMatchObject({ code: 1, text: expect.stringMatching(/forbidden/i) });
      }
    }
    expect(await as.executor(['scale', ...deploy, '--replicas=4'])).toMatchObject({ code: 1 });
    expect(await as.executor(['delete', ...deploy])).toMatchObject({ code: 1 });
  });
});
