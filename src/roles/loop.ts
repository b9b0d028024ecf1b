import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** What a role does each time it looks. `againAt` (ms) asks for an earlier look than the next regular one. */
export type Look = () => Promise<{ readonly againAt?: number }>;

/**
 * Looks at the world every `intervalMs`, and sooner when something woke it. A wake is only a reason to look: many wakes
 * during one look cause one more look. A look that throws is logged and tried again at the next turn; it never ends the loop.
 */
export class Loop {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #look: Look;
  readonly #intervalMs: number;
  #awake: (() => void) | undefined;
  #pending = false;

  constructor(deps: { clock: Clock; log: Log; look: Look; intervalMs: number }) {
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#look = deps.look;
    this.#intervalMs = deps.intervalMs;
  }

  wake(): void {
    this.#pending = true;
    this.#awake?.();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#pending = false;
      let again = this.#clock.now() + this.#intervalMs;
      try {
        const { againAt } = await this.#look();
        if (againAt !== undefined) again = Math.min(again, againAt);
      } catch (error) {
        this.#log.error({ error: String(error) }, 'a pass failed');
      }
      // A signal that came during the look wakes nobody any more.
      if (!this.#pending && !signal.aborted) await this.#rest(Math.max(again - this.#clock.now(), 50), signal);
    }
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const stop = (): void => woken.abort();
    this.#awake = stop;
    signal.addEventListener('abort', stop, { once: true });
    await this.#clock.sleep(ms, woken.signal);
    signal.removeEventListener('abort', stop);
    this.#awake = undefined;
  }
}
