import { describe, expect, it } from 'vitest';
import type { LastChange } from '../../schema/change.ts';
import {
  type CalmOverrides,
  calmInput,
  NOON,
  operation,
  RESTART,
  said,
  scaleTo,
  undoInput,
} from '../../testing/gateInput.ts';
import { decide } from '../decide.ts';

const ID = calmInput().request.id;
const seen = (replicas: number, uid = 'uid-web') => ({ uid, replicas, at: NOON - 5000 });
const wrote = (after: string, overrides: Partial<LastChange> = {}): LastChange => ({
  id: `${ID}.1`,
  decision: ID,
  did: '',
  before: '1',
  after,
  at: '2026-01-05T11:50:00Z',
  log: '',
  undo: false,
  ...overrides,
});
const says = (overrides: CalmOverrides): string[] => said(decide(calmInput(overrides)).verdict, 'G18');

describe('G18 the ground must be the same', () => {
  it.each<{ when: string; overrides: CalmOverrides; expected: string[] }>([
    { when: 'it saw the same', overrides: { request: { seen: seen(2) } }, expected: [] },
    { when: 'it says not what it saw', overrides: {}, expected: [] },
    {
      when: 'the object is another one',
      overrides: { request: { seen: seen(2, 'uid-old') } },
      expected: ['forbid OtherObject'],
    },
    { when: 'the replicas moved', overrides: { request: { seen: seen(4) } }, expected: ['forbid StalePlan'] },
    {
      when: 'the replicas moved and it is a restart',
      overrides: { request: { ...RESTART, seen: seen(4) } },
      expected: [],
    },
    {
      when: 'its own earlier step moved them',
      overrides: { request: { seen: seen(1) }, workload: { lastChange: wrote('2') } },
      expected: [],
    },
    {
      when: 'the annotation names it and our record another change',
      overrides: {
        request: { seen: seen(1) },
        workload: { lastChange: wrote('2') },
        counters: { lastChangeId: 'web-other.1' },
      },
      expected: ['forbid StalePlan', 'forbid AlreadyDone'],
    },
    {
      when: 'its step was put back',
      overrides: { request: { seen: seen(2) }, workload: { lastChange: wrote('3') } },
      expected: ['forbid AlreadyDone'],
    },
    {
      when: 'another change followed its own',
      overrides: { counters: { operations: [operation(900_000, { decision: ID })] } },
      expected: ['forbid AlreadyDone'],
    },
    {
      when: 'its step was undone',
      overrides: { workload: { lastChange: wrote('2', { undo: true }) } },
      expected: ['forbid AlreadyDone'],
    },
    {
      when: 'its restart is done',
      overrides: { request: RESTART, workload: { lastChange: wrote('2') } },
      expected: ['forbid AlreadyDone'],
    },
    { when: 'there is nothing to change', overrides: { request: scaleTo(2) }, expected: ['forbid NothingToChange'] },
  ])('says $expected when $when (GATE-G18-1)', ({ overrides, expected }) => {
    expect(says(overrides)).toEqual(expected);
  });

  it('holds for an undo (GATE-G18-1)', () => {
    const undo = (overrides: CalmOverrides): string[] => said(decide(undoInput({}, overrides)).verdict, 'G18');
    expect(undo({ request: { seen: seen(3) } })).toEqual([]);
    expect(undo({ request: { seen: seen(2, 'uid-old') } })).toEqual(['forbid OtherObject']);
    expect(undo({ workload: { replicas: 3 } })).toEqual(['forbid NothingToChange']);
  });

  it('binds the permit to what was observed, for 30 s (GATE-G18-2)', () => {
    const { permit } = decide(
      calmInput({ workload: { resourceVersion: '77', lastChangeText: '{}', hasAnnotations: true } }),
    );
    expect(permit?.terms).toEqual({
      requestId: ID,
      operation: 'scale_within_limits',
      namespace: 'shop',
      name: 'web',
      uid: 'uid-web',
      change: { kind: 'scale', from: 2, to: 3 },
      lastChangeText: '{}',
      resourceVersion: '77',
      hasAnnotations: true,
      hasTemplateAnnotations: false,
      blueprintHash: 'b'.repeat(64),
      issuedAt: NOON,
      expiresAt: NOON + 30_000,
    });
    expect(decide(calmInput({ request: RESTART })).permit?.terms.change).toEqual({
      kind: 'restart',
      from: null,
      to: '2026-01-05T12:00:00.000Z',
    });
  });
});
