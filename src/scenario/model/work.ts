/**
 * What is under way in real time (a model's answer, a disk): virtual time stands still until it is done. A `parked` piece
 * is one that waits for virtual time itself, such as a server that hangs.
 */
export class RealWork {
  #active = 0;
  #parked = 0;
  #waiting: (() => void)[] = [];

  async track<T>(work: Promise<T>): Promise<T> {
    this.#active += 1;
    try {
      return await work;
    } finally {
      this.#active -= 1;
      this.changed();
    }
  }

  get parked(): number {
    return this.#parked;
  }

  /** Returns the function that ends it; calling that twice is once. */
  park(): () => void {
    this.#parked += 1;
    let over = false;
    this.changed();
    return () => {
      if (over) return;
      over = true;
      this.#parked -= 1;
      this.changed();
    };
  }

  /** Something goes on that virtual time has to wait for. */
  get busy(): boolean {
    return this.#active > this.#parked;
  }

  /** Resolves when something begins, parks or ends. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
