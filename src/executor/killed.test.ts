import { describe, expect, it } from 'vitest';
import { CALM, openStage, PASS_MS, SCALING, type Stage, type StageOptions } from '../../test/executorStage.ts';
import { type DecisionSpec, FINAL } from '../schema/records.ts';
import type { ExecutorDeps } from './deps.ts';
import { Executor } from './executor.ts';

/**
 * The process is killed at every single call it makes to the outside, before the call has its effect and after it, and
 * another process goes on. Whatever the moment, the end is that of the undisturbed run: one effect, the counters right.
 */
class Killed extends Error {}

interface Killer {
  readonly deps: ExecutorDeps;
  /** Calls made so far. */
  count(): number;
}

/** A process that dies at its call number `at`: then, and ever after, nothing gets out any more. */
function mortal(deps: ExecutorDeps, at: number, moment: 'before' | 'after'): Killer {
  let made = 0;
  let dead = false;
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function' || SYNCHRONOUS.has(String(key)))
          return typeof value === 'function' ? value.bind(target) : value;
        return async (...given: unknown[]) => {
          if (dead) throw new Killed();
          made += 1;
          if (made !== at) return value.apply(target, given);
          dead = true;
          if (moment === 'after') await value.apply(target, given);
          throw new Killed();
        };
      },
    });
  const { observer, reader, records, workloads, journal } = deps;
  return {
    deps: {
      ...deps,
      observer: wrap(observer),
      reader: wrap(reader),
      records: wrap(records),
      workloads: wrap(workloads),
      journal: wrap(journal),
    },
    count: () => made,
  };
}
const SYNCHRONOUS = new Set(['head', 'views', 'history', 'decisions', 'approvals', 'watch']);

const A = 'web-aaaaaaaaaa';

interface Course {
  readonly when: string;
  readonly stage: StageOptions;
  readonly spec: Partial<DecisionSpec>;
  /** What happens to the service once the write is there, or once its Decision is in that phase. */
  readonly afterPhase?: string;
  readonly afterwards?: (stage: Stage) => void;
  /** From which pass on the process is mortal. */
  readonly passes: number;
  readonly end: {
    readonly phase: string;
    readonly replicas: number;
    readonly writes: number;
    readonly failures: number;
  };
}

const COURSES: readonly Course[] = [
  {
    when: 'a scale-up that is verified',
    stage: {},
    spec: { arguments: { replicas: 3 } },
    passes: 12,
    end: { phase: 'Succeeded', replicas: 3, writes: 1, failures: 0 },
  },
  {
    when: 'a scale-down that hurts and is undone',
    stage: { replicas: 3, load: CALM },
    spec: { arguments: { replicas: 2 }, requester: { kind: 'person', name: 'alice' } },
    afterwards: (stage) => stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 }),
    passes: 14,
    end: { phase: 'RolledBack', replicas: 3, writes: 2, failures: 1 },
  },
  {
    when: 'a scale-down that passes, hurts in phase 2 and is undone',
    stage: { replicas: 3, load: CALM },
    spec: { arguments: { replicas: 2 }, requester: { kind: 'person', name: 'alice' } },
    afterPhase: 'Succeeded',
    afterwards: (stage) => stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 }),
    passes: 20,
    end: { phase: 'RolledBack', replicas: 3, writes: 2, failures: 1 },
  },
  {
    when: 'a scale-up in two steps',
    stage: {
      load: { rps: 100, cpu_m_per_rps: 8, latency_ms_base: 50 },
      spec: { scaling: { ...SCALING, max_replicas: 12 } },
    },
    spec: { arguments: { replicas: 12 } },
    passes: 24,
    end: { phase: 'Succeeded', replicas: 12, writes: 2, failures: 0 },
  },
  {
    when: 'a forbidden wish',
    stage: {},
    spec: { tool: 'delete_deployment', arguments: { sent: '{}' } },
    passes: 6,
    end: { phase: 'Refused', replicas: 2, writes: 0, failures: 0 },
  },
];

/** What passed phase 1 may still end otherwise. */
const isOver = (stage: Stage, { end }: Course): boolean =>
  FINAL.has(stage.phase(A)) &&
  (stage.phase(A) !== 'Succeeded' || end.phase === 'Succeeded') &&
  (stage.breaker()?.inFlight ?? undefined) === undefined;

/** Runs one course; the first process dies at its call number `at`, and the next goes on with the same records. */
async function play(course: Course, at: number, moment: 'before' | 'after') {
  const stage = await openStage(course.stage);
  const deps = { ...stage.deps, signed: () => true };
  const killer = mortal(deps, at, moment);
  await stage.wish(A, course.spec);
  let process = new Executor(killer.deps);
  const goesOn = new Executor(deps);
  let hurt = false;
  // Ten passes more than the course takes: a permit of the dead process has to run out first.
  for (let pass = 0; pass < course.passes + 10; pass++) {
    await process.pass();
    if (killer.count() >= at) process = goesOn;
    const isDue = course.afterPhase === undefined || stage.phase(A) === course.afterPhase;
    if (!hurt && stage.writes() > 0 && isDue) {
      hurt = true;
      course.afterwards?.(stage);
    }
    if (isOver(stage, course)) break;
    await stage.observe(PASS_MS);
  }
  stage.close();
  const breaker = stage.breaker();
  return {
    calls: killer.count(),
    status: stage.status(A),
    end: {
      phase: stage.status(A).phase,
      replicas: stage.replicas(),
      writes: stage.writes(),
      failures: breaker?.breaker.failures ?? 0,
    },
    slots: breaker?.operations.map(({ changeId }) => changeId) ?? [],
    inFlight: breaker?.inFlight,
    told: stage.told().map(({ reason }) => reason),
  };
}

describe.each(COURSES)('killed anywhere during $when', (course) => {
  it.each(['before', 'after'] as const)(
    'the next process ends it the same, killed %s each call has its effect (P5)',
    async (moment) => {
      const undisturbed = await play(course, Number.POSITIVE_INFINITY, moment);
      expect(undisturbed.end).toEqual(course.end);
      expect(undisturbed.calls).toBeGreaterThan(4);
      for (let at = 1; at <= undisturbed.calls; at++) {
        const { end, slots, inFlight, status, told } = await play(course, at, moment);
        expect({ at, end, inFlight }, JSON.stringify(status.history)).toEqual({
          at,
          end: course.end,
          inFlight: undefined,
        });
        expect({ at, slots, told }).toEqual({ at, slots: undisturbed.slots, told: undisturbed.told });
      }
    },
    120_000,
  );
});
