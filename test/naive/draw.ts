/** Seeded choices (mulberry32). The same seed draws the same case on every machine. */
export class Draw {
  #state: number;
  /** How often a part of this case is other than calm. Mixed, so that rules are seen alone and together. */
  readonly rate: number;

  constructor(seed: number, rate?: number) {
    this.#state = seed >>> 0;
    // The first number of neighbouring seeds is alike; the second is not.
    this.fraction();
    const mixed = this.pick([0.02, 0.06, 0.15, 0.4]);
    this.rate = rate ?? mixed;
  }

  /** In [0, 1). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Both ends included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(from: readonly T[]): T {
    const index = this.int(0, from.length - 1);
    const picked = from[index];
    if (picked === undefined && index >= from.length) throw new Error('nothing to pick from');
    return picked as T;
  }

  /** The calm value, and now and then something else. */
  odd<T>(calm: T, other: () => T, weight = 1): T {
    return this.chance(this.rate * weight) ? other() : calm;
  }

  /** A threshold, or its neighbour on either side. */
  around(threshold: number, unit = 1): number {
    return threshold + this.pick([-unit, 0, unit]);
  }

  list<T>(from: number, to: number, make: () => T): T[] {
    return Array.from({ length: this.int(from, to) }, make);
  }
}
