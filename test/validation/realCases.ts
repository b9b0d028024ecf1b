import { systemClock } from '../../src/adapters/system/systemClock.ts';
import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { load } from '../e2e/fairlead.ts';
import type { RealCase } from './criterion.ts';
import { Expecting } from './expecting.ts';
import { missingOf } from './missing.ts';
import type { RealStage } from './realStage.ts';

/** What is played on a real API server, each in a namespace of its own. What they say of what they saw is the same every time. */

export const REFUSED_BY_THE_SERVER: RealCase = {
  checks: 'The API server itself refuses what the loader refuses, by the rules of the same schema',
  async on({ cluster }) {
    const expecting = new Expecting();
    const spec = { version: '1.0.0', scaling: { min_replicas: 2, max_replicas: 5 } };
    const tried = async (change: object): Promise<string> => {
      const object = {
        apiVersion: 'fairlead.dev/v1alpha1',
        kind: 'Blueprint',
        metadata: { name: 'tried', namespace: 'default' },
        spec: { ...spec, ...change },
      };
      const input = JSON.stringify(object);
      return cluster.kubectl(['create', '--dry-run=server', '-o', 'name', '-f', '-'], { input }).then(
        () => 'taken',
        (error: unknown) => String(error),
      );
    };
    expecting.same('a good one', await tried({}), 'taken');
    const bad: Readonly<Record<string, object>> = {
      'min above max': { scaling: { min_replicas: 9, max_replicas: 5 } },
      'a percentage without its sign': { scaling: { min_replicas: 2, max_replicas: 5, target_cpu_utilization: '70' } },
      'a version that is none': { version: 'v1' },
      'an unknown operation': { governance: { agent_authority: { allowed_operations: ['fly'] } } },
    };
    for (const [what, change] of Object.entries(bad))
      expecting.holds(
        `${what} is refused`,
        (await tried(change)).includes('Invalid') || (await tried(change)).includes('invalid'),
      );
    return expecting.shown(`refused: ${Object.keys(bad).join(', ')}`);
  },
};

export const SCALED: RealCase = {
  checks: 'CPU 85 % at 2 replicas, target 70 %: 3 replicas, verified, in one write (scenario 1)',
  async on(stage) {
    const expecting = new Expecting();
    await stage.serve('sc003', 2, 0.85);
    const { spec, status } = await stage.inPhase('sc003', 'Succeeded');
    expecting.same('asked for by', [spec.requester.kind, spec.arguments.replicas], ['agent', 3]);
    expecting.same('verified', status?.verification?.outcome, 'pass');
    expecting.same('replicas', await stage.replicas('sc003'), 3);
    expecting.same('writes', codesOf(stage, 'sc003'), ['patch 200']);
    return expecting.shown('sc003/web 2 to 3 in one patch; 1 Succeeded, verified: pass');
  },
};

const codesOf = (stage: RealStage, namespace: string): string[] =>
  stage.writes(namespace).map(({ verb, responseStatus }) => `${verb} ${responseStatus?.code}`);

export const LOGGED: RealCase = {
  checks:
    'Every write in the API server’s own audit log stands in our log; `fairlead audit verify` and `replay` agree, against the cluster as well',
  async on(stage) {
    const expecting = new Expecting();
    await stage.serve('sc005', 2, 0.6);
    await stage.asks('sc005', 3, 'allowed');
    const decision = await stage.inPhase('sc005', 'Succeeded');
    const records = stage.records();
    expecting.same('missing', missingOf(decision, records), []);
    const applied = records.filter(({ kind, subject }) => kind === 'applied' && subject === decision.metadata.name);
    expecting.same('writes at the server, and in the log', [stage.writes('sc005').length, applied.length], [1, 1]);
    const { data } = stage.fairlead;
    const verified = await stage.fairlead.run(
      'audit',
      'verify',
      '--data',
      data,
      '--kubeconfig',
      stage.cluster.kubeconfig,
    );
    const replayed = await stage.fairlead.run('audit', 'replay', '--data', data);
    expecting.same('exit codes', [verified.code, replayed.code], [0, 0]);
    return expecting.shown('1 of 1 decisions logged; its one write stands in both logs; verify and replay exit 0');
  },
};

export const TAKEN_BACK: RealCase = {
  checks:
    '3 to 2 replicas on a real API server, and p95 rises to 280 ms: back to 3 (scenario 4). From the verdict in the log to the patch in the API server’s audit log',
  async on(stage) {
    const expecting = new Expecting();
    await stage.serve('sc006', 3, 0.25);
    const name = await stage.asks('sc006', 2, 'allowed');
    await stage.until('the scale-down', async () => ((await stage.replicas('sc006')) === 2 ? true : undefined));
    stage.load('sc006', load(0.25, 3, 280));
    const { status } = await stage.inPhase('sc006', 'RolledBack');
    expecting.same(
      'changes',
      status?.changes.map(({ before, after, undo }) => [before, after, undo]),
      [
        ['3', '2', false],
        ['2', '3', true],
      ],
    );
    expecting.same('replicas', await stage.replicas('sc006'), 3);
    const failed = stage
      .records()
      .find(({ kind, subject, data }) => kind === 'verified' && subject === name && data['outcome'] === 'fail');
    const [, undo] = stage.writes('sc006');
    const realMs = Date.parse(undo?.requestReceivedTimestamp ?? '') - (failed?.at ?? Number.NaN);
    expecting.same('writes', codesOf(stage, 'sc006'), ['patch 200', 'patch 200']);
    expecting.holds('the undo comes after the verdict', realMs >= 0);
    return expecting.shown('3 to 2, and back to 3; RolledBack', { realMs });
  },
};

export const CHANGED_IN_TIME: RealCase = {
  checks:
    'When max_replicas is raised from 5 to 7 with kubectl: scale to 6 was restricted and is allowed. From the patch in the API server’s audit log to the gateway’s answer',
  async on(stage) {
    const expecting = new Expecting();
    await stage.serve('sc008', 3, 0.6);
    await stage.until('the gate to answer', async () =>
      (await stage.saysTo('sc008', 6)) === 'restricted' ? true : undefined,
    );
    const spec = { version: '1.1.0', scaling: { max_replicas: 7 } };
    await stage.cluster.kubectl([
      'patch',
      'blueprint',
      'web',
      '-n',
      'sc008',
      '--type=merge',
      '-p',
      JSON.stringify({ spec }),
    ]);
    let said = await stage.saysTo('sc008', 6);
    const end = systemClock.now() + 60_000;
    while (said === 'restricted' && systemClock.now() < end) {
      await systemClock.sleep(20);
      said = await stage.saysTo('sc008', 6);
    }
    const now = systemClock.now();
    expecting.same('afterwards', said, 'allowed');
    const patched = await stage.until('the patch in the audit log', () =>
      Promise.resolve(
        stage.cluster
          .auditWrites()
          .find(
            ({ verb, objectRef }) =>
              verb === 'patch' &&
              objectRef?.resource === 'blueprints' &&
              objectRef.namespace === 'sc008' &&
              objectRef.subresource === '',
          ),
      ),
    );
    return expecting.shown('restricted, then allowed', {
      realMs: Math.max(0, now - Date.parse(patched.requestReceivedTimestamp)),
    });
  },
};

export const APPROVED: RealCase = {
  checks:
    'Ann asks for 6 where 5 are the limit, Omar approves by raising the maximum, 6 are written once, the blueprint says 6 (scenario 2)',
  async on(stage) {
    const expecting = new Expecting();
    await stage.serve('sc009', 3, 0.6);
    const name = await stage.asks('sc009', 6, 'restricted');
    const { status } = await stage.inPhase('sc009', 'AwaitingApproval');
    const at = `/api/approvals/sc009/${status?.approval}`;
    const card = await stage.api<ApprovalCard>('omar', 'GET', at);
    expecting.same('writes before the vote', stage.writes('sc009').length, 0);
    await stage.api('omar', 'POST', `${at}/vote`, {
      digest: card.digest,
      vote: 'approve',
      choice: 'update_blueprint',
      comment: 'the sale starts',
      typed: 'web',
    });
    const done = await stage.inPhase('sc009', 'Succeeded');
    expecting.same('the decision', done.metadata.name, name);
    const raised = await stage.cluster.kubectl([
      'get',
      'blueprint',
      'web',
      '-n',
      'sc009',
      '-o',
      'jsonpath={.spec.scaling.max_replicas} {.spec.version}',
    ]);
    expecting.same('maximum and version', raised, '6 1.1.0');
    expecting.same('replicas and writes', [await stage.replicas('sc009'), codesOf(stage, 'sc009')], [6, ['patch 200']]);
    return expecting.shown('AwaitingApproval, approved, 3 to 6 in one patch, blueprint 1.1.0 with max_replicas 6');
  },
};

const HELD_MS = 6_000;

export const PAUSED: RealCase = {
  checks: '`fairlead pause` holds a hot service for as long as it stands, and `fairlead resume` lets it go',
  async on(stage) {
    const expecting = new Expecting();
    await stage.serve('sc010', 2, 0.6);
    const paused = await stage.fairlead.run('pause', 'sc010/web', '--reason', 'a drill');
    expecting.same('fairlead pause exits', paused.code, 0);
    stage.load('sc010', load(0.85, 2));
    const { status } = await stage.inPhase('sc010', 'Deferred');
    expecting.same('reason', status?.reason, 'Paused');
    await systemClock.sleep(HELD_MS);
    expecting.same('writes while paused', stage.writes('sc010').length, 0);
    const resumed = await stage.fairlead.run('resume', 'sc010/web');
    expecting.same('fairlead resume exits', resumed.code, 0);
    await stage.inPhase('sc010', 'Succeeded');
    expecting.same('replicas and writes', [await stage.replicas('sc010'), codesOf(stage, 'sc010')], [3, ['patch 200']]);
    return expecting.shown('Deferred: Paused, no write; after the resume 2 to 3, Succeeded');
  },
};
