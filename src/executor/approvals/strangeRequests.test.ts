import { afterEach, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../../test/stages/executorStage.ts';
import { PEOPLE } from '../../testing/people.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

async function staged(options: Parameters<typeof openStage>[0] = {}): Promise<Stage> {
  const stage = await openStage(options);
  stages.push(stage);
  return stage;
}

describe('a request whose record is odd', () => {
  it('about another namespace is refused, and never carried out on the service of the same name here (GATE-G14-1)', async () => {
    const stage = await staged();
    await stage.wish(A, {
      target: { kind: 'Deployment', namespace: 'production', name: 'web' },
      arguments: { replicas: 3 },
    });
    await stage.run(30_000);
    expect(stage.writes()).toBe(0);
    expect(stage.status(A)).toMatchObject({ phase: 'Refused', reason: 'NotGoverned' });
  });

  it('that was refused as what no tool takes stays refused, under the name of one that could be carried out', async () => {
    const allowed_operations = ['scale_within_limits', 'restart_pods'];
    const stage = await staged({ spec: { governance: { agent_authority: { allowed_operations } } } });
    await stage.wish(A, { tool: 'restart_pods', operation: 'restart_pods', arguments: { sent: '{"now":true}' } });
    await stage.run(30_000);
    expect([stage.writes(), stage.status(A)]).toMatchObject([0, { phase: 'Refused', reason: 'NotExecutable' }]);
  });

  it('with arguments that mean nothing to its tool is carried out once when it is approved, and asked about once', async () => {
    const stage = await staged({ spec: { governance: PROPOSING } });
    const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
    await stage.wish(A, { arguments: { replicas: 3, revision: 7 } });
    await executor.pass();
    await stage.vote(A);
    await stage.run(45_000, executor);
    expect(stage.writes()).toBe(1);
    expect(stage.status(A).history.filter(({ phase }) => phase === 'AwaitingApproval')).toHaveLength(1);
  });
});

const PROPOSING = {
  agent_authority: {
    allowed_operations: [],
    requires_approval: [{ operation: 'scale_within_limits', approvers: ['devops-team'] }],
    forbidden_operations: [],
  },
};
