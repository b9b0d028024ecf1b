import { describe, expect, it } from 'vitest';
import type { AskedUndo, UndoFacts } from '../../schema/request.ts';
import { BY_ANN, type CalmOverrides, calmBlueprint, OUR_DOWN, said, undoInput } from '../../testing/gateInput.ts';
import { decide } from '../decide.ts';

const ID = OUR_DOWN.id;
const VERIFICATION = calmBlueprint({}).verification;

describe('G17 an undo must be safe', () => {
  it('puts back what stood there (GATE-G17-1)', () => {
    const { verdict, permit } = decide(undoInput());
    expect(verdict).toMatchObject({ authority: 'allowed', operation: 'undo', step: 3 });
    expect(permit?.terms.change).toEqual({ kind: 'scale', from: 2, to: 3 });
  });

  it.each([
    { before: '', to: null },
    { before: '2026-01-05T08:00:00Z', to: '2026-01-05T08:00:00Z' },
  ])('puts a restart back to "$before" (GATE-G17-1)', ({ before, to }) => {
    const stamp = '2026-01-05T11:58:00Z';
    const { permit } = decide(
      undoInput(
        { wrote: stamp, before, direction: 'none' },
        { request: { wanted: { kind: 'restart' } }, workload: { restartedAt: stamp } },
      ),
    );
    expect(permit?.terms.change).toEqual({ kind: 'restart', from: stamp, to });
  });

  it.each<{ when: string; undo?: Partial<UndoFacts>; overrides?: CalmOverrides; expected: string[] }>([
    { when: 'somebody changed it since', overrides: { workload: { replicas: 4 } }, expected: ['forbid ChangedSince'] },
    {
      when: 'it has no annotation',
      overrides: { workload: { lastChange: { ...OUR_DOWN, id: 'other.1' } } },
      expected: ['forbid NotTheLastChange'],
    },
    {
      when: 'our record names another change',
      overrides: { counters: { lastChangeId: 'other.1' } },
      expected: ['forbid NotOurRecord'],
    },
    { when: 'our record names this change', overrides: { counters: { lastChangeId: ID } }, expected: [] },
    {
      when: 'it is in flight and not confirmed yet',
      overrides: {
        counters: {
          lastChangeId: 'older.1',
          inFlight: {
            decision: 'web-bbbbbbbbbb',
            changeId: ID,
            phase: 'executing',
            direction: 'down',
            optional: false,
            since: 0,
          },
        },
      },
      expected: [],
    },
    { when: 'our record is lost', overrides: { counters: null }, expected: [] },
    { when: 'the value before is unknown', undo: { before: '' }, expected: ['forbid NoData'] },
    { when: 'the value before is no number', undo: { before: 'three' }, expected: ['forbid NoData'] },
    {
      when: 'the state before missed an objective',
      undo: { beforeWasBreached: true },
      expected: ['forbid BeforeWasBroken'],
    },
    { when: 'it was undone before', undo: { alreadyUndone: true }, expected: ['forbid AlreadyUndone'] },
    {
      when: 'a scale-up has its load still',
      undo: { direction: 'up', loadThen: 2, loadNow: 2 },
      expected: ['forbid LoadAsHigh'],
    },
    { when: 'the load of a scale-up has fallen', undo: { direction: 'up', loadThen: 2, loadNow: 1.9 }, expected: [] },
    { when: 'the load of a scale-up is unknown', undo: { direction: 'up', loadThen: 2 }, expected: ['forbid NoData'] },
  ])('says $expected when $when (GATE-G17-2)', ({ undo, overrides, expected }) => {
    const { verdict, permit } = decide(undoInput(undo, overrides));
    expect(said(verdict, 'G17')).toEqual(expected);
    expect(permit === undefined).toBe(expected.length > 0);
  });

  const ASKED = { inconclusive: true, approved: false };
  const rollback = (switched: { enabled: boolean; automatic: boolean }): CalmOverrides => ({
    blueprint: { verification: { ...VERIFICATION, rollback: { ...switched, onCriticalFailure: true } } },
  });
  it.each<{ when: string; asked?: AskedUndo; overrides?: CalmOverrides; expected: string[] }>([
    { when: 'its checks could not be judged', expected: [] },
    {
      when: 'it passed, or that is long ago',
      asked: { ...ASKED, inconclusive: false },
      expected: ['forbid NotInconclusive'],
    },
    { when: 'people approved it', asked: { ...ASKED, approved: true }, expected: ['forbid ApprovedByPeople'] },
    {
      when: 'undoing is switched off',
      overrides: rollback({ enabled: false, automatic: true }),
      expected: ['forbid UndoSwitchedOff'],
    },
    {
      when: 'it is for people to start',
      overrides: rollback({ enabled: true, automatic: false }),
      expected: ['forbid UndoSwitchedOff'],
    },
    {
      when: 'agents only propose',
      overrides: { blueprint: { autonomy: 'propose' } },
      expected: ['forbid UndoIsForPeople'],
    },
    {
      when: 'agents only observe',
      overrides: { blueprint: { autonomy: 'observe' } },
      expected: ['forbid UndoIsForPeople'],
    },
    {
      when: 'a person asks where agents only propose',
      overrides: { blueprint: { autonomy: 'propose' }, request: BY_ANN },
      expected: [],
    },
  ])('asked for, it says $expected when $when (GATE-G17-6)', ({ asked = ASKED, overrides = {}, expected }) => {
    const { verdict, permit } = decide(undoInput({ asked }, overrides));
    expect(said(verdict, 'G17')).toEqual(expected);
    expect(verdict.operation).toBe('undo');
    expect(permit === undefined).toBe(expected.length > 0);
  });

  const OUR_UP = { ...OUR_DOWN, before: '2', after: '3' };
  it.each<{ when: string; load: number; pressure?: string[]; ready?: number; isBlind?: true; expected: string[] }>([
    { when: 'two would do', load: 1.2, expected: [] },
    { when: 'two would be as hot as before', load: 1.69, expected: ['forbid WouldOverload'] },
    { when: 'a signal says up now', load: 1.2, pressure: ['latency_p95'], expected: ['forbid CapacityNeeded'] },
    { when: 'fewer are ready than have to be', load: 1.2, ready: 1, expected: ['forbid CapacityNeeded'] },
    { when: 'nobody knows the load of late', load: 1.2, isBlind: true, expected: ['forbid NoData'] },
  ])(
    'takes no capacity back on request that is needed: it says $expected when $when (GATE-G17-7)',
    ({ load, pressure = [], ready = 3, isBlind, expected }) => {
      const input = undoInput(
        { asked: ASKED, wrote: '3', before: '2', direction: 'up', loadThen: 1.7, loadNow: load },
        {
          workload: { replicas: 3, ready, lastChange: OUR_UP },
          assessment: { pressure, history: isBlind ? {} : { highestLoad: load } },
        },
      );
      const wanted = { kind: 'scale', replicas: 2 } as const;
      const { verdict, permit } = decide({ ...input, request: { ...input.request, wanted } });
      expect(said(verdict, 'G17')).toEqual(expected);
      expect(permit === undefined).toBe(expected.length > 0);
    },
  );

  it('asked for, it stays bound by what binds every undo (GATE-G17-6)', () => {
    const { verdict } = decide(undoInput({ asked: ASKED, alreadyUndone: true }, { workload: { replicas: 1 } }));
    expect(said(verdict, 'G17')).toEqual(['forbid ChangedSince', 'forbid AlreadyUndone']);
  });

  it.each([
    { before: '15', approved: undefined, to: 10, expected: ['note ToNearestBound'] },
    { before: '15', approved: 15, to: 15, expected: [] },
    { before: '15', approved: 14, to: 10, expected: ['note ToNearestBound'] },
    { before: '0', approved: undefined, to: 2, expected: ['note ToNearestBound'] },
    { before: '10', approved: undefined, to: 10, expected: [] },
  ])(
    'goes from 5 to $to where $before stood and $approved is approved (GATE-G17-3)',
    ({ before, approved, to, expected }) => {
      const approval = {
        name: 'ok',
        operation: 'scale_beyond_limits',
        args: { replicas: approved },
        blueprintHash: 'old',
      };
      const { verdict, permit } = decide(
        undoInput(
          { before, wrote: '5' },
          { workload: { replicas: 5 }, ...(approved === undefined ? {} : { approval }) },
        ),
      );
      expect(said(verdict, 'G17')).toEqual(expected);
      expect(permit?.terms.change).toEqual({ kind: 'scale', from: 5, to });
    },
  );

  it('says nothing to any other call (GATE-G17-2)', () => {
    const { undo: _, ...request } = undoInput().request;
    expect(said(decide({ ...undoInput(), request }).verdict, 'G17')).toEqual([]);
  });

  it('is bound by a stop, owners and identity, and by none of the other waits (GATE-G17-4)', () => {
    const hindered = undoInput(
      {},
      {
        assessment: null,
        frozen: { until: Number.MAX_SAFE_INTEGER, reason: 'holidays' },
        holds: [{ kind: 'pause', what: 'all', by: 'ann', reason: 'look', at: '' }],
        workload: {
          rollout: { underWay: true, paused: false, newPods: 1, newPodsReady: 0, newPodsFailing: 0, failingPasses: 0 },
        },
        blueprint: { autonomy: 'observe' },
        counters: {
          breaker: { state: 'open', failures: 3, until: Number.MAX_SAFE_INTEGER, opens: 1 },
          lastChangeId: ID,
          inFlight: {
            decision: 'web-bbbbbbbbbb',
            changeId: ID,
            phase: 'verifying',
            direction: 'down',
            optional: false,
            since: 0,
          },
        },
      },
    );
    expect(decide(hindered).permit).toBeDefined();
    const stop = { kind: 'stop' as const, what: 'all' as const, by: 'ann', reason: 'look', at: '' };
    expect(decide({ ...hindered, holds: [stop] }).permit).toBeUndefined();
  });
});
