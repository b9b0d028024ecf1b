import type { Lease } from '../../../roles/lease.ts';
import type { Io } from '../io.ts';

type Holdable = Pick<Lease, 'hold' | 'isHeld' | 'release'>;

/**
 * The leases of this process's roles, renewed apart from the passes: a pass may take longer, or come more seldom, than a
 * lease lasts. Whether this process acts or stands by is told when it changes.
 */
export class Leases<Role extends string> {
  readonly #leases: ReadonlyMap<Role, Holdable>;
  readonly #io: Pick<Io, 'err'>;
  readonly #told = new Map<Role, boolean>();

  constructor(leases: ReadonlyMap<Role, Holdable>, io: Pick<Io, 'err'>) {
    this.#leases = leases;
    this.#io = io;
  }

  /** Takes or renews each lease; called well inside the time that one lasts. */
  async keep(): Promise<void> {
    await Promise.all(
      [...this.#leases].map(async ([role, lease]) => {
        const before = this.#told.get(role);
        const held = await lease.hold();
        this.#told.set(role, held);
        if (held && before === false) this.#io.err(`fairlead: ${role}: took over; this process acts now\n`);
        if (!held && before !== false) {
          this.#io.err(
            `fairlead: ${role}: another process holds the lease (or it cannot be written); standing by, acts within 20 s of its falling silent\n`,
          );
        }
      }),
    );
  }

  /** Whether this process may act in a role at this moment. A role without a lease never may. */
  held(role: Role): boolean {
    return this.#leases.get(role)?.isHeld() === true;
  }

  /** Whether it may in any. */
  heldAny(): boolean {
    return [...this.#leases.keys()].some((role) => this.held(role));
  }

  /** Gives all up, so that a standby need not wait. */
  async release(): Promise<void> {
    await Promise.all([...this.#leases.values()].map((lease) => lease.release()));
  }
}
