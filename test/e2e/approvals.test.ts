import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import type { GatewayDeps } from '../../src/gateway/deps.ts';
import { finishRaises } from '../../src/gateway/finishRaises.ts';
import { Turns } from '../../src/gateway/turns.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { type DecisionSpec, DecisionStatus } from '../../src/schema/records.ts';
import type { Vote } from '../../src/schema/vote.ts';
import { DECISION_SPEC } from '../../src/testing/contractObjects.ts';
import { answer, personIn } from '../../src/testing/gateway.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { PEOPLE, testPeople } from '../../src/testing/people.ts';
import { seededIds } from '../../src/testing/seededIds.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { blueprint, deployment, Fairlead, load, replicas, workloadWrites } from './fairlead.ts';
import { type InProcess, openExecutor } from './inProcess.ts';
import { ShiftedClock } from './shiftedClock.ts';

const A = 'web-1111111111';
const OTHER_GATEWAY = testPeople('test-cluster', 'another gateway');
const OTHER_CLUSTER = testPeople('another-cluster');

describeCluster('approvals on a real API server (scenario 2)', () => {
  let cluster: Cluster;
  let fairlead: Fairlead;
  let inside: InProcess;
  let gateway: GatewayDeps;
  const clock = new ShiftedClock();

  beforeAll(async () => {
    cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true });
    await installCrds(cluster);
    for (const name of ['shop', 'agent-system']) await cluster.kubectl(['create', 'namespace', name]);
    await cluster.kubectl(['apply', '-f', '-'], { input: deployment('shop', 'web', 3) });
    await cluster.kubectl(['rollout', 'status', 'deploy', '-n', 'shop', 'web', '--timeout=30s']);
    fairlead = new Fairlead(cluster, '');
    fairlead.writeBlueprint('web', blueprint('shop', 'web'));
    expect(await fairlead.run('apply', '-f', fairlead.blueprints)).toMatchObject({ code: 0 });
    cluster.setLoad({ services: { 'shop/web': load(0.25, 3, 100) } });
    inside = await openExecutor(cluster, clock, 1);
    gateway = {
      observer: inside.observer,
      reader: inside.cluster.reader,
      records: inside.cluster.records,
      journal: new MemoryJournal(clock, 'gateway-1'),
      clock,
      ids: seededIds(2),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      ownNamespace: 'agent-system',
      key: PEOPLE.key,
      trust: PEOPLE.trust,
      turns: new Turns(clock),
    };
  });
  afterAll(async () => {
    inside?.close();
    fairlead?.remove();
    await cluster.stop();
  });

  const turns = async (count: number): Promise<void> => {
    for (let turn = 0; turn < count; turn += 1) {
      await inside.observer.pass();
      await finishRaises(gateway);
      await inside.executor.pass();
      await systemClock.sleep(300);
    }
  };
  async function until(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
    for (const end = performance.now() + 60_000; performance.now() < end; ) {
      await turns(1);
      if (await look()) return;
    }
    throw new Error(`not within a minute: ${what}; ${JSON.stringify(inside.journal.of('phase').slice(-4))}`);
  }
  const object = async (kind: 'Decision' | 'ApprovalRequest', name: string): Promise<KubeObject> => {
    const found = await inside.cluster.reader.get(KINDS[kind], 'shop', name);
    if (!found.ok || found.value === undefined) throw new Error(`no ${kind} ${name}`);
    return found.value;
  };
  const status = async (): Promise<DecisionStatus | undefined> =>
    DecisionStatus.safeParse((await object('Decision', A)).status).data;
  /** As the API server's own audit log has them. */
  const patches = (): string[] => workloadWrites(cluster, 'shop').filter((write) => write.startsWith('patch web 200'));
  const patch = (kind: string, name: string, change: object, ...more: string[]): Promise<string> =>
    cluster.kubectl(['patch', kind, name, '-n', 'shop', '--type=merge', '-p', JSON.stringify(change), ...more]);

  /** Ann asks for six replicas where five are the limit. */
  async function ask(): Promise<void> {
    const [view] = inside.observer.views();
    const metadata = { name: A, namespace: 'shop' };
    const spec: DecisionSpec = {
      ...DECISION_SPEC,
      blueprint: { name: 'web', version: '1.0.0', hash: view?.blueprint?.hash ?? '' },
      arguments: { replicas: 6 },
      requester: { kind: 'person', name: 'ann' },
    };
    const { apiVersion, kind } = KINDS.Decision;
    const proven = PEOPLE.asked(metadata, spec, Date.now());
    const made = await inside.cluster.records.create(KINDS.Decision, { apiVersion, kind, metadata, spec: proven });
    if (!made.ok) throw new Error(made.error.message);
  }
  /** Name of the request that its Decision waits for. */
  const asked = async (): Promise<string | undefined> => {
    const now = await status();
    return now?.phase === 'AwaitingApproval' ? now.approval : undefined;
  };

  it('no vote and no status that an admin writes with kubectl moves a workload (P2, P9)', async () => {
    await until('the service to be seen', () => inside.observer.views()[0]?.blueprint !== undefined);
    await ask();
    await until('people to be asked', async () => (await asked()) === A);
    const request = await object('ApprovalRequest', A);
    const now = Date.now();
    const real = PEOPLE.vote(request, 'omar', now);
    const other = {
      ...request,
      spec: { ...(request.spec as object), after: '7 replicas', arguments: { replicas: 7 } },
    };
    const forged: readonly Vote[] = [
      { ...real, id: 'made-up', signature: 'c2lnbmVkIGJ5IG1l' },
      { ...PEOPLE.vote(request, 'omar', now, { vote: 'reject' }), id: 'turned', vote: 'approve' },
      { ...OTHER_GATEWAY.vote(request, 'dana', now), id: 'stranger' },
      { ...OTHER_CLUSTER.vote(request, 'dana', now), id: 'elsewhere' },
      { ...PEOPLE.vote(other, 'dana', now), id: 'for-seven' },
      { ...PEOPLE.vote(request, 'ann', now), id: 'own' },
      { ...PEOPLE.vote(request, 'eve', now, { groups: ['interns'] }), id: 'outsider' },
    ];
    await patch('approvalrequest', A, { votes: forged });
    await turns(3);
    await patch('approvalrequest', A, { status: { phase: 'Approved', message: 'approved' } }, '--subresource=status');
    await turns(3);
    const history = [{ phase: 'Pending', at: now, reason: 'Approved' }];
    const claimed = { phase: 'Pending', reason: 'Approved', message: 'approved by omar, once', history };
    await patch('decision', A, { status: claimed }, '--subresource=status');
    await turns(4);
    expect(patches()).toEqual([]);
    expect(await replicas(cluster, 'shop', 'web')).toBe(3);
  });

  it('the server itself keeps votes from being taken away or turned', async () => {
    await expect(patch('approvalrequest', A, { votes: [] })).rejects.toThrow(/votes are only added/);
    await expect(patch('approvalrequest', A, { spec: { quorum: 2 } })).rejects.toThrow(/never changes/);
  });

  it('a vote for a Decision that was deleted is none for the one made again under its name', async () => {
    await until('people to be asked', async () => (await asked()) !== undefined);
    const name = (await asked()) ?? '';
    const request = await object('ApprovalRequest', name);
    const votes = [...((request['votes'] ?? []) as readonly Vote[]), PEOPLE.vote(request, 'omar', Date.now())];
    await cluster.kubectl(['delete', 'decision', A, '-n', 'shop']);
    await ask();
    await patch('approvalrequest', name, { votes });
    await until('people to be asked anew', async () => ![undefined, name].includes(await asked()));
    await turns(3);
    expect(patches()).toEqual([]);
  });

  it('a person approves at the gateway: the blueprint is raised, and the change is written once', async () => {
    const name = (await asked()) ?? '';
    const said = { vote: 'approve', choice: 'update_blueprint' } as const;
    const voted = await answer(gateway, personIn('omar', 'devops-team'), { namespace: 'shop', name }, said);
    expect(voted).toMatchObject({ ok: true, value: { tally: { kind: 'approved', choice: 'update_blueprint' } } });
    await until('the change to be written', () => patches().length > 0);
    await until('it to be verified', async () => (await status())?.phase === 'Succeeded');
    expect(await replicas(cluster, 'shop', 'web')).toBe(6);
    expect(patches()).toHaveLength(1);
    const raised = await cluster.kubectl([
      'get',
      'blueprint',
      'web',
      '-n',
      'shop',
      '-o',
      'jsonpath={.spec.scaling.max_replicas} {.spec.version}',
    ]);
    expect(raised).toBe('6 1.1.0');
    expect((await object('ApprovalRequest', name)).status).toMatchObject({ phase: 'Consumed' });
  });
});
