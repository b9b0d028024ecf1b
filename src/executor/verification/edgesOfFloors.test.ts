import { describe, expect, it } from 'vitest';
import { executorParts, type GivenDecision, heldDecision } from '../../../test/stages/executorParts.ts';
import type { DecisionStatus } from '../../schema/records.ts';
import { calmInput, calmWorkload, hotAssessment, NOON } from '../../testing/gateInput.ts';
import type { Judged } from '../decideAgain.ts';
import { callIfFloorWaits } from '../refuse.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

describe('more capacity that waits while an objective is missed', () => {
  const MISSED = hotAssessment({ breach: ['latency_p95'] });
  const judged = (replicas: number, assessment = MISSED): Judged => {
    const input = calmInput({ request: { wanted: { kind: 'scale', replicas }, args: {} }, assessment });
    return {
      input,
      workload: calmWorkload(),
      verdict: {
        requestId: 'r',
        operation: 'scale_within_limits',
        authority: 'allowed',
        approvers: [],
        findings: [],
        at: NOON,
      },
    } as Partial<Judged> as Judged;
  };
  const up = (given: GivenDecision): ReturnType<typeof heldDecision> =>
    heldDecision({
      ...given,
      spec: { arguments: { replicas: 3 }, seen: { uid: 'uid-web', replicas: 2, at: '' }, ...given.spec },
    });
  const since = (ago: number): Partial<DecisionStatus> => ({ phase: 'Deferred', deferredSince: NOON - ago });
  const dropped = (ago: number, end: number, given: GivenDecision = {}) =>
    up({
      name: 'web-a',
      ...given,
      status: { phase: 'Superseded', deferredSince: NOON - ago, finishedAt: iso(NOON - end), ...given.status },
    });

  it.each<{
    what: string;
    judged?: Judged;
    held?: ReturnType<typeof heldDecision>;
    siblings?: ReturnType<typeof heldDecision>[];
    calls?: string;
  }>([
    { what: 'is called about after five minutes', held: up({ status: since(300_000) }), calls: 'web-b' },
    { what: 'is not before', held: up({ status: since(299_999) }) },
    { what: 'is not while it has not waited', held: up({}) },
    { what: 'is not where it asks for more than is needed', judged: judged(4), held: up({ status: since(300_000) }) },
    { what: 'is not where it asks for no more', judged: judged(2), held: up({ status: since(300_000) }) },
    {
      what: 'is not where nothing is missed',
      judged: judged(3, hotAssessment()),
      held: up({ status: since(300_000) }),
    },
    {
      what: 'is not where less is needed',
      judged: judged(3, { ...MISSED, recommendation: { direction: 'down', replicas: 9, reason: '', started: true } }),
      held: up({ status: since(300_000) }),
    },
    {
      what: 'counts with the one dropped before it',
      held: up({ status: since(60_000) }),
      siblings: [dropped(300_000, 60_000)],
      calls: 'web-a',
    },
    {
      what: 'counts over a gap of two minutes',
      held: up({ status: since(60_000) }),
      siblings: [dropped(300_000, 180_000)],
      calls: 'web-a',
    },
    { what: 'does not over a longer one', held: up({ status: since(60_000) }), siblings: [dropped(300_000, 180_001)] },
    {
      what: 'does not with a scale-down',
      held: up({ status: since(60_000) }),
      siblings: [dropped(300_000, 60_000, { spec: { arguments: { replicas: 1 } } })],
    },
    {
      what: 'does not with one of the same number',
      held: up({ status: since(60_000) }),
      siblings: [dropped(300_000, 60_000, { spec: { arguments: { replicas: 2 } } })],
    },
    {
      what: 'counts over a whole chain',
      held: up({ status: since(10_000) }),
      siblings: [dropped(300_000, 160_000), dropped(150_000, 20_000, { name: 'web-m' })],
      calls: 'web-a',
    },
    {
      what: 'starts when it was made',
      held: up({ createdAt: NOON - 60_000 }),
      siblings: [dropped(300_000, 60_000)],
      calls: 'web-a',
    },
  ])('$what', async ({ judged: given = judged(3), held = up({}), siblings = [], calls }) => {
    const { deps, did } = executorParts();
    await callIfFloorWaits(deps, held, given, siblings);
    expect(did.filter((line) => line.startsWith('create'))).toEqual(
      calls === undefined ? [] : [`create Event ${calls}.floorwaiting.fairleadalert`],
    );
  });

  it('is told since when, and what is in the way', async () => {
    const { deps, did } = executorParts();
    await callIfFloorWaits(deps, up({ status: since(300_000) }), judged(3), [], 'no write is taken');
    await callIfFloorWaits(deps, up({ name: 'web-c', status: since(300_000) }), judged(3), []);
    expect(did.filter((line) => line.startsWith('error')).map((line) => /"alert":"([^"]*)"/.exec(line)?.[1])).toEqual([
      'an objective is missed, and more capacity has waited since 2026-01-05T11:55:00.000Z: no write is taken',
      'an objective is missed, and more capacity has waited since 2026-01-05T11:55:00.000Z: it has to wait',
    ]);
  });
});
