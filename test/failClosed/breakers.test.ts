import { afterEach, describe, expect, it } from 'vitest';
import { Executor } from '../../src/executor/executor.ts';
import type { Counters } from '../../src/schema/counters.ts';
import { KINDS } from '../../src/schema/kube.ts';
import { faultyPorts } from '../../src/testing/faultyPorts.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { CALM, HOT, PASS_MS } from '../stages/executorStage.ts';
import { ALICE, DOWN, openTheatre, type Theatre, UP } from './theatre.ts';

const MINUTE = 60_000;
const theatres: Theatre[] = [];
afterEach(() => {
  for (const theatre of theatres.splice(0)) theatre.close();
});

/** A scale-up, looked at until it has come as far as `phase` says. */
const PHASES = {
  'while it is unclear whether it was written': async (theatre: Theatre) => {
    await theatre.asks(UP, 3);
    const { workloads } = faultyPorts(theatre.deps, theatre.clock, PATCH, 'late');
    await new Executor({ ...theatre.deps, workloads, trust: PEOPLE.trust }).pass();
    expect(theatre.phase(UP)).toBe('Executing');
  },
  'while it takes effect': async (theatre: Theatre) => {
    await theatre.asks(UP, 3);
    await theatre.executor.pass();
    expect(theatre.status(UP).verification?.phase).toBe('convergence');
  },
  'while it is judged': async (theatre: Theatre) => {
    await theatre.asks(UP, 3);
    await theatre.executor.pass();
    await theatre.run(2 * PASS_MS);
    expect(theatre.status(UP).verification?.phase).toBe('stabilisation');
  },
  'while it is watched': async (theatre: Theatre) => {
    await theatre.asks(UP, 3);
    await theatre.executor.pass();
    await theatre.run(2 * MINUTE);
    expect(theatre.status(UP).verification?.phase).toBe('watch');
  },
} as const;

/** The call of the executor's workload port that is no dry run. */
const PATCH = 2;
const FAR = Date.UTC(9999, 0, 1);

const edit =
  (change: (status: Counters) => object | undefined) =>
  (theatre: Theatre): void => {
    const { apiVersion, kind } = KINDS.CircuitBreaker;
    const metadata = { name: 'web', namespace: 'shop' };
    const next = change(theatre.counters());
    theatre.world.remove(KINDS.CircuitBreaker, 'shop', 'web');
    theatre.world.apply({ apiVersion, kind, metadata, spec: { holds: [] }, ...(next && { status: next }) });
  };

const EDITS = {
  deleted: (theatre: Theatre): void => theatre.world.remove(KINDS.CircuitBreaker, 'shop', 'web'),
  emptied: edit(() => undefined),
  'lowered in its counts': edit((status) => ({ ...status, operations: [] })),
  'changed in the times of its writes': edit((status) => ({
    ...status,
    operations: status.operations.map((operation) => ({ ...operation, at: operation.at - 2 * 3_600_000 })),
  })),
  'rid of what is in flight': edit(({ inFlight: _, ...status }) => ({ ...status, reverts: status.reverts + 1 })),
  'filled with rubbish': edit((status) => ({
    ...status,
    breaker: { state: 'open', failures: 1000, until: FAR, opens: 30 },
    operations: [
      { at: FAR, decision: 'x', changeId: 'x', direction: 'none', optional: true, undo: false, by: 'agent' },
    ],
    inFlight: { decision: 'x', changeId: 'x', phase: 'executing', direction: 'down', optional: false, since: FAR },
    lastChangeId: 'x',
    spentUntil: FAR,
  })),
} as const;

describe('a CircuitBreaker', () => {
  const rows = Object.keys(EDITS).flatMap((how) => Object.keys(PHASES).map((when) => ({ how, when })));
  it.each(rows as { how: keyof typeof EDITS; when: keyof typeof PHASES }[])(
    '$how $when frees nothing: the change ends as it would, cooldown and budget bind, a person is told (P7)',
    async ({ how, when }) => {
      const theatre = await openTheatre({ load: HOT });
      theatres.push(theatre);
      await PHASES[when](theatre);
      const wroteAt = theatre.clock.now();
      EDITS[how](theatre);
      // An agent that wants one more, at once and ever after.
      theatre.world.setLoad('shop/web', { ...HOT, cpu_m_per_rps: 3.4 });
      for (let minute = 0; minute < 50; minute++) {
        await theatre.wish(`web-d${String(minute).padStart(9, '0')}`, { arguments: { replicas: 4 } });
        await theatre.run(MINUTE);
      }
      expect([theatre.replicas(), theatre.writes(), theatre.clock.now() - wroteAt >= 50 * MINUTE]).toEqual([
        3,
        1,
        true,
      ]);
      expect(theatre.phase(UP)).toBe('Succeeded');
      expect(theatre.counters().inFlight).toBeUndefined();
      expect(theatre.counters().lastChangeId).toBe(`${UP}.1`);
      expect(theatre.counters().operations.map(({ changeId }) => changeId)).toContain(`${UP}.1`);
      const told = theatre.told().filter(({ note }) => /^Counters(?:Lost|Edited)/.test(note));
      expect(told).toHaveLength(1);
      // And it is not stuck: an hour after it was found out the budget is there again.
      await theatre.run(20 * MINUTE);
      await theatre.wish(DOWN, { arguments: { replicas: 4 } });
      await theatre.run(MINUTE);
      expect(theatre.replicas()).toBe(4);
    },
    60_000,
  );

  it.each([
    [
      'closed by hand',
      (status: Counters): Counters => ({ ...status, breaker: { state: 'closed', failures: 0, opens: 0 } }),
    ],
    [
      'whose time is set back by hand',
      (status: Counters): Counters => ({ ...status, breaker: { ...status.breaker, until: 1 } }),
    ],
  ])('that is open and %s lets nothing through for the hour, and a person is told (P7)', async (_, change) => {
    const theatre = await openTheatre({ replicas: 3, load: CALM, spec: { safety: { breaker_failures: 1 } } });
    theatres.push(theatre);
    await theatre.wish(DOWN, { arguments: { replicas: 2 }, requester: ALICE });
    await theatre.executor.pass();
    theatre.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
    await theatre.run(3 * MINUTE);
    theatre.world.setLoad('shop/web', CALM);
    expect(theatre.status(DOWN).phase).toBe('RolledBack');
    expect(theatre.counters().breaker.state).toBe('open');
    edit(change)(theatre);
    await theatre.run(2 * MINUTE);
    await theatre.wish(UP, { arguments: { replicas: 4 }, requester: ALICE });
    await theatre.run(5 * MINUTE);
    expect(theatre.replicas()).toBe(3);
    expect(theatre.seen().Decision).toContain('so the hour counts as spent');
    expect(
      theatre.alerts.filter((words) =>
        words.startsWith('CountersEdited: the CircuitBreaker of web had a status that somebody else wrote'),
      ),
    ).toHaveLength(1);
  });
});
