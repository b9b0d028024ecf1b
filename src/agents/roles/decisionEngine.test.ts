import { describe, expect, it } from 'vitest';
import type { AskedCall, Judge } from '../../schema/judgedCall.ts';
import { Origin } from '../../schema/records.ts';
import { HOSTILE, HostileModel } from '../../testing/hostileModel.ts';
import { ManualClock, settle } from '../../testing/manualClock.ts';
import { callsOf } from '../../testing/modelReplies.ts';
import { CPU_HIGH, proposalContext, refusal, verdict } from '../../testing/proposalContext.ts';
import { ScriptedModel } from '../../testing/scriptedModel.ts';
import type { Proposal, ProposalContext } from '../proposer.ts';
import { withFallback } from '../withFallback.ts';
import { DecisionEngine, loadDecisionPrompt } from './decisionEngine.ts';

const prompt = loadDecisionPrompt(new URL('../../../prompts/', import.meta.url).pathname);
const service = 'shop/storefront';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const forever = new AbortController().signal;

/** Answers as the gate would for a blueprint of 2 to 10 replicas: what is outside is forbidden. */
const gate: Judge = async (call) => {
  if (call.effect === 'read') return { kind: 'answered', verdict: verdict(), data: [] };
  const replicas = call.wanted?.kind === 'scale' ? call.wanted.replicas : undefined;
  const fits = call.effect === 'change' && (replicas === undefined || (replicas >= 2 && replicas <= 10));
  return fits ? { kind: 'accepted', verdict: verdict() } : { kind: 'refused', verdict: refusal(call.tool) };
};

describe('the Decision Engine', () => {
  it('shows the model the fixed prompt first and the facts last, and proposes what it calls', async () => {
    const model = new ScriptedModel(callsOf(['scale', { service, replicas: 4, reason: 'CPU 85%, target 70%' }]));
    const engine = new DecisionEngine({ model, prompt, clock: new ManualClock() });
    const proposal = await engine.propose(proposalContext({ judge: gate }), forever);
    const [asked] = model.asked;
    expect(asked?.messages[0]).toEqual({ role: 'system', content: prompt.system });
    expect(asked?.messages[1]?.content).toMatch(/^Decide about shop\/storefront\.[\s\S]*TOO HIGH[\s\S]*Decide now\.$/);
    expect(asked?.tools.map(({ name }) => name)).toEqual([
      'scale',
      'restart_pods',
      'adjust_resources',
      'rollback',
      'request_approval',
      'hold',
      'get_metrics',
      'get_workload',
      'get_events',
      'get_decisions',
      'what_if',
    ]);
    expect(proposal).toMatchObject({
      kind: 'change',
      tool: 'scale',
      args: { service, replicas: 4 },
      rationale: 'CPU 85%, target 70%',
      origin: {
        role: 'decision-engine',
        prompt: 'decision-engine@1',
        model: 'scripted-1',
        steps: 1,
        read: ['scale'],
        run: 'run-1',
      },
    });
    expect(Origin.safeParse(proposal.origin).error).toBeUndefined();
  });

  it('strips what cannot be seen from a model’s words before anyone reads them', async () => {
    const reason = 'fine\u202e\u200b\u{e0041}\ud800 now';
    const model = new ScriptedModel(callsOf(['hold', { reason }]));
    const proposal = await new DecisionEngine({ model, prompt, clock: new ManualClock() }).propose(
      proposalContext(),
      forever,
    );
    expect(proposal).toMatchObject({ kind: 'hold', reason: 'fine now' });
  });

  const hold = { candidate: { tool: 'hold' as const, floor: false, reason: 'stay' } };
  const calm = {
    ...CPU_HIGH,
    recommendation: { direction: 'hold' as const, replicas: 2, reason: 'enough', started: true },
  };
  const restart = { tool: 'restart_pods' as const, floor: false, reason: 'pods that leak' };
  it.each<[string, Partial<ProposalContext>, string[]]>([
    ['what the rules recommend first', {}, ['scale', 'hold']],
    [
      'a hold first where they recommend it',
      { assessment: calm, candidates: [{ candidate: restart }, hold] },
      ['hold', 'restart_pods'],
    ],
    [
      'what has to wait, and nothing that the gate forbids',
      {
        candidates: [
          { candidate: restart, verdict: { ...verdict(), wait: { codes: ['Cooldown'] } } },
          { candidate: { tool: 'scale', replicas: 40, floor: false, reason: 'more' }, verdict: refusal('scale') },
        ],
      },
      ['restart_pods', 'hold'],
    ],
  ])('once enough was read, it offers %s', async (_what, context, ends) => {
    const look = callsOf(['get_metrics', { service }]);
    const model = new ScriptedModel(look, look, look, callsOf(['hold', { reason: 'enough' }]));
    const engine = new DecisionEngine({ model, prompt, clock: new ManualClock() });
    await engine.propose(proposalContext({ judge: gate, ...context }), forever);
    expect(model.asked.map(({ only }) => only)).toEqual([undefined, undefined, undefined, ends]);
  });
});

async function propose(name: string, context: ProposalContext): Promise<{ proposal: Proposal; asked: number }> {
  const clock = new ManualClock();
  const model = new HostileModel(name);
  const proposer = withFallback({
    model: new DecisionEngine({ model, prompt, clock }),
    clock,
    log: silent,
    deadlineMs: 15_000,
    patienceMs: 130_000,
  });
  const proposing = proposer.propose(context, forever);
  let proposal: Proposal | undefined;
  void proposing.then((value) => {
    proposal = value;
  });
  for (let n = 0; n < 40 && proposal === undefined; n += 1) {
    await settle();
    await clock.advance(5_000);
  }
  return { proposal: await proposing, asked: model.asked };
}

describe('whatever a model answers (P3)', () => {
  const names = Object.keys(HOSTILE);
  const calm = {
    ...CPU_HIGH,
    pressure: [],
    recommendation: { direction: 'hold' as const, replicas: 2, reason: 'calm', started: false },
  };

  it.each(names)('one that %s ends in a proposal inside the rules when capacity is short', async (name) => {
    const calls: AskedCall[] = [];
    const judge: Judge = (call) => {
      calls.push(call);
      return gate(call);
    };
    const { proposal, asked } = await propose(name, proposalContext({ judge }));
    expect(proposal).toMatchObject({ kind: 'change', tool: 'scale', args: { service } });
    const replicas = proposal.kind === 'change' ? Number(proposal.args['replicas']) : 0;
    expect(replicas).toBeGreaterThanOrEqual(3);
    expect(replicas).toBeLessThanOrEqual(10);
    expect(asked).toBeLessThanOrEqual(6);
    expect(calls.length).toBeLessThanOrEqual(48);
    expect(Origin.safeParse(proposal.origin).error).toBeUndefined();
    expect(JSON.stringify(proposal)).not.toContain('secret-key-1234');
  });

  it.each(names)(
    'one that %s asks for nothing of another service and nothing unknown when all is calm',
    async (name) => {
      const { proposal } = await propose(name, proposalContext({ judge: gate, assessment: calm }));
      if (proposal.kind === 'change') {
        expect(['scale', 'restart_pods']).toContain(proposal.tool);
        expect(proposal.args['service']).toBe(service);
        expect(proposal.args).not.toHaveProperty('approved');
      }
      expect(JSON.stringify(proposal)).not.toContain('secret-key-1234');
    },
  );
});
