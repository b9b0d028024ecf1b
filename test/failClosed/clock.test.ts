import { afterEach, describe, expect, it } from 'vitest';
import { SteadyClock } from '../../src/adapters/system/steadyClock.ts';
import { Executor } from '../../src/executor/executor.ts';
import { Observer } from '../../src/observe/observer.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { KINDS } from '../../src/schema/kube.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { COURSES, type Course, isOver, WISH } from '../stages/courses.ts';
import { CALM, HOT, PASS_MS, VERIFICATION } from '../stages/executorStage.ts';
import { ALICE, DOWN, openTheatre, type Theatre, UP } from './theatre.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const theatres: Theatre[] = [];
const stops: AbortController[] = [];
afterEach(() => {
  for (const theatre of theatres.splice(0)) theatre.close();
  for (const stop of stops.splice(0)) stop.abort();
});

async function open(...options: Parameters<typeof openTheatre>): Promise<Theatre> {
  const theatre = await openTheatre(...options);
  theatres.push(theatre);
  return theatre;
}

/** A process of its own on a clock of its own: it observes and acts. */
async function startedOn(clock: Clock, { deps, port }: Theatre) {
  const stop = new AbortController();
  stops.push(stop);
  const { reader, log } = deps;
  const observer = new Observer({ reader, metrics: port.metrics, clock, log, ownNamespace: 'agent-system' });
  await observer.start(stop.signal);
  const executor = new Executor({ ...deps, observer, clock, trust: PEOPLE.trust });
  return {
    async look(): Promise<void> {
      await observer.pass();
      await executor.pass();
    },
  };
}

const off = (clock: Clock, by: number): Clock => ({
  now: () => clock.now() + by,
  sleep: (...given) => clock.sleep(...given),
});

/** A course played by a process whose machine's clock is set by `by` before its pass number `at`. */
async function play(course: Course, at: number, by: number) {
  const theatre = await open(course.stage);
  let stepped = 0;
  const { clock } = theatre;
  const steps: number[] = [];
  const steady = new SteadyClock({
    wall: () => clock.now() + stepped,
    steady: () => clock.now(),
    uptime: () => clock.now(),
  });
  steady.onStep((ms) => void steps.push(ms));
  const own = await startedOn({ now: () => steady.now(), sleep: (...given) => clock.sleep(...given) }, theatre);
  for (let warm = 0; warm < 3; warm++) {
    await theatre.world.advance(PASS_MS);
    await own.look();
  }
  await theatre.wish(WISH, course.spec);
  let hurt = false;
  for (let pass = 0; pass < course.passes + 10 && !isOver(theatre, course); pass++) {
    if (pass === at) stepped = by;
    await own.look();
    const isDue = course.afterPhase === undefined || theatre.phase(WISH) === course.afterPhase;
    if (!hurt && theatre.writes() > 0 && isDue) {
      hurt = true;
      course.afterwards?.(theatre);
    }
    await theatre.world.advance(PASS_MS);
  }
  return {
    history: theatre.status(WISH).history,
    operations: theatre.breaker()?.operations,
    breaker: theatre.breaker()?.breaker,
    replicas: theatre.replicas(),
    steps,
  };
}

describe.each(COURSES)('the clock of a machine that is set by an hour, during $when', (course) => {
  it.each([HOUR, -HOUR])(
    'by %d ms changes nothing of it, whenever it happens (P7)',
    async (by) => {
      const { steps: _, ...undisturbed } = await play(course, Number.POSITIVE_INFINITY, by);
      expect(undisturbed.history.at(-1)?.phase).toBe(course.end.phase);
      for (let at = 0; at < Math.min(course.passes, 9); at++) {
        const { steps, ...disturbed } = await play(course, at, by);
        expect({ at, ...disturbed }).toEqual({ at, ...undisturbed });
        if (at === 0 && course.end.writes > 0) expect(steps).toEqual([by]);
      }
    },
    60_000,
  );
});

describe('a process that starts on a clock an hour off', () => {
  const PHASES = {
    'in the cooldown of': async (theatre: Theatre) => {
      await theatre.asks(UP, 3);
      await theatre.executor.pass();
    },
    'while it stabilises after': async (theatre: Theatre) => {
      await theatre.asks(UP, 3);
      await theatre.executor.pass();
      await theatre.run(2 * PASS_MS);
    },
    'while it is watched after': async (theatre: Theatre) => {
      await theatre.asks(UP, 3);
      await theatre.executor.pass();
      await theatre.run(2 * MINUTE);
    },
    'with the hour spent by': async (theatre: Theatre) => {
      for (let n = 0; n < 10; n++) {
        await theatre.asks(`web-u00000000${n}`, 3 + (n % 2));
        await theatre.run(2 * MINUTE);
      }
      await theatre.asks(UP, 3);
      await theatre.run(PASS_MS);
    },
    'with the breaker opened by': async (theatre: Theatre) => {
      await theatre.asks(DOWN, 2);
      await theatre.executor.pass();
      theatre.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
      await theatre.run(3 * MINUTE);
      theatre.world.setLoad('shop/web', CALM);
      expect(theatre.counters().breaker.state).toBe('open');
    },
  } as const;
  const rows = Object.keys(PHASES).flatMap((when) => [HOUR, -HOUR].map((by) => ({ when, by })));
  it.each(rows as { when: keyof typeof PHASES; by: number }[])(
    'by $by ms, $when a change, writes nothing, says why, and leaves nothing stuck (P7)',
    async ({ when, by }) => {
      const isOpen = when === 'with the breaker opened by';
      const theatre = await open(
        isOpen ? { replicas: 3, load: CALM, spec: { safety: { breaker_failures: 1 } } } : { load: HOT },
      );
      await PHASES[when](theatre);
      const writes = theatre.writes();
      const wrong = await startedOn(off(theatre.clock, by), theatre);
      for (let pass = 0; pass < 8; pass++) {
        await theatre.wish(`web-w00000000${pass}`, { arguments: { replicas: 5 }, requester: ALICE });
        await theatre.world.advance(PASS_MS);
        await wrong.look();
      }
      expect(theatre.writes()).toBe(writes);
      const said = `${theatre.seen().Decision}\n${theatre.seen().Event}`;
      expect(said).toMatch(
        /the clock here says|ago, the cooldown is|is being verified|lies in the future|used|open after/,
      );
      // The clock is set right and the process started again: within the hour all is as it was.
      const right = await startedOn(theatre.clock, theatre);
      for (let minute = 0; minute < 75; minute++) {
        await theatre.world.advance(MINUTE);
        if (minute % 5 === 0)
          await theatre.wish(`web-r0000000${10 + minute}`, { arguments: { replicas: 5 }, requester: ALICE });
        await right.look();
      }
      expect(theatre.replicas()).toBe(5);
      const at = theatre
        .counters()
        .operations.filter(({ undo }) => !undo)
        .map((operation) => operation.at);
      const gaps = at.slice(1).map((time, place) => time - (at[place] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MINUTE);
    },
    60_000,
  );

  const SLOW = { verification: { ...VERIFICATION, stabilization_period: '180s' } };
  it.each([
    ['took effect', 3 * MINUTE, HOUR],
    ['took effect', 3 * MINUTE, -HOUR],
    ['was written', 0, HOUR],
  ])(
    'concludes nothing of a change that %s (%i ms, %i ms off): it is verified once the clock is right',
    async (_, ran, by) => {
      const theatre = await open({ load: HOT, spec: SLOW });
      await theatre.asks(UP, 3);
      await theatre.executor.pass();
      await theatre.run(Math.min(ran, 2 * PASS_MS));
      const { verification } = theatre.status(UP);
      const wrong = await startedOn(off(theatre.clock, by), theatre);
      for (let pass = 0; pass < 20; pass++) {
        await theatre.world.advance(PASS_MS);
        await wrong.look();
      }
      expect(theatre.status(UP)).toMatchObject({ phase: 'Verifying', verification });
      expect(theatre.seen().Event).toContain('ClockDiffers: the clock here says');
      const right = await startedOn(theatre.clock, theatre);
      for (let pass = 0; pass < 16; pass++) {
        await theatre.world.advance(PASS_MS);
        await right.look();
      }
      expect(theatre.status(UP)).toMatchObject({ phase: 'Succeeded', reason: 'Verified' });
    },
  );

  it('does not end the watch of a change', async () => {
    const theatre = await open({ load: HOT });
    await theatre.asks(UP, 3);
    await theatre.executor.pass();
    await theatre.run(2 * MINUTE);
    expect(theatre.status(UP).verification?.phase).toBe('watch');
    const wrong = await startedOn(off(theatre.clock, HOUR), theatre);
    await wrong.look();
    expect(theatre.status(UP).verification?.phase).toBe('watch');
  });

  it('lets nobody be late: what waits for people waits on', async () => {
    const theatre = await open({ load: HOT });
    await theatre.asks(UP, 12);
    await theatre.executor.pass();
    expect(theatre.phase(UP)).toBe('AwaitingApproval');
    const wrong = await startedOn(off(theatre.clock, 24 * HOUR), theatre);
    for (let pass = 0; pass < 3; pass++) {
      await theatre.world.advance(PASS_MS);
      await wrong.look();
    }
    expect(theatre.phase(UP)).toBe('AwaitingApproval');
  });

  it('leaves a wish that the next process, on a right clock, carries out at once, and is not written again and again', async () => {
    const theatre = await open({ load: HOT });
    const wrong = await startedOn(off(theatre.clock, HOUR), theatre);
    await theatre.asks(UP, 3);
    const version = (): unknown => theatre.world.get(KINDS.Decision, 'shop', UP)?.metadata.resourceVersion;
    await wrong.look();
    const first = version();
    for (let pass = 0; pass < 5; pass++) {
      await theatre.world.advance(1_000);
      await wrong.look();
    }
    expect(version()).toBe(first);
    expect(theatre.status(UP)).not.toHaveProperty('notBefore');
    expect(theatre.status(UP).deferredSince).toBeLessThanOrEqual(theatre.clock.now());
    await (await startedOn(theatre.clock, theatre)).look();
    expect(theatre.replicas()).toBe(3);
  });

  it('calls a person by the words of the two clocks', async () => {
    const theatre = await open({ load: HOT });
    const wrong = await startedOn(off(theatre.clock, HOUR), theatre);
    await theatre.asks(UP, 3);
    await wrong.look();
    expect(theatre.status(UP)).toMatchObject({ phase: 'Deferred', reason: 'ClockDiffers' });
    expect(theatre.writes()).toBe(0);
    expect(theatre.seen().Event).toMatch(
      /FairleadAlert ClockDiffers: the clock here says \S+Z and the API server's says \S+Z: nothing but an undo is done/,
    );
  });
});
