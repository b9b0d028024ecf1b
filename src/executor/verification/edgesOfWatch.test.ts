import { describe, expect, it } from 'vitest';
import {
  changeRecord,
  executorParts,
  type GivenDecision,
  heldDecision,
  hotView as view,
} from '../../../test/stages/executorParts.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { NEW_COUNTERS } from '../../schema/counters.ts';
import type { History, HistoryPoint } from '../../schema/history.ts';
import type { Verification } from '../../schema/records.ts';
import { calmWorkload, hotAssessment, NOON } from '../../testing/gateInput.ts';
import { watch } from './watch.ts';

const load = (value: number) => hotAssessment({ history: { ...hotAssessment().history, load: value } });
const slow: History = Array.from({ length: 12 }, (_, n) => {
  const at = NOON - n * 15_000;
  return { at, latencyP95: 900, latencyAt: at, errorRate: 0, errorsAt: at } as Partial<HistoryPoint> as HistoryPoint;
}).toReversed();

describe('a change that passed and is watched', () => {
  const baseline = { breached: false, load: 1.7, latencyP95: 50, errorRate: 0 };
  const change = changeRecord({ baseline, blueprint: 'b'.repeat(64) });
  const verification = (overrides: Partial<Verification> = {}): Verification => ({
    phase: 'watch',
    startedAt: NOON - 500_000,
    convergedAt: NOON - 400_000,
    watchedFrom: NOON - 300_000,
    widened: false,
    checks: [],
    message: 'passed',
    ...overrides,
  });
  const watched = (overrides: Partial<Verification> = {}, changes = [change], given: GivenDecision = {}) =>
    heldDecision({
      ...given,
      status: { phase: 'Succeeded', reason: 'Verified', message: 'm', changes, verification: verification(overrides) },
    });
  const UNTIL = NOON + 300_000;

  it.each<{
    what: string;
    held?: ReturnType<typeof heldDecision>;
    seen?: readonly ServiceView[];
    now?: number;
    again: number | undefined;
    ended?: string;
  }>([
    { what: 'is looked at again at its end', again: UNTIL },
    { what: 'is not when it is not watched', held: watched({ phase: 'done' }), again: undefined },
    { what: 'is not when nothing was written', held: watched({}, []), again: undefined },
    {
      what: 'is over ten minutes later',
      held: watched({ watchedFrom: NOON - 600_000 }),
      again: undefined,
      ended: 'watched to its end',
    },
    { what: 'is not a millisecond before', held: watched({ watchedFrom: NOON - 599_999 }), again: NOON + 1 },
    {
      what: 'counts from when it was written where nobody knows better',
      held: watched({ watchedFrom: undefined } as never),
      again: NOON + 100_000,
    },
    { what: 'waits for a view', seen: [], again: UNTIL },
    {
      what: 'is not seen in another namespace',
      seen: [view({ namespace: 'art', counters: { ...NEW_COUNTERS, lastChangeId: 'x' } })],
      again: UNTIL,
    },
    {
      what: 'is not seen in another service',
      seen: [view({ name: 'api', counters: { ...NEW_COUNTERS, lastChangeId: 'x' } })],
      again: UNTIL,
    },
    {
      what: 'is ended by the next',
      seen: [view({ counters: { ...NEW_COUNTERS, lastChangeId: 'web-x.1' } })],
      again: undefined,
      ended: 'ended by web-x.1',
    },
    {
      what: 'is ended by what is in flight',
      seen: [
        view({
          counters: {
            ...NEW_COUNTERS,
            inFlight: {
              decision: 'x',
              changeId: 'x.1',
              phase: 'executing',
              direction: 'up',
              optional: false,
              since: NOON,
            },
          },
        }),
      ],
      again: undefined,
      ended: 'ended by x.1',
    },
    {
      what: 'is not ended by itself in flight',
      seen: [
        view({
          counters: {
            ...NEW_COUNTERS,
            inFlight: {
              decision: 'web-b',
              changeId: 'web-b.1',
              phase: 'verifying',
              direction: 'down',
              optional: false,
              since: NOON,
            },
          },
        }),
      ],
      again: UNTIL,
    },
    { what: 'goes on where counters are not known', seen: [view({ counters: undefined } as never)], again: UNTIL },
    { what: 'goes on where its target is not seen', seen: [view({ workload: undefined } as never)], again: UNTIL },
    {
      what: 'is ended with its target',
      held: watched({}, [change], {
        spec: { target: { kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'uid-old' } },
      }),
      again: undefined,
      ended: 'its target is gone',
    },
    {
      what: 'is ended by a hand',
      seen: [view({ workload: calmWorkload({ replicas: 5 }) })],
      again: undefined,
      ended: 'spec.replicas is 5, not 2 as written: somebody else changed it',
    },
  ])('$what', async ({ held = watched(), seen = [view()], again, ended }) => {
    const { deps, written } = executorParts({ views: seen });
    expect(await watch(deps, held)).toBe(again);
    expect(written.map(({ status }) => (status as { verification: Verification }).verification)).toMatchObject(
      ended === undefined ? [] : [{ phase: 'done', message: `passed; ${ended}` }],
    );
  });

  it.each<{
    what: string;
    seen?: Partial<ServiceView>;
    changes?: readonly ReturnType<typeof changeRecord>[];
    history?: History;
    asks: boolean;
  }>([
    { what: 'a slow service is', asks: true },
    { what: 'one of no history is not', history: [], asks: false },
    { what: 'one of the same load is', seen: { assessment: load(1.7) }, asks: true },
    { what: 'one of a fifth more load is', seen: { assessment: load(1.7 * 1.2) }, asks: true },
    { what: 'one of more than that is not', seen: { assessment: load(2.05) }, asks: false },
    { what: 'one of an unknown load is not', seen: { assessment: undefined } as never, asks: false },
    {
      what: 'one of a load that was not known is not',
      changes: [changeRecord({ ...change, baseline: { breached: false } })],
      asks: false,
    },
    {
      what: 'one that was slow before is not',
      changes: [changeRecord({ ...change, baseline: { ...baseline, breached: true } })],
      asks: false,
    },
    { what: 'one with more pods is not', changes: [changeRecord({ ...change, before: '1' })], asks: false },
    {
      what: 'one with more pods and less load is',
      seen: { assessment: load(1.6) },
      changes: [changeRecord({ ...change, before: '1' })],
      asks: true,
    },
  ])('$what looked at: $asks', async ({ seen, changes = [change], history = slow, asks }) => {
    const { deps } = executorParts({ views: [view(seen)], history, fresh: 'unavailable' });
    expect(await watch(deps, watched({}, [...changes]))).toBe(asks ? NOON + 5_000 : UNTIL);
  });
});
