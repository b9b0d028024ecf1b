import { describe, expect, it } from 'vitest';
import type { Hold } from '../../schema/counters.ts';
import {
  BY_ANN,
  type CalmOverrides,
  calmInput,
  idleInput,
  NOON,
  RESTART,
  said,
  saidUntil,
  scaleTo,
  undoInput,
} from '../../testing/gateInput.ts';
import { decide } from '../decide.ts';

const HOUR = 3_600_000;
const hold = (kind: Hold['kind'], what: Hold['what'] = 'all', namespace?: string): Hold => ({
  kind,
  what,
  by: 'ann',
  reason: 'release',
  at: '',
  ...(namespace === undefined ? {} : { namespace }),
});

describe('G20 holds must be lifted', () => {
  it.each<{ holds: Hold[]; up: string[]; down: string[]; restart: string[]; undo: string[] }>([
    { holds: [], up: [], down: [], restart: [], undo: [] },
    {
      holds: [hold('stop')],
      up: ['wait Stopped'],
      down: ['wait Stopped'],
      restart: ['wait Stopped'],
      undo: ['wait Stopped'],
    },
    { holds: [hold('pause')], up: ['wait Paused'], down: ['wait Paused'], restart: ['wait Paused'], undo: [] },
    { holds: [hold('pause', 'ups')], up: ['wait Paused'], down: [], restart: [], undo: [] },
    { holds: [hold('pause', 'downs')], up: [], down: ['wait Paused'], restart: ['wait Paused'], undo: [] },
    {
      holds: [hold('stop', 'ups')],
      up: ['wait Stopped'],
      down: ['wait Stopped'],
      restart: ['wait Stopped'],
      undo: ['wait Stopped'],
    },
    {
      holds: [hold('stop', 'all', 'shop')],
      up: ['wait Stopped'],
      down: ['wait Stopped'],
      restart: ['wait Stopped'],
      undo: ['wait Stopped'],
    },
    { holds: [hold('stop', 'all', 'other')], up: [], down: [], restart: [], undo: [] },
    { holds: [hold('breaker')], up: [], down: [], restart: [], undo: [] },
  ])(
    '$holds.0.kind $holds.0.what $holds.0.namespace holds what it names, a person too (GATE-G20-1)',
    ({ holds, up, down, restart, undo }) => {
      expect(said(decide(calmInput({ holds })).verdict, 'G20')).toEqual(up);
      expect(said(decide(calmInput({ holds, request: BY_ANN })).verdict, 'G20')).toEqual(up);
      expect(said(decide(idleInput({ holds })).verdict, 'G20')).toEqual(down);
      expect(said(decide(calmInput({ holds, request: RESTART })).verdict, 'G20')).toEqual(restart);
      expect(said(decide(undoInput({}, { holds })).verdict, 'G20')).toEqual(undo);
    },
  );

  it.each<{ who: string; overrides: CalmOverrides; expected: string[] }>([
    { who: 'an agent', overrides: {}, expected: ['wait Frozen'] },
    { who: 'a person', overrides: { request: BY_ANN }, expected: ['wait Frozen'] },
    { who: 'a restart', overrides: { request: RESTART }, expected: ['wait Frozen'] },
    {
      who: 'an agent under breach',
      overrides: { assessment: { breach: ['latency_p95'] } },
      expected: ['wait Frozen'],
    },
    { who: 'an agent under a stop', overrides: { holds: [hold('stop')] }, expected: ['wait Stopped', 'wait Frozen'] },
  ])('after a failed undo holds $who until a person lifts it (GATE-G20-6)', ({ overrides, expected }) => {
    const frozen = { at: NOON - HOUR, decision: 'd', change: 'd.1.undo' };
    const { verdict, permit } = decide(calmInput({ ...overrides, counters: { frozen } }));
    expect(said(verdict, 'G20')).toEqual(expected);
    expect(verdict.wait).toMatchObject({ codes: expect.arrayContaining(['Frozen']) });
    expect([verdict.wait?.until, permit]).toEqual([undefined, undefined]);
    expect(verdict.findings.find(({ code }) => code === 'Frozen')?.message).toContain('fairlead resume shop/web');
  });

  it('after a failed undo, or unread holds beside it, lets an undo through (GATE-G20-6)', () => {
    const counters = { frozen: { at: NOON - HOUR, decision: 'd', change: 'd.1.undo' } };
    expect(said(decide(undoInput({}, { counters })).verdict, 'G20')).toEqual([]);
    const { holds: _, ...unread } = calmInput({ counters });
    expect(said(decide(unread).verdict, 'G20')).toEqual(['wait NoData', 'wait Frozen']);
  });

  it('takes what it cannot read for a pause (GATE-G20-2)', () => {
    const { holds: _, ...unread } = calmInput();
    const { holds: __, ...undo } = undoInput();
    expect(said(decide(unread).verdict, 'G20')).toEqual(['wait NoData']);
    expect(said(decide(undo).verdict, 'G20')).toEqual([]);
  });

  it.each<{ when: string; frozen: CalmOverrides['frozen']; expected: string[] }>([
    { when: 'a window is open', frozen: { until: NOON + 1, reason: 'holidays' }, expected: ['wait FreezeWindow'] },
    { when: 'it has just ended', frozen: { until: NOON, reason: 'holidays' }, expected: [] },
    {
      when: 'the calendar cannot be read',
      frozen: { broken: 'no such time zone' },
      expected: ['wait FreezeUnreadable'],
    },
  ])('says $expected when $when (GATE-G20-3)', ({ frozen, expected }) => {
    const overrides = frozen === undefined ? {} : { frozen };
    const { verdict } = decide(calmInput(overrides));
    expect(said(verdict, 'G20')).toEqual(expected);
    expect(said(decide(calmInput({ ...overrides, request: BY_ANN })).verdict, 'G20')).toEqual(expected);
    if (expected[0] === 'wait FreezeWindow') expect(saidUntil(verdict, 'FreezeWindow')).toBe(NOON + 1);
  });
});

describe('G20 autonomy must reach so far', () => {
  const observe = { autonomy: 'observe' as const };
  it.each<{ overrides: CalmOverrides; would: string }>([
    { overrides: {}, would: 'allowed' },
    { overrides: { request: BY_ANN }, would: 'allowed' },
    { overrides: { request: scaleTo(12) }, would: 'restricted' },
    { overrides: { request: scaleTo(1) }, would: 'forbidden' },
    { overrides: { holds: [hold('pause')] }, would: 'deferred' },
  ])('observing, it would have been $would (GATE-G20-4)', ({ overrides, would }) => {
    const { verdict, permit } = decide(calmInput({ ...overrides, blueprint: observe }));
    const last = verdict.findings.at(-1);
    expect(last).toMatchObject({ rule: 'G20', code: 'ObserveOnly', effect: 'forbid' });
    expect(last?.message).toContain(`would have been ${would}`);
    expect([verdict.authority, permit]).toEqual(['forbidden', undefined]);
  });

  const propose = { autonomy: 'propose' as const };
  it.each<{ when: string; overrides: CalmOverrides; authority: string; approvers: string[] }>([
    { when: 'an agent asks', overrides: { blueprint: propose }, authority: 'restricted', approvers: ['devops-team'] },
    {
      when: 'no group is named',
      overrides: {
        blueprint: { ...propose, authority: { allowed: ['scale_within_limits'], requiresApproval: [], forbidden: [] } },
      },
      authority: 'restricted',
      approvers: ['admins'],
    },
    { when: 'a person asks', overrides: { blueprint: propose, request: BY_ANN }, authority: 'allowed', approvers: [] },
    {
      when: 'it is forbidden anyway',
      overrides: { blueprint: propose, request: scaleTo(1) },
      authority: 'forbidden',
      approvers: [],
    },
    {
      when: 'it was approved',
      overrides: {
        blueprint: propose,
        approval: {
          name: 'ok',
          operation: 'scale_within_limits',
          args: scaleTo(3).args,
          blueprintHash: 'b'.repeat(64),
        },
      },
      authority: 'allowed',
      approvers: [],
    },
  ])('proposing, it is $authority when $when (GATE-G20-5)', ({ overrides, authority, approvers }) => {
    expect(decide(calmInput(overrides)).verdict).toMatchObject({ authority, approvers });
  });

  it('never widens who may approve (GATE-G20-5)', () => {
    const authority = {
      allowed: [],
      requiresApproval: [
        { operation: 'scale_within_limits' as const, condition: 'always', approvers: ['sre'] },
        { operation: 'restart_pods' as const, condition: 'always', approvers: ['devs'] },
      ],
      forbidden: [],
    };
    expect(decide(calmInput({ blueprint: { ...propose, authority } })).verdict.approvers).toEqual(['sre']);
  });
});
