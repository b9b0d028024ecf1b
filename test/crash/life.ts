/** What every call of a dead process comes to. */
export class Killed extends Error {}

/** Where one process dies: at its call number `at` to the outside, before the call has its effect or after it. */
export interface Death {
  readonly at: number;
  readonly moment: 'before' | 'after';
}

/** They ask nobody outside. A watch is the observer's own affair. */
const INSIDE = new Set([
  'head',
  'views',
  'history',
  'decisions',
  'approvals',
  'hearsApprovals',
  'serverNow',
  'watch',
  'close',
]);

/**
 * The life of one process. Everything it does to the outside goes through ports that it wraps; from its death on nothing
 * gets out any more, whatever the program still tries.
 */
export class Life {
  readonly #death: Death | undefined;
  readonly #pause: () => Promise<void>;
  #calls = 0;
  #dead = false;

  /** `pause` runs before each call: how two processes come to interleave. */
  constructor(death?: Death, pause: () => Promise<void> = async () => undefined) {
    this.#death = death;
    this.#pause = pause;
  }

  get calls(): number {
    return this.#calls;
  }

  get dead(): boolean {
    return this.#dead;
  }

  wrap<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        if (INSIDE.has(String(key))) return value.bind(target);
        return (...given: unknown[]) => this.#call(() => value.apply(target, given));
      },
    });
  }

  async #call(work: () => unknown): Promise<unknown> {
    if (this.#dead) throw new Killed();
    await this.#pause();
    // Another call of this process may have been its last meanwhile.
    if (this.#dead) throw new Killed();
    this.#calls += 1;
    if (this.#calls !== this.#death?.at) return work();
    this.#dead = true;
    if (this.#death.moment === 'after') await work();
    throw new Killed();
  }
}
