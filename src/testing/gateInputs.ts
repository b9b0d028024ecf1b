import fc from 'fast-check';
import type { Signal } from '../schema/assessment.ts';
import { CLOSED } from '../schema/counters.ts';
import type { GateInput } from '../schema/verdict.ts';
import {
  BY_ANN,
  type CalmOverrides,
  calmInput,
  calmWorkload,
  hotAssessment,
  idleAssessment,
  NOON,
  operation,
  RESTART,
  scaleTo,
  signal,
  undoInput,
} from './gateInput.ts';

/**
 * Gate inputs for property tests: mostly calm, each with a few things that are not, so that a good share is allowed and
 * every rule is met now and then.
 */
const minutes = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: max * 60_000 });
const mostly = <T>(calm: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(calm) }, { weight: 1, arbitrary: other });

const signals: fc.Arbitrary<readonly Signal[]> = fc
  .tuple(
    ...(['cpu', 'latency_p95', 'error_rate'] as const).map((name) =>
      fc
        .record({
          says: fc.constantFrom('up' as const, 'down' as const, 'hold' as const),
          state: mostly(
            'fresh' as const,
            fc.constantFrom('stale' as const, 'missing' as const, 'implausible' as const),
          ),
          age: mostly(10_000, minutes(3)),
          covered: mostly(2, fc.integer({ min: 0, max: 2 })),
          flips: mostly(false, fc.constant(true)),
        })
        .map(({ says, state, age, covered, flips }) =>
          signal(name, { says, state, sampleAt: NOON - age, ...(name === 'cpu' ? { covered, ready: 2, flips } : {}) }),
        ),
    ),
  )
  .map((list) => list);

const assessments: fc.Arbitrary<CalmOverrides['assessment']> = fc
  .record({
    base: fc.constantFrom(hotAssessment(), idleAssessment()),
    signals: fc.option(signals, { nil: undefined, freq: 2 }),
    breach: mostly<string[]>([], fc.constant(['latency_p95'])),
    distress: mostly<string[]>([], fc.constant(['an OOM kill'])),
    watched: mostly(3_600_000, minutes(10)),
    load: fc.double({ min: 0, max: 8, noNaN: true }),
  })
  .map(({ base, signals, breach, distress, watched, load }) => ({
    ...base,
    ...(signals === undefined ? {} : { signals }),
    breach,
    distress,
    history: { ...base.history, unbrokenSince: NOON - watched, highestLoad: Math.max(load, base.history.load ?? 0) },
  }));

const operations = mostly(
  [],
  fc.array(
    fc
      .record({
        ago: minutes(90),
        direction: fc.constantFrom('up' as const, 'down' as const, 'none' as const),
        optional: fc.boolean(),
        undo: fc.boolean(),
        by: fc.constantFrom('agent' as const, 'person' as const),
      })
      .map(({ ago, ...rest }) => operation(ago, rest)),
    { maxLength: 12 },
  ),
);

const counters: fc.Arbitrary<CalmOverrides['counters']> = fc.record({
  operations,
  breaker: mostly(
    CLOSED,
    minutes(2).map((ms) => ({ state: 'open' as const, failures: 3, until: NOON - 60_000 + ms, opens: 1 })),
  ),
  reverts: mostly(0, fc.integer({ min: 1, max: 4 })),
});

const workloads: fc.Arbitrary<CalmOverrides['workload']> = fc
  .record({
    replicas: fc.integer({ min: 0, max: 14 }),
    unready: mostly(0, fc.integer({ min: 0, max: 14 })),
    managed: mostly(true, fc.constant(false)),
    underWay: mostly(false, fc.constant(true)),
    owned: mostly(false, fc.constant(true)),
    budget: mostly<string | undefined>(undefined, fc.constantFrom('1', '50%', '9')),
  })
  .map(({ replicas, unready, managed, underWay, owned, budget }) => ({
    replicas,
    ready: Math.max(0, replicas - unready),
    managed,
    rollout: { ...calmWorkload().rollout, underWay },
    owners: owned ? [{ kind: 'HorizontalPodAutoscaler' as const, name: 'web', field: 'replicas' as const }] : [],
    disruptionBudgets: budget === undefined ? [] : [{ name: 'web', minAvailable: budget }],
  }));

const requests: fc.Arbitrary<CalmOverrides['request']> = fc
  .record({
    what: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 14 }).map((n): CalmOverrides['request'] => scaleTo(n)) },
      { weight: 2, arbitrary: fc.constant<CalmOverrides['request']>(RESTART) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<CalmOverrides['request']>(
          { tool: 'get_metrics', effect: 'read' },
          { tool: 'delete_deployment', effect: 'unknown' },
        ),
      },
    ),
    person: fc.boolean(),
  })
  .map(({ what, person }) => ({ ...what, ...(person ? BY_ANN : {}) }));

export const gateInputs: fc.Arbitrary<GateInput> = fc
  .record({
    request: requests,
    isUndo: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    workload: workloads,
    assessment: assessments,
    counters,
    autonomy: mostly('autonomous' as const, fc.constantFrom('propose' as const, 'observe' as const)),
    matches: mostly(1, fc.constantFrom(0, 2)),
    paused: mostly(false, fc.constant(true)),
    frozen: mostly(false, fc.constant(true)),
  })
  .map(({ request, isUndo, workload, assessment, counters, autonomy, matches, paused, frozen }) => {
    const overrides: CalmOverrides = {
      assessment: assessment ?? null,
      counters: counters ?? null,
      blueprint: { autonomy },
      matches,
      holds: paused ? [{ kind: 'pause', what: 'all', by: 'ann', reason: 'look', at: '' }] : [],
      ...(frozen ? { frozen: { until: NOON + 1, reason: 'holidays' } } : {}),
    };
    if (isUndo) return undoInput({}, { ...overrides, workload: { ...workload, replicas: 2, ready: 2 } });
    return calmInput({ ...overrides, request: request ?? {}, workload: workload ?? null });
  });
