import { describe, expect, it } from 'vitest';
import { CPU_HIGH, proposalContext, STOREFRONT_WORKLOAD } from '../testing/proposalContext.ts';
import { floorOf, onFloor } from './floor.ts';
import { rulesOrigin } from './origin.ts';
import type { Proposal } from './proposer.ts';

const origin = rulesOrigin('run-1');
const service = 'shop/storefront';
const scale = (replicas: number): Proposal => ({
  kind: 'change',
  tool: 'scale',
  args: { service, replicas, reason: 'r' },
  rationale: 'because',
  origin,
});
const restart: Proposal = {
  kind: 'change',
  tool: 'restart_pods',
  args: { service, reason: 'r' },
  rationale: 'stuck',
  origin,
};
const hold: Proposal = { kind: 'hold', reason: 'it will pass', origin };
const none: Proposal = { kind: 'none', why: 'malformed', message: 'no call', origin };

const context = (direction: 'up' | 'down' | 'hold', replicas: number, current: number, started = true) =>
  proposalContext({
    assessment: { ...CPU_HIGH, recommendation: { direction, replicas, reason: 'numbers', started } },
    workload: { ...STOREFRONT_WORKLOAD, replicas: current },
  });

const told = (proposal: Proposal): string =>
  proposal.kind === 'change' ? `${proposal.tool} ${proposal.args['replicas'] ?? ''}`.trim() : proposal.kind;
const objection = (proposal: Proposal) => (proposal.kind === 'change' ? proposal.objection : undefined);

describe('when more capacity is needed (2 replicas, floor 5)', () => {
  const up = context('up', 5, 2);

  it.each<[string, Proposal, string, string | undefined]>([
    ['a hold', hold, 'scale 5', 'wanted to hold: it will pass'],
    ['less than the floor', scale(4), 'scale 5', 'wanted scale to 4: because'],
    ['a scale-down', scale(1), 'scale 5', 'wanted scale to 1: because'],
    ['a restart', restart, 'scale 5', 'wanted restart_pods: stuck'],
    ['nothing', none, 'scale 5', undefined],
    ['exactly the floor', scale(5), 'scale 5', undefined],
    ['more than the floor', scale(7), 'scale 7', undefined],
    ['an absurd number, which is the gate’s matter', scale(1e9), 'scale 1000000000', undefined],
  ])('%s becomes what the floor allows, with the words kept', (_, proposal, wanted, words) => {
    const out = onFloor(proposal, up);
    expect(told(out)).toBe(wanted);
    expect(objection(out)).toBe(words);
  });

  it('gives the rules’ reason and keeps the origin of the run', () => {
    const out = onFloor({ ...hold, origin: { ...origin, role: 'decision-engine' } }, up);
    expect(out).toMatchObject({ rationale: 'The floor of the analysis: numbers', origin: { role: 'decision-engine' } });
  });

  it('caps and cleans an objection', () => {
    const out = onFloor({ ...hold, reason: `\u202e${'x'.repeat(5000)}` }, up);
    expect(objection(out)).toMatch(/^wanted to hold: x+⋯$/);
    expect(objection(out)?.length).toBe(2000);
  });
});

describe('when less is enough (6 replicas, floor 4)', () => {
  const down = context('down', 4, 6);

  it.each<[string, Proposal, string]>([
    ['a hold counts', hold, 'hold'],
    ['a restart passes to the gate', restart, 'restart_pods'],
    ['a smaller step down counts', scale(5), 'scale 5'],
    ['the floor itself counts', scale(4), 'scale 4'],
    ['less than the floor is raised to it', scale(2), 'scale 4'],
    ['nothing becomes the floor', none, 'scale 4'],
  ])('%s', (_, proposal, wanted) => {
    expect(told(onFloor(proposal, down))).toBe(wanted);
  });
});

describe('without a floor', () => {
  it.each([
    ['the analysis holds', context('hold', 2, 2)],
    ['its alarms have not been met', context('up', 5, 2, false)],
    ['the number is there already', context('up', 5, 5)],
  ])('everything passes as it is when %s', (_, seen) => {
    expect(floorOf(seen)).toBeUndefined();
    for (const proposal of [hold, scale(1), restart, none]) expect(onFloor(proposal, seen)).toBe(proposal);
  });
});

describe('when one more sample may start a scale-up (2 replicas, the formula asks for 5)', () => {
  const alarmed = (assessment: object, current = 2) =>
    proposalContext({
      assessment: {
        ...CPU_HIGH,
        pressure: ['cpu', 'latency_p95'],
        desired: 5,
        recommendation: { direction: 'hold', replicas: current, reason: 'a second sample in a row', started: false },
        ...assessment,
      },
      workload: { ...STOREFRONT_WORKLOAD, replicas: current },
    });
  const change = (tool: string): Proposal => ({ kind: 'change', tool, args: { service }, rationale: 'stuck', origin });

  it.each(['restart_pods', 'adjust_resources', 'rollback'])('%s is held for this pass, with its words', (tool) => {
    expect(onFloor(change(tool), alarmed({}))).toMatchObject({
      kind: 'hold',
      reason: `Capacity first: one more sample like this starts a scale-up. wanted ${tool}: stuck`,
    });
  });

  it.each<[string, Proposal, ReturnType<typeof alarmed>]>([
    ['a scale-up passes', scale(4), alarmed({})],
    ['a hold passes', hold, alarmed({})],
    ['a restart passes where more replicas would not mend it', restart, alarmed({ anomaly: 'not a lack of capacity' })],
    ['a restart passes where nothing presses', restart, alarmed({ pressure: [] })],
    ['a restart passes where there are as many as the formula asks for', restart, alarmed({ desired: 2 })],
    ['a restart passes where the range has no more', restart, alarmed({}, 1_000)],
  ])('%s', (_, proposal, at) => {
    expect(onFloor(proposal, at)).toBe(proposal);
  });
});
