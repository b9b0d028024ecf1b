import type { World } from '../world.ts';

/** A write may bring something due before the moment that was last computed; nobody sees a quarter of a second. */
const LONGEST_MS = 250;

/** Lets a world on a running clock happen by itself, so that watches hear of it, until the signal aborts. */
export async function runInRealTime(world: World, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    world.settle();
    await world.clock.sleep(Math.max(1, Math.min(world.quietFor(), LONGEST_MS)), signal);
  }
}
