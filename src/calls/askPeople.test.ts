import { afterEach, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../test/stages/executorStage.ts';
import type { DecisionObject } from '../schema/decisionObject.ts';
import { KINDS } from '../schema/kube.ts';
import { requestApproval } from '../tools/requestApproval.ts';
import { answerCall } from './answerCall.ts';
import { type JudgeDeps, judgeCall } from './judge.ts';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** A service so hot that eight pods would be needed where six are the limit. */
async function hot(): Promise<{ stage: Stage; deps: JudgeDeps }> {
  const stage = await openStage({ replicas: 6, load: { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 50 } });
  stages.push(stage);
  const { journal, clock, deps: of, observer } = stage;
  const decisions = (): DecisionObject[] => observer.decisions() as DecisionObject[];
  const parts = { journal, clock, ids: of.ids, reader: of.reader, ownNamespace: of.ownNamespace };
  return { stage, deps: { ...parts, views: () => observer.views(), decisions } };
}

const AGENT = { kind: 'agent', name: 'decision-engine' } as const;
const target = { namespace: 'shop', name: 'web' };

async function call(deps: JudgeDeps, action: string, replicas: number | null) {
  const args = { service: 'shop/web', action, replicas, ...NO_AMOUNTS, revision: null, reason: 'the sale' };
  const wanted = requestApproval.wanted(args);
  const asked = { tool: 'request_approval', effect: 'change', args, target, ...(wanted && { wanted }) } as const;
  const judged = await judgeCall(deps, asked, AGENT, 'run-1');
  if (!judged.ok) throw new Error(judged.error);
  return { judged: judged.value, answer: await answerCall(deps, judged.value) };
}

const NO_AMOUNTS = { cpu_request: null, cpu_limit: null, memory_request: null, memory_limit: null };

describe('asking people', () => {
  it('is judged as the change itself, and taken where people have to be asked', async () => {
    const { deps } = await hot();
    const { judged, answer } = await call(deps, 'scale', 8);
    expect(judged.request).toMatchObject({ tool: 'scale', args: { replicas: 8 }, effect: 'change' });
    expect(judged.verdict.authority).toBe('restricted');
    expect(answer.kind).toBe('accepted');
  });

  it.each([
    { what: 'nobody has to be asked', action: 'restart_pods', replicas: null, kind: 'failed' },
    { what: 'it is forbidden', action: 'scale_to_zero', replicas: null, kind: 'refused' },
  ])('is refused where $what', async ({ action, replicas, kind }) => {
    const { deps } = await hot();
    const { answer } = await call(deps, action, replicas);
    expect(answer.kind).toBe(kind);
    if (answer.kind === 'failed') expect(answer.message).toBe('nobody has to approve this: call restart_pods itself');
  });

  it('can be followed: what was asked, and what people answered', async () => {
    const { stage, deps } = await hot();
    await stage.wish('web-aaaaaaaaaa', { arguments: { replicas: 8 }, operation: 'scale_beyond_limits' });
    await stage.executor.pass();
    stage.world.edit(KINDS.ApprovalRequest, 'shop', 'web-aaaaaaaaaa', (draft) => {
      draft.status = { phase: 'Rejected', message: 'rejected by omar; their words: "no"' };
    });
    const read = { tool: 'get_approval', effect: 'read', args: { service: 'shop/web' }, target } as const;
    const judged = await judgeCall(deps, read, AGENT, 'run-1');
    const answer = judged.ok ? await answerCall(deps, judged.value) : undefined;
    expect(answer).toMatchObject({
      kind: 'answered',
      data: [
        {
          name: 'web-aaaaaaaaaa',
          what: 'scale_beyond_limits: 6 replicas to 8 replicas',
          phase: 'Rejected',
          answer: 'rejected by omar; their words: "no"',
        },
      ],
    });
  });
});
