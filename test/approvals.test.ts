import { afterEach, describe, expect, it } from 'vitest';
import { Executor } from '../src/executor/executor.ts';
import { KINDS } from '../src/schema/kube.ts';
import { PEOPLE } from '../src/testing/people.ts';
import { A, type Approvals, B, changeBlueprint, openApprovals } from './stages/approvalStage.ts';

const opened: Approvals[] = [];
afterEach(() => {
  for (const { stage } of opened.splice(0)) stage.close();
});

async function open(options?: Parameters<typeof openApprovals>[0]): Promise<Approvals> {
  const all = await openApprovals(options);
  opened.push(all);
  return all;
}

const ONCE = { vote: 'approve', choice: 'once' } as const;
const ANN = { requester: { kind: 'person', name: 'ann' } } as const;
const TO_ZERO = { tool: 'scale_to_zero', operation: 'scale_to_zero', arguments: {}, ...ANN } as const;
const ZERO_IS_ASKED = {
  agent_authority: {
    allowed_operations: ['scale_within_limits'],
    requires_approval: [{ operation: 'scale_to_zero', condition: 'always', approvers: ['devops-team'] }],
    forbidden_operations: [],
  },
};

describe('while people are asked', () => {
  it('the same wish once more is merged into the request that stands', async () => {
    const { ask, stage, request, phase } = await open();
    await ask(A, 8);
    await ask(B, 8);
    expect(stage.status(B)).toMatchObject({ phase: 'Superseded', reason: 'Merged' });
    expect(stage.status(B).message).toContain(A);
    expect([phase(A), request(B)]).toEqual(['Pending', undefined]);
  });

  it('a newer number takes the place of one that nobody answered', async () => {
    const { ask, says, run, stage, phase } = await open();
    await ask(A, 8);
    await stage.world.advance(2_000);
    await ask(B, 9);
    expect(stage.status(A)).toMatchObject({ phase: 'Superseded', reason: 'NewerRequest' });
    expect([phase(A), phase(B)]).toEqual(['Superseded', 'Pending']);
    expect(await says(A, ONCE)).toContain('superseded');
    await says(B, ONCE);
    await run(30_000);
    expect([stage.replicas(), stage.writes()]).toEqual([9, 1]);
  });

  it.each([
    { what: 'somebody answered', spec: {}, vote: true, words: 'people are about to decide it' },
    { what: 'a person asked for', spec: ANN, vote: false, words: 'ann asked for it' },
  ])('a newer number of an agent does not take the place of one that $what', async ({ spec, vote, words }) => {
    const { ask, says, stage, phase } = await open({ spec: { approval: { quorum: 2 } } });
    await ask(A, 8, spec);
    if (vote) await says(A, ONCE);
    await stage.world.advance(2_000);
    await ask(B, 9);
    expect(stage.status(B)).toMatchObject({ phase: 'Superseded', reason: 'OpenRequest' });
    expect(stage.status(B).message).toContain(words);
    expect([stage.status(A).phase, phase(A)]).toEqual(['AwaitingApproval', 'Pending']);
  });

  it('a request that stands for a Decision that is over is closed, and holds nothing up', async () => {
    const { ask, run, stage, phase } = await open();
    await ask(A, 8);
    stage.world.remove(KINDS.Decision, 'shop', A);
    await run(15_000);
    expect(phase(A)).toBe('Superseded');
    await ask(B, 8);
    expect(phase(B)).toBe('Pending');
  });

  it.each([
    { what: 'an agent', spec: {}, phase: 'Refused', reason: 'RejectedLately' },
    { what: 'a person', spec: ANN, phase: 'AwaitingApproval', reason: 'Restricted' },
  ])('what people rejected is, asked again by $what, $phase', async ({ spec, phase, reason }) => {
    const { ask, says, run, stage } = await open();
    await ask(A, 8);
    await says(A, { vote: 'reject', comment: 'the sale is over' });
    await run(15_000);
    await ask(B, 8, spec);
    expect(stage.status(B)).toMatchObject({ phase, reason });
    if (phase === 'Refused') expect(stage.status(B).message).toMatch(/rejected by omar; .*the sale is over.*again at/);
  });

  it('an agent may ask again half an hour after a no', async () => {
    const { ask, says, run, stage } = await open();
    await ask(A, 8);
    await says(A, { vote: 'reject', comment: 'no' });
    await run(15_000);
    await stage.observe(30 * 60_000);
    for (let pass = 0; pass < 4; pass += 1) await stage.observe(15_000);
    await ask(B, 8);
    expect(stage.status(B).phase).toBe('AwaitingApproval');
  });
});

describe('the quorum', () => {
  it('is what the blueprint names, and each person counts once', async () => {
    const { ask, says, run, stage } = await open({ spec: { approval: { quorum: 2 } } });
    await ask(A, 8);
    expect(await says(A, ONCE)).toBe('pending');
    expect(await says(A, ONCE)).toBe('pending');
    await run(15_000);
    expect(stage.writes()).toBe(0);
    expect(await says(A, ONCE, 'dana')).toBe('approved');
    await run(30_000);
    expect([stage.replicas(), stage.writes()]).toEqual([8, 1]);
  });

  it('of the gravest changes is two, whatever the blueprint names', async () => {
    const load = { rps: 0, cpu_m_per_rps: 1, latency_ms_base: 50 };
    const { ask, stage, spec } = await open({ replicas: 3, load, spec: { governance: ZERO_IS_ASKED } });
    await ask(A, 0, TO_ZERO);
    expect(stage.status(A).phase).toBe('AwaitingApproval');
    expect(spec(A).quorum).toBe(2);
  });

  it('for no pods at all is not undone for what customers then get: that is what was decided', async () => {
    const load = { rps: 40, cpu_m_per_rps: 1, latency_ms_base: 50 };
    const { ask, says, run, stage } = await open({ replicas: 3, load, spec: { governance: ZERO_IS_ASKED } });
    await ask(A, 0, TO_ZERO);
    await says(A, ONCE);
    await says(A, ONCE, 'dana');
    await run(300_000);
    expect(stage.status(A)).toMatchObject({ phase: 'Succeeded', reason: 'Verified' });
    expect(stage.status(A).message).toBe(
      'no pod is left, as people decided: what customers get then is no failure of it',
    );
    expect([stage.replicas(), stage.writes()]).toEqual([0, 1]);
  });
});

describe('when the world moves', () => {
  it('while people decide, the rest is asked anew with the values of now, and no vote is carried over', async () => {
    const { ask, says, run, stage, phase, spec } = await open({ spec: { approval: { quorum: 2 } } });
    await ask(A, 9, ANN);
    await says(A, ONCE);
    stage.world.scaleByHand('shop/web', 7);
    await run(30_000);
    expect([phase(A), phase(`${A}-2`)]).toEqual(['Superseded', 'Pending']);
    expect(spec(`${A}-2`)).toMatchObject({ before: '7 replicas', after: '9 replicas', decision: A });
    await says(`${A}-2`, ONCE, 'dana');
    await run(30_000);
    expect(stage.writes()).toBe(0);
  });

  it('after people approved and before it could be done, they are asked again', async () => {
    const { ask, says, run, stage, phase, spec } = await open();
    await ask(A, 9, ANN);
    stage.hold([{ kind: 'pause', what: 'all', by: 'alice', reason: '', at: '2026-01-05T00:00:00Z' }]);
    await says(A, ONCE);
    await run(30_000);
    expect(stage.status(A).phase).toBe('Deferred');
    stage.world.scaleByHand('shop/web', 7);
    await run(15_000);
    stage.hold([]);
    await run(30_000);
    expect([phase(A), phase(`${A}-2`)]).toEqual(['Superseded', 'Pending']);
    expect(spec(`${A}-2`).before).toBe('7 replicas');
    expect(stage.writes()).toBe(0);
  });

  it('again and again, it is asked no more in the end', async () => {
    const { ask, run, stage } = await open();
    await ask(A, 9);
    for (let turn = 0; turn < 12; turn += 1) {
      changeBlueprint(stage, (spec) => {
        spec['version'] = `1.0.${turn + 1}`;
      });
      await run(30_000);
    }
    expect(stage.status(A)).toMatchObject({ phase: 'Superseded', reason: 'MovedTooOften' });
    const requests = stage.world.objects.list(KINDS.ApprovalRequest, 'shop');
    expect(requests).toHaveLength(10);
    expect(requests.every(({ status }) => (status as { phase: string }).phase === 'Superseded')).toBe(true);
  });

  it('so that a request is asked by a stricter rule, who approved before does not count', async () => {
    const { ask, says, run, stage } = await open();
    await ask(A, 8);
    await says(A, ONCE);
    changeBlueprint(stage, (spec) => {
      spec['approval'] = { quorum: 2 };
    });
    await run(30_000);
    expect(stage.status(A)).toMatchObject({ phase: 'AwaitingApproval', approval: `${A}-2` });
    expect(stage.writes()).toBe(0);
  });
});

describe('an approval', () => {
  it('names who gave it, is carried out once, and is used then', async () => {
    const { ask, says, run, stage, phase } = await open();
    await ask(A, 8);
    await says(A, ONCE);
    const { againAt } = await new Executor({ ...stage.deps, trust: PEOPLE.trust }).pass();
    expect(stage.status(A)).toMatchObject({ reason: 'Approved', message: 'approved by omar, once' });
    expect(againAt).toBeDefined();
    await run(150_000);
    expect([stage.status(A).phase, phase(A), stage.replicas()]).toEqual(['Succeeded', 'Consumed', 8]);
  });

  it('expires a second time: when what was approved could not be done in time', async () => {
    const { ask, says, run, stage, phase } = await open();
    await ask(A, 8);
    stage.hold([{ kind: 'pause', what: 'all', by: 'alice', reason: '', at: '2026-01-05T00:00:00Z' }]);
    await says(A, ONCE);
    await run(11 * 60_000);
    expect(stage.status(A)).toMatchObject({ phase: 'Expired', reason: 'NotExecutedInTime' });
    expect([phase(A), stage.writes()]).toEqual(['Expired', 0]);
  });
});
