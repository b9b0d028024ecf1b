import { describe, expect, it } from 'vitest';
import { SteadyClock } from './steadyClock.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 5);

function machine() {
  const time = { passed: 0, stepped: 0, slept: 0 };
  const clock = new SteadyClock({
    wall: () => START + time.passed + time.slept + time.stepped,
    steady: () => 777 + time.passed,
    uptime: () => 99_000 + time.passed + time.slept,
  });
  const steps: number[] = [];
  clock.onStep((by) => void steps.push(by));
  return { time, clock, steps };
}

describe('SteadyClock', () => {
  it('is the time of the wall as long as nobody sets it', () => {
    const { time, clock, steps } = machine();
    for (let second = 0; second < 100; second++) {
      expect(clock.now()).toBe(START + time.passed);
      time.passed += 997;
    }
    expect(steps).toEqual([]);
  });

  it.each([HOUR, -HOUR, 90_000, -24 * HOUR])(
    'goes on as before when the wall is set by %d ms, and says so once',
    (by) => {
      const { time, clock, steps } = machine();
      time.passed = 60_000;
      time.stepped = by;
      for (let second = 0; second < 5; second++) {
        expect(clock.now()).toBe(START + time.passed);
        time.passed += 1_500;
      }
      expect(steps).toEqual([by]);
      time.stepped = 0;
      expect(clock.now()).toBe(START + time.passed);
      time.stepped = by;
      time.passed += 1_500;
      clock.now();
      expect(steps).toEqual([by, by]);
    },
  );

  it('counts what the machine slept as passed', () => {
    const { time, clock, steps } = machine();
    time.passed = 60_000;
    time.slept = 8 * HOUR;
    expect(clock.now()).toBe(START + 60_000 + 8 * HOUR);
    expect(steps).toEqual([]);
  });

  it('follows a step too small to matter', () => {
    const { time, clock, steps } = machine();
    time.passed = 60_000;
    time.stepped = -800;
    expect(clock.now()).toBe(START + 60_000 - 800);
    expect(steps).toEqual([]);
  });
});
