import { describe, expect, it } from 'vitest';
import { CPU_HIGH, proposalContext, refusal, STOREFRONT_WORKLOAD, verdict } from '../testing/proposalContext.ts';
import type { JudgedCandidate, Proposal, ProposalContext } from './proposer.ts';
import { planByRules, RulesPlanner } from './rulesPlanner.ts';

const atMax = { ...STOREFRONT_WORKLOAD, replicas: 5 };
const stays = {
  ...CPU_HIGH,
  recommendation: { direction: 'hold' as const, replicas: 5, reason: 'at the maximum', started: true },
};
const beyond: JudgedCandidate = { candidate: { tool: 'scale', replicas: 6, floor: false, reason: 'needs 6' } };
const told = (proposal: Proposal) => (proposal.kind === 'change' ? proposal.args['replicas'] : proposal.kind);

describe('the rules planner', () => {
  it.each<[string, Partial<ProposalContext>, unknown]>([
    ['takes the floor', {}, 3],
    [
      'asks for more than the maximum when pressed at the maximum',
      { assessment: stays, workload: atMax, candidates: [beyond] },
      6,
    ],
    [
      'asks although a person must approve it',
      {
        assessment: stays,
        workload: atMax,
        candidates: [{ ...beyond, verdict: verdict({ authority: 'restricted' }) }],
      },
      6,
    ],
    [
      'does not ask for what is forbidden',
      { assessment: stays, workload: atMax, candidates: [{ ...beyond, verdict: refusal('scale_beyond_limits') }] },
      'hold',
    ],
    [
      'does not ask without pressure',
      { assessment: { ...stays, pressure: [] }, workload: atMax, candidates: [beyond] },
      'hold',
    ],
    [
      'does not ask before the alarms are met',
      {
        assessment: { ...stays, recommendation: { ...stays.recommendation, started: false } },
        workload: atMax,
        candidates: [beyond],
      },
      'hold',
    ],
    [
      'takes no candidate that adds nothing',
      { assessment: stays, workload: { ...atMax, replicas: 6 }, candidates: [beyond] },
      'hold',
    ],
    ['holds when nothing is to be done', { assessment: { ...stays, pressure: [] } }, 'hold'],
  ])('%s', (_, overrides, wanted) => {
    expect(told(planByRules(proposalContext(overrides)))).toEqual(wanted);
  });

  it('says that it is rules and no model, and why', async () => {
    const proposal = await new RulesPlanner().propose(proposalContext());
    expect(proposal).toMatchObject({
      rationale: expect.stringMatching(/^Rules planner, not a model: CPU 85%/),
      origin: { role: 'rules', model: 'rules planner', steps: 0, promptTokens: 0 },
    });
    expect(planByRules(proposalContext(), 'the endpoint is down')).toMatchObject({
      rationale: expect.stringContaining('not a model (the endpoint is down)'),
      origin: { note: 'the endpoint is down' },
    });
  });

  it('names the anomaly when it holds because of one', () => {
    const seen = proposalContext({ assessment: { ...stays, pressure: [], anomaly: 'errors without load' } });
    expect(planByRules(seen)).toMatchObject({ kind: 'hold', reason: expect.stringContaining('errors without load') });
  });
});

describe('the answer of the rules to an anomaly', () => {
  const calm = {
    ...CPU_HIGH,
    recommendation: { direction: 'hold' as const, replicas: 3, reason: 'calm', started: false },
  };
  const anomaly = { ...calm, anomaly: '1 CrashLoopBackOff. 1 pod of the new version cannot start: roll back' };
  const back: JudgedCandidate = { candidate: { tool: 'rollback', revision: 2, floor: false, reason: 'it fails' } };
  const restart: JudgedCandidate = { candidate: { tool: 'restart_pods', floor: false, reason: 'it hangs' } };

  it.each<[string, Partial<ProposalContext>, unknown]>([
    ['is the rollback that is offered', { assessment: anomaly, candidates: [back] }, ['rollback', 2]],
    [
      'is no rollback that is forbidden',
      { assessment: anomaly, candidates: [{ ...back, verdict: refusal('rollback') }] },
      'hold',
    ],
    ['is no rollback without an anomaly', { assessment: calm, candidates: [back] }, 'hold'],
    ['is never a restart', { assessment: anomaly, candidates: [restart] }, 'hold'],
    ['comes after the floor', { assessment: { ...CPU_HIGH, anomaly: 'x' }, candidates: [back] }, ['scale', undefined]],
  ])('%s', (_, context, expected) => {
    const proposal = planByRules(proposalContext(context));
    expect(proposal.kind === 'change' ? [proposal.tool, proposal.args['revision']] : proposal.kind).toEqual(expected);
  });
});
