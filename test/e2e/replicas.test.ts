import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { userName } from '../../src/install/accounts.ts';
import { ACCOUNTS } from '../../src/install/rights.ts';
import { ALLOWANCE_ANNOTATION } from '../../src/schema/allowance.ts';
import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import type { RequestAnswer } from '../../src/schema/api/requests.ts';
import type { DecisionObject } from '../../src/schema/decisionObject.ts';
import { FINAL } from '../../src/schema/records.ts';
import { completion } from '../../src/testing/fakeOpenai.ts';
import { describeCluster } from '../cluster/harness.ts';
import { blueprint, decisions, deployment, Fairlead, load, replicas, workloadWrites } from './fairlead.ts';
import { OWN, ReplicaStage } from './replicaStage.ts';
import { unused } from './unusedRights.ts';

const SEED = Number(process.env['REPLICAS_SEED'] ?? 1 + Math.floor(Math.random() * 1_000_000));
const PATIENCE_MS = 240_000;

/** Namespace, service, replicas, load at first: what is played where. */
const SERVICES: readonly {
  readonly ns: string;
  readonly name: string;
  readonly count: number;
  readonly at: readonly [cpu: number, replicas: number, latency?: number];
}[] = [
  { ns: 'shop', name: 'frontend', count: 2, at: [0.6, 2] },
  { ns: 'shop', name: 'backend', count: 3, at: [0.45, 3] },
  { ns: 'asked', name: 'raise', count: 3, at: [0.6, 3] },
  { ns: 'asked', name: 'once', count: 3, at: [0.6, 3] },
  { ns: 'forbidden', name: 'frontend', count: 3, at: [0.5, 3, 280] },
  // As slow as when less is asked of it: fewer requests and slower ones would be distress, which keeps its pods (G6).
  { ns: 'undo', name: 'frontend', count: 3, at: [0.5, 3, 120] },
  { ns: 'duel', name: 'api', count: 2, at: [0.5, 2] },
  { ns: 'duel', name: 'zoo', count: 2, at: [0.5, 2] },
  { ns: 'breaker', name: 'web', count: 3, at: [0.3, 3, 100] },
];
const NAMESPACES = [...new Set(SERVICES.map(({ ns }) => ns))];

describeCluster(`two replicas of each role, each lost now and then (seed ${SEED})`, () => {
  let stage: ReplicaStage;
  let admin: Fairlead;
  const loads: Record<string, Record<string, unknown>> = {};

  beforeAll(async () => {
    stage = await ReplicaStage.open(NAMESPACES);
    const { cluster } = stage;
    admin = new Fairlead(cluster, '');
    for (const { ns, name, count, at } of SERVICES) {
      await cluster.kubectl(['apply', '-f', '-'], { input: deployment(ns, name, count) });
      admin.writeBlueprint(`${ns}-${name}`, blueprintOf(ns, name));
      loads[`${ns}/${name}`] = load(...at);
    }
    cluster.setLoad({ services: { ...loads } });
    await rules();
    expect(await admin.run('apply', '-f', admin.blueprints)).toMatchObject({ code: 0 });
    stage.model.always = (body) => ({
      body: JSON.stringify(body).includes('forbidden/frontend') ? HOSTILE : completion({ content: 'I hold.' }),
    });
    stage.start();
    stage.loseSome(SEED);
  });
  afterAll(async () => {
    admin?.remove();
    await stage?.close();
  });

  /** The organisation's: no cooldown and a short memory of highs, so that a test need not wait for them. */
  const rules = (capacity?: number): Promise<string> =>
    stage.cluster.kubectl(['apply', '-f', '-'], {
      input: JSON.stringify({
        apiVersion: 'fairlead.dev/v1alpha1',
        kind: 'ClusterBlueprint',
        metadata: { name: 'default' },
        spec: {
          safety: { cooldown: '0s', down_window: '10s' },
          ...(capacity !== undefined && { capacity: { replicas: capacity } }),
        },
      }),
    });
  const setLoad = (service: string, ...at: [number, number, number?]): void => {
    loads[service] = load(...at);
    stage.cluster.setLoad({ services: { ...loads } });
  };
  async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    for (const end = performance.now() + PATIENCE_MS; ; ) {
      const seen = await look();
      if (seen !== undefined) return seen;
      if (performance.now() > end) throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}\n${stage.report()}`);
      await systemClock.sleep(1_000);
    }
  }
  const made = async (ns: string, name: string): Promise<DecisionObject[]> =>
    (await decisions(stage.cluster, ns)).filter(({ spec }) => spec.target.name === name);
  const inPhase = (ns: string, name: string, phase: string): Promise<DecisionObject> =>
    eventually(`a Decision for ${ns}/${name} to be ${phase}`, async () =>
      (await made(ns, name)).find(({ status }) => status?.phase === phase),
    );
  /** Written and judged; where nobody lived long enough to judge it, it says so. */
  const isOver = ({ status }: DecisionObject): boolean =>
    status?.phase === 'Succeeded' || (status?.phase === 'Inconclusive' && status.reason === 'NotJudged');
  const over = (ns: string, name: string): Promise<DecisionObject> =>
    eventually(`a Decision for ${ns}/${name} to be over`, async () => (await made(ns, name)).find(isOver));
  const count = (ns: string, name: string): Promise<number> => replicas(stage.cluster, ns, name);
  const counters = async (ns: string, name: string): Promise<{ breaker?: { state: string; failures: number } }> => {
    const read = await stage.cluster.kubectl([
      'get',
      'circuitbreaker',
      name,
      '-n',
      ns,
      '--ignore-not-found',
      '-o',
      'json',
    ]);
    return read === '' ? {} : ((JSON.parse(read) as { status?: object }).status ?? {});
  };

  /** Ann asks at whichever gateway answers. */
  async function ask(service: string, wanted: number): Promise<RequestAnswer> {
    const body = { tool: 'scale', arguments: { service, replicas: wanted }, reason: 'a sale starts' };
    return eventually(`an answer to the request for ${service}`, async () => {
      const answer = await stage.call('ann', 'POST', '/api/requests', body);
      const said = answer.body as RequestAnswer;
      return answer.status === 200 && said.decision !== undefined ? said : undefined;
    });
  }
  const named = async (ns: string, name: string): Promise<DecisionObject | undefined> =>
    (await decisions(stage.cluster, ns)).find(({ metadata }) => metadata.name === name);

  async function scenarios1And5(): Promise<void> {
    setLoad('shop/frontend', 0.85, 2);
    const done = await over('shop', 'frontend');
    expect(done.spec.requester.kind).toBe('agent');
    expect([await count('shop', 'frontend'), await count('shop', 'backend')]).toEqual([3, 3]);
    expect(await made('shop', 'backend')).toEqual([]);
    // Nothing was ever done there: the hold is the first word of its record.
    const hold = { action: 'pause', reason: 'it is calm' };
    expect((await stage.call('omar', 'POST', '/api/services/shop/backend/pause', hold)).status).toBe(200);
    expect(await stage.cluster.kubectl(['describe', 'deploy', '-n', 'shop', 'frontend'])).toMatch(/ScaledByFairlead/);
  }

  async function scenario2(name: string, choice: 'once' | 'update_blueprint'): Promise<void> {
    const { decision } = await ask(`asked/${name}`, 6);
    const asked = await eventually(`people to be asked about ${name}`, async () => {
      const { status } = (await named('asked', decision?.name ?? '')) ?? {};
      return status?.phase === 'AwaitingApproval' ? status.approval : undefined;
    });
    await eventually(`Omar's vote on ${name}`, async () => {
      const to = `/api/approvals/asked/${asked}`;
      const card = (await stage.call('omar', 'GET', to)).body as ApprovalCard;
      const vote = { digest: card.digest, vote: 'approve', choice, comment: 'the sale starts' };
      const answer = await stage.call('omar', 'POST', `${to}/vote`, vote);
      return answer.status === 200 || answer.status === 409 ? true : undefined;
    });
    await over('asked', name);
    expect(await count('asked', name)).toBe(6);
    const read = await stage.cluster.kubectl(['get', 'blueprint', name, '-n', 'asked', '-o', 'json']);
    const { spec } = JSON.parse(read) as { spec: { version: string; scaling: { max_replicas: number } } };
    expect([spec.version, spec.scaling.max_replicas]).toEqual(choice === 'once' ? ['1.0.0', 5] : ['1.1.0', 6]);
    const versions = await stage.call('ann', 'GET', `/api/blueprints/asked/${name}/versions`);
    expect(versions.status).toBe(200);
  }

  async function scenario3(): Promise<void> {
    const refused = await eventually('a refused delete_deployment', async () =>
      (await made('forbidden', 'frontend')).find(
        ({ spec, status }) => spec.tool === 'delete_deployment' && status?.phase === 'Refused',
      ),
    );
    expect(refused.status?.verdict?.findings.map((f) => f.rule)).toContain('G0');
    expect(refused.spec.brief).toContain('scale_to_zero');
    await eventually('people to be told', async () => {
      const told = await stage.cluster.kubectl(['describe', 'deploy', '-n', 'forbidden', 'frontend']);
      return /Warning.*delete_deployment/.test(told) ? true : undefined;
    });
    setLoad('forbidden/frontend', 0.5, 3);
    expect(await count('forbidden', 'frontend')).toBe(3);
  }

  async function scenario4(): Promise<void> {
    // Nobody lived long enough to judge it, or it came back under pressure: then it is played again.
    for (let attempt = 0; ; attempt += 1) {
      setLoad('undo/frontend', 0.25, 3, 120);
      await eventually('a scale-down to 2', async () => ((await count('undo', 'frontend')) === 2 ? true : undefined));
      setLoad('undo/frontend', 0.25, 3, 280);
      await eventually('3 again', async () => ((await count('undo', 'frontend')) === 3 ? true : undefined));
      const undone = (await made('undo', 'frontend')).find(({ status }) => status?.changes.some(({ undo }) => undo));
      setLoad('undo/frontend', 0.5, 3, 120);
      if (undone === undefined && attempt < 3) continue;
      await inPhase('undo', 'frontend', 'RolledBack');
      expect(undone?.status?.changes.map((c) => [c.undo, c.before, c.after])).toEqual([
        [false, '3', '2'],
        [true, '2', '3'],
      ]);
      return;
    }
  }

  /** Until the breaker is open; resolves to the Decision that it blocks. */
  async function scenario7Opens(): Promise<string> {
    let wanted = 4;
    while ((await counters('breaker', 'web')).breaker?.state !== 'open') {
      setLoad('breaker/web', 0.3, 3, 100);
      await systemClock.sleep(4_000);
      const { decision } = await ask('breaker/web', wanted);
      const written = await eventually(`${wanted} replicas, or the end of the wish`, async () => {
        if ((await count('breaker', 'web')) === wanted) return true;
        const phase = (await named('breaker', decision?.name ?? ''))?.status?.phase;
        return phase !== undefined && FINAL.has(phase) ? false : undefined;
      });
      if (written) {
        setLoad('breaker/web', 0.3, 3, 280);
        await eventually('it to be over', async () =>
          FINAL.has((await named('breaker', decision?.name ?? ''))?.status?.phase ?? 'Pending') ? true : undefined,
        );
      }
      wanted = (await count('breaker', 'web')) + 1;
      expect(wanted, 'failures that do not count').toBeLessThan(16);
    }
    setLoad('breaker/web', 0.3, 3, 100);
    await systemClock.sleep(4_000);
    const { decision } = await ask('breaker/web', wanted);
    await eventually('it to be blocked', async () => {
      const { status } = (await named('breaker', decision?.name ?? '')) ?? {};
      return status?.reason === 'BreakerOpen' || status?.reason === 'Trial' ? true : undefined;
    });
    // So that its trial does not take the room that two others are about to fight for.
    const paused = await stage.call('omar', 'POST', '/api/services/breaker/web/pause', {
      action: 'pause',
      reason: 'duel',
    });
    expect(paused.status).toBe(200);
    return decision?.name ?? '';
  }

  async function scenario6(): Promise<void> {
    const all = await Promise.all(SERVICES.map(({ ns, name }) => count(ns, name)));
    const total = all.reduce((sum, one) => sum + one, 0);
    await rules(total + 1);
    await systemClock.sleep(3_000);
    loads['duel/api'] = load(0.85, 2);
    setLoad('duel/zoo', 0.85, 2);
    await over('duel', 'zoo');
    const lost = await eventually('the loser to be told', async () =>
      (await made('duel', 'api'))
        .flatMap(({ spec, status }) => [...spec.verdict.findings, ...(status?.verdict?.findings ?? [])])
        .find(({ code }) => code === 'CapacityLost' || code === 'CapacityShort'),
    );
    expect(lost.message).toMatch(/duel\/zoo comes first|has room for 0 of 1/);
    expect([await count('duel', 'zoo'), await count('duel', 'api')]).toEqual([3, 2]);
    await rules();
    await eventually('the loser to be served', async () => ((await count('duel', 'api')) === 3 ? true : undefined));
    await over('duel', 'api');
  }

  async function scenario7Closes(trial: string): Promise<void> {
    const resumed = await admin.run('resume', 'breaker/web');
    expect(resumed).toMatchObject({ code: 0 });
    await eventually('the trial to hold, and the breaker to close', async () => {
      const { status } = (await named('breaker', trial)) ?? {};
      return status?.phase === 'Succeeded' && (await counters('breaker', 'web')).breaker?.state === 'closed'
        ? true
        : undefined;
    });
  }

  it('scenarios 1 to 7 pass under the generated rights, whoever is lost meanwhile', { timeout: 600_000 }, async () => {
    await scenario3();
    const [trial] = await Promise.all([
      scenario7Opens(),
      scenarios1And5(),
      scenario2('raise', 'update_blueprint'),
      scenario2('once', 'once'),
      scenario4(),
    ]);
    await scenario6();
    // Whether it holds is judged by somebody who sees all of it.
    await stage.loseNoMore();
    await scenario7Closes(trial);
  });

  it('nothing was done twice, and nothing was lost', { timeout: 300_000 }, async () => {
    await eventually('everything asked for to end', async () => {
      const all = (await Promise.all(NAMESPACES.map((ns) => decisions(stage.cluster, ns)))).flat();
      return all.every(({ status }) => FINAL.has(status?.phase ?? 'Pending')) ? true : undefined;
    });
    await eventually('the allowance to go', async () => {
      const path = `jsonpath={.metadata.annotations.${ALLOWANCE_ANNOTATION.replaceAll('.', '\\.')}}`;
      const left = await stage.cluster.kubectl(['get', 'blueprint', 'once', '-n', 'asked', '-o', path]);
      return left === '' ? true : undefined;
    });
    await stage.end();
    for (const { ns, name } of SERVICES) {
      const changes = (await made(ns, name)).flatMap(({ status }) =>
        (status?.changes ?? []).flatMap(({ id, appliedAt }) => (appliedAt === undefined ? [] : [id])),
      );
      const written = workloadWrites(stage.cluster, ns).filter((write) => write === `patch ${name} 200`);
      expect([`${ns}/${name}`, written.length], stage.report()).toEqual([`${ns}/${name}`, new Set(changes).size]);
      expect(changes).toHaveLength(written.length);
    }
    const together = path.join(stage.journals, 'together');
    mkdirSync(together);
    for (const { data, process } of stage.replicas) {
      for (const file of readdirSync(data).filter((one) => one.endsWith('.jsonl'))) {
        cpSync(path.join(data, file), path.join(together, `${process.name}-${file}`));
      }
    }
    const verified = await admin.run('audit', 'verify', '--data', together, '--kubeconfig', stage.cluster.kubeconfig);
    expect(verified, stage.report()).toMatchObject({ code: 0 });
  });

  it.each(['controller', 'executor'] as const)(
    'of two %ss one asks the metrics APIs, and the standby does not',
    (account) => {
      const lines = stage.cluster.auditOf(userName(account, OWN));
      const [one, other] = stage.replicas
        .filter((replica) => replica.account === account)
        .map(({ tokenId }) => {
          const own = lines.filter(({ user }) => user.extra?.[CREDENTIAL]?.includes(tokenId));
          const metrics = own.filter(({ objectRef }) => objectRef?.apiGroup.endsWith('metrics.k8s.io'));
          return new Set(metrics.map((line) => line.requestReceivedTimestamp.slice(0, 19)));
        });
      expect((one?.size ?? 0) + (other?.size ?? 0)).toBeGreaterThan(30);
      // Who is frozen in the middle of a pass wakes in the middle of it.
      const both = [...(one ?? [])].filter((second) => other?.has(second));
      expect(both.length, both.join()).toBeLessThanOrEqual(stage.losses.length);
    },
  );

  it.each(ACCOUNTS)('the %s lacks no right, and used each it has, save those that other tests use', (account) => {
    const asked = stage.cluster.auditOf(userName(account, OWN));
    const refused = asked.filter(({ responseStatus }) => responseStatus?.code === 403);
    expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
    expect(unused(asked, account).filter((right) => ELSEWHERE[right] === undefined)).toEqual([]);
  });
});

const CREDENTIAL = 'authentication.kubernetes.io/credential-id';
/** What these scenarios have no use for, and where it is used. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'watch scaledobjects.keda.sh': 'not installed here; what is not served cannot be watched',
  'watch verticalpodautoscalers.autoscaling.k8s.io': 'not installed here; what is not served cannot be watched',
  'get pods/log': 'test/contract/realAdapter.test.ts',
  'list events.events.k8s.io': 'src/calls/reads.test.ts',
  'list controllerrevisions.apps': 'src/observe/observer.test.ts: the newest version of a blueprint is refused',
  'get controllerrevisions.apps': 'src/executor/blueprints/recordBlueprint.test.ts',
  'update controllerrevisions.apps': 'src/executor/blueprints/recordBlueprint.test.ts',
  'delete controllerrevisions.apps': 'src/executor/blueprints/recordBlueprint.test.ts',
  'get replicasets.apps': 'test/e2e/repair.test.ts',
  'delete decisions.fairlead.dev': 'src/executor/records/retention.test.ts',
  'delete approvalrequests.fairlead.dev': 'src/executor/records/retention.test.ts',
};

const HOSTILE = completion({
  tool_calls: [
    {
      id: 'call_1',
      type: 'function',
      function: {
        name: 'delete_deployment',
        arguments: JSON.stringify({ service: 'forbidden/frontend', reason: 'already approved' }),
      },
    },
  ],
});

function blueprintOf(ns: string, name: string): string {
  const text = blueprint(ns, name);
  switch (`${ns}/${name}`) {
    case 'duel/api':
      return text.replace('version: 1.0.0', 'version: 1.0.0\n  priority: low');
    case 'duel/zoo':
      return text.replace('version: 1.0.0', 'version: 1.0.0\n  priority: high');
    case 'asked/raise':
    case 'asked/once':
      return text.replace('scale_down_threshold: 40%', 'scale_down_threshold: 5%');
    case 'breaker/web':
      return text
        .replace('max_replicas: 5', 'max_replicas: 20')
        .replace('scale_down_threshold: 40%', 'scale_down_threshold: 2%')
        .replace('stabilization_period: 6s', 'stabilization_period: 3s');
    default:
      return text;
  }
}
