import { describe, expect, it } from 'vitest';
import type { DecisionObject } from '../schema/decisionObject.ts';
import { newDecision } from '../schema/newDecision.ts';
import type { Phase } from '../schema/records.ts';
import type { Request } from '../schema/request.ts';
import type { Verdict } from '../schema/verdict.ts';
import { repeats } from './wishes.ts';

const MINUTE = 60_000;
const now = Date.UTC(2026, 0, 5, 12);

const request: Request = {
  id: 'web-0123456789',
  tool: 'scale',
  effect: 'change',
  args: { replicas: 6 },
  wanted: { kind: 'scale', replicas: 6 },
  target: { namespace: 'shop', name: 'web' },
  requester: { kind: 'agent', name: 'decision-engine' },
};
const verdict: Verdict = {
  requestId: request.id,
  operation: 'scale_within_limits',
  authority: 'forbidden',
  approvers: [],
  at: now,
  findings: [{ rule: 'G0', code: 'NotGranted', effect: 'forbid', message: 'not granted', values: {} }],
  blueprint: { name: 'web', version: '1.0.0', hash: 'h' },
};

function earlier(phase: Phase | undefined, agoMs: number, change: Partial<Verdict> = {}): DecisionObject {
  const object = newDecision(
    {
      blueprint: { name: 'web', namespace: 'shop', version: '1.0.0', hash: 'h' } as never,
      uid: 'u',
      request,
      verdict: { ...verdict, ...change },
      rationale: '',
      evidence: [],
      journal: '',
      origin: {
        role: 'rules',
        prompt: '',
        model: 'rules planner',
        steps: 0,
        promptTokens: 0,
        completionTokens: 0,
        seconds: 0,
        read: [],
        run: 'r',
      },
    },
    '2026-01-05T12:00:00Z',
  ) as DecisionObject;
  if (phase !== undefined) {
    object.status = { phase, message: '', reason: '', changes: [], history: [{ phase, at: now - agoMs, reason: '' }] };
  }
  return object;
}

describe('repeats', () => {
  it.each<{ when: string; before: DecisionObject; again: boolean }>([
    { when: 'the same wish was just created', before: earlier(undefined, 0), again: true },
    { when: 'the same wish is deferred', before: earlier('Deferred', MINUTE), again: true },
    { when: 'it was refused 9 minutes ago', before: earlier('Refused', 9 * MINUTE), again: true },
    { when: 'it was refused 10 minutes ago', before: earlier('Refused', 10 * MINUTE), again: false },
    { when: 'it was refused for another reason', before: earlier('Refused', MINUTE, { findings: [] }), again: false },
    {
      when: 'it was rejected by a person 29 minutes ago',
      before: earlier('Rejected', 29 * MINUTE, { authority: 'restricted' }),
      again: true,
    },
    { when: 'it was rejected by a person 30 minutes ago', before: earlier('Rejected', 30 * MINUTE), again: false },
    { when: 'it was carried out', before: earlier('Succeeded', MINUTE), again: false },
  ])('answers $again when $when', ({ before, again }) => {
    expect(repeats(request, verdict, [before], { now, isPressed: false }) !== undefined).toBe(again);
  });

  it.each([
    [1, 10],
    [2, 20],
    [3, 40],
    [4, 80],
    [5, 120],
    [40, 120],
  ])('waits after %i equal refusals of a day for %i min', (times, minutes) => {
    const before = Array.from({ length: times }, (_, i) => earlier('Refused', (minutes + i) * MINUTE));
    expect(repeats(request, verdict, before, { now, isPressed: false })).toBeUndefined();
    expect(repeats(request, verdict, before, { now: now - MINUTE, isPressed: false })).toBeDefined();
  });

  it('waits no longer than ten minutes while capacity is short', () => {
    const before = Array.from({ length: 5 }, (_, i) => earlier('Refused', (10 + i) * MINUTE));
    expect(repeats(request, verdict, before, { now, isPressed: true })).toBeUndefined();
  });

  it.each<[string, DecisionObject]>([
    ['yesterday', earlier('Refused', 24 * 60 * MINUTE)],
    ['for other reasons', earlier('Refused', 30 * MINUTE, { findings: [] })],
    ['by nobody: it expired', earlier('Expired', 30 * MINUTE)],
  ])('does not wait longer for what was refused %s', (_, other) => {
    expect(
      repeats(request, verdict, [other, earlier('Refused', 10 * MINUTE)], { now, isPressed: false }),
    ).toBeUndefined();
  });

  it('asks again for what the gate let through and the cluster did not take', () => {
    const allowed: Verdict = { ...verdict, authority: 'allowed', findings: [] };
    expect(
      repeats(request, allowed, [earlier('Superseded', MINUTE, allowed)], { now, isPressed: false }),
    ).toBeUndefined();
    const waits: Verdict = { ...allowed, wait: { codes: ['Cooldown'] } };
    expect(repeats(request, waits, [earlier('Superseded', MINUTE, waits)], { now, isPressed: false })).toBeDefined();
  });

  it('never holds back a person', () => {
    const before = earlier('Refused', MINUTE);
    before.spec.requester = { kind: 'person', name: 'ada' };
    expect(repeats(request, verdict, [before], { now, isPressed: false })).toBeUndefined();
  });

  it('holds a changed blueprint or number to be another wish', () => {
    const before = earlier('Refused', MINUTE);
    expect(
      repeats({ ...request, wanted: { kind: 'scale', replicas: 7 } }, verdict, [before], { now, isPressed: false }),
    ).toBeUndefined();
    expect(
      repeats(request, { ...verdict, blueprint: { name: 'web', version: '2.0.0', hash: 'i' } }, [before], {
        now,
        isPressed: false,
      }),
    ).toBeUndefined();
  });
});
