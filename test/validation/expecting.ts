import type { Shown, WorldCase } from './criterion.ts';

/** Collects what was not as wanted, in words that say both. */
export class Expecting {
  readonly faults: string[] = [];

  /** Both as JSON text, so that lists and objects can be compared. */
  same(what: string, found: unknown, wanted: unknown): void {
    const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (is !== should) this.faults.push(`${what}: ${is}, wanted ${should}`);
  }

  holds(what: string, holds: boolean): void {
    if (!holds) this.faults.push(`not so: ${what}`);
  }

  shown(seen: string, times: Pick<Shown, 'virtualMs' | 'realMs'> = {}): Shown {
    return { faults: this.faults, seen, ...times };
  }
}

/** A case that needs no cluster: `look` answers with what it saw. */
export const pureCase = (checks: string, look: (expecting: Expecting) => string): WorldCase => ({
  checks,
  seed: 'none',
  play: () => {
    const expecting = new Expecting();
    const seen = look(expecting);
    return Promise.resolve(expecting.shown(seen));
  },
});
