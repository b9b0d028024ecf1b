import { describe, expect, it } from 'vitest';
import { decide } from '../policy/decide.ts';
import { headline } from '../schema/headline.ts';
import {
  type CalmOverrides,
  calmInput,
  idleAssessment,
  idleInput,
  operation,
  RESTART,
  scaleTo,
} from '../testing/gateInput.ts';
import { alternativesTo } from './alternatives.ts';

const says = (overrides: CalmOverrides): string => headline(decide(calmInput(overrides)).verdict);
const deletion = { tool: 'delete_deployment', effect: 'unknown' as const, args: {} };

describe('a verdict in one line', () => {
  it.each<{ overrides: CalmOverrides; line: string }>([
    { overrides: {}, line: 'allowed, step 2 to 3' },
    { overrides: { request: scaleTo(8) }, line: 'allowed, step 2 to 6 on the way to 8' },
    { overrides: { request: RESTART }, line: 'allowed' },
    { overrides: { request: deletion }, line: 'forbidden: the blueprint forbids delete_deployment' },
    { overrides: { request: scaleTo(12) }, line: 'restricted: needs approval by devops-team' },
    {
      overrides: { counters: { operations: [operation(30_000)] } },
      line: 'deferred until 2026-01-05T12:00:30.000Z: the last write was 30 s ago, the cooldown is 60 s',
    },
    {
      overrides: {
        workload: {
          rollout: { underWay: true, paused: false, newPods: 1, newPodsReady: 0, newPodsFailing: 0, failingPasses: 0 },
        },
      },
      line: 'deferred until it clears: a rollout is under way',
    },
    {
      overrides: { request: scaleTo(12), counters: { operations: [operation(30_000)] } },
      line: 'restricted: needs approval by devops-team, and waits until 2026-01-05T12:00:30.000Z: the last write was 30 s ago, the cooldown is 60 s',
    },
    {
      overrides: { blueprint: { autonomy: 'observe' } },
      line: 'forbidden: only observing: scale_within_limits would have been allowed',
    },
    {
      overrides: { blueprint: { autonomy: 'observe' }, request: scaleTo(1) },
      line: 'forbidden: the blueprint does not grant scale_beyond_limits; the conditions of its approval do not hold',
    },
  ])('says "$line" (GATE-8)', ({ overrides, line }) => {
    expect(says(overrides)).toBe(line);
  });
});

describe('alternatives', () => {
  const of = (input: ReturnType<typeof calmInput>) => alternativesTo(input, decide(input).verdict);

  it('to a deletion are zero replicas, for the gate to judge, and advice that nothing executes (GATE-9)', () => {
    const input = calmInput({ request: deletion });
    const { candidates, advice } = of(input);
    expect(candidates).toMatchObject([
      { effect: 'change', wanted: { kind: 'scale', replicas: 0 }, target: input.request.target },
    ]);
    expect(advice.join()).toContain('disable_ingress');
    expect(candidates.map((request) => headline(decide({ ...input, request }).verdict))).toEqual([
      'forbidden: the blueprint does not grant scale_to_zero',
    ]);
  });

  it.each<{ when: string; input: ReturnType<typeof calmInput>; replicas: number[] }>([
    {
      when: 'the ceiling is 8 and max 10',
      input: calmInput({ request: scaleTo(12), global: { ceilings: { maxReplicas: 8 } } }),
      replicas: [8],
    },
    {
      when: 'beyond max is not granted',
      input: calmInput({
        request: scaleTo(12),
        blueprint: { authority: { allowed: ['scale_within_limits'], requiresApproval: [], forbidden: [] } },
      }),
      replicas: [10],
    },
    { when: 'a down is too deep', input: idleInput({ request: scaleTo(1) }), replicas: [2, 4, 5] },
    { when: 'max itself is refused', input: calmInput({ request: scaleTo(10), matches: 0 }), replicas: [] },
    {
      when: 'as many were needed lately as there are',
      input: idleInput({
        request: scaleTo(1),
        assessment: { history: { ...idleAssessment().history, highestDesired: 6 } },
      }),
      replicas: [2, 5],
    },
    { when: 'nothing lies in between', input: idleInput({ request: scaleTo(5), matches: 0 }), replicas: [] },
    { when: 'it is allowed', input: calmInput(), replicas: [] },
  ])('are the nearest numbers $replicas when $when (GATE-9)', ({ input, replicas }) => {
    const wanted = of(input).candidates.map(({ wanted }) => (wanted?.kind === 'scale' ? wanted.replicas : undefined));
    expect(wanted).toEqual(replicas);
  });

  it('name the owner whose bounds could be changed (GATE-9)', () => {
    const owners = [{ kind: 'HorizontalPodAutoscaler' as const, name: 'web-hpa', field: 'replicas' as const }];
    expect(of(calmInput({ workload: { owners } })).advice.join()).toContain('HorizontalPodAutoscaler web-hpa');
  });
});
