import { systemClock } from '../../../adapters/system/systemClock.ts';
import type { World } from '../../../world/world.ts';
import { Stopped } from './stage.ts';

/** How often the dashboard moves, in real time. */
const FRAME_MS = 80;
/** How long a told entry stands before the story goes on, at the usual speed. */
const READING_MS = 450;
/** Times real time, when nothing else is said. */
export const USUAL_SPEED = 30;
/** In a shop that is kept: slow enough for a person to answer in time, quick enough to see what comes of it. */
export const KEPT_SPEED = 5;

/** How the story's time passes: so many times faster than real time, or as fast as it goes. */
export class Pace {
  #speed: number | undefined;
  readonly #signal: AbortSignal;
  readonly #moved: () => void;

  /** `speed` undefined: as fast as it goes. `moved` is called whenever there is something new to see. */
  constructor(speed: number | undefined, signal: AbortSignal, moved: () => void) {
    this.#speed = speed;
    this.#signal = signal;
    this.#moved = moved;
  }

  get speed(): number | undefined {
    return this.#speed;
  }

  /** From now on so many times faster than real time. */
  change(speed: number): void {
    this.#speed = speed;
  }

  /** Throws `Stopped` as soon as the signal aborts. */
  async advance(world: World, ms: number): Promise<void> {
    if (this.#signal.aborted) throw new Stopped('stopped');
    if (this.#speed === undefined) return world.advance(ms);
    for (let left = ms; left > 0; ) {
      const speed = this.#speed;
      const part = Math.min(FRAME_MS * speed, left);
      left -= part;
      await world.advance(part);
      this.#moved();
      await systemClock.sleep(part / speed, this.#signal);
      if (this.#signal.aborted) throw new Stopped('stopped');
    }
  }

  /** Time to read what was just told; the story's time stands. */
  async read(): Promise<void> {
    if (this.#speed !== undefined) await systemClock.sleep((READING_MS * USUAL_SPEED) / this.#speed, this.#signal);
  }
}
