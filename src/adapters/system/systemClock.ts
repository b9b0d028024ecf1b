import { uptime } from 'node:os';
import type { Clock } from '../../ports/clock.ts';
import { SteadyClock } from './steadyClock.ts';

/** The longest wait a timer of the platform can hold; a longer one would fire at once. */
const LONGEST = 2_147_483_647;

const steady = new SteadyClock({
  wall: () => Date.now(),
  steady: () => performance.now(),
  uptime: () => uptime() * 1000,
});

/** Time of the machine as it was at the start of the process, carried on: see steadyClock.ts. */
export const systemClock: Clock & Pick<SteadyClock, 'onStep'> = {
  now: () => steady.now(),
  onStep: (listener) => steady.onStep(listener),
  async sleep(ms, signal) {
    for (let left = ms; left > 0 && signal?.aborted !== true; left -= LONGEST)
      await wait(Math.min(left, LONGEST), signal);
  },
};

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
