import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../../ports/clock.ts';

type Result = 'success' | 'requeue_after' | 'error';

/**
 * The loops of a process, as controller-runtime names them. A loop that stands still says nothing by itself: what tells is
 * how long ago it last came to an end.
 */
export class PassMeters {
  readonly #clock: Clock;
  readonly #total: Counter<'controller' | 'result'>;
  readonly #seconds: Histogram<'controller'>;
  readonly #age: Gauge<'controller'>;
  readonly #endedAt = new Map<string, number>();

  constructor(registry: Registry, clock: Clock) {
    this.#clock = clock;
    this.#total = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Passes by loop and result (requeue_after: the next one comes early).',
      labelNames: ['controller', 'result'],
      registers: [registry],
    });
    this.#seconds = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of a pass by loop.',
      labelNames: ['controller'],
      buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
      registers: [registry],
    });
    this.#age = new Gauge({
      name: 'fairlead_pass_age_seconds',
      help: 'Time since a loop last came to the end of a pass; at first since it was set up.',
      labelNames: ['controller'],
      registers: [registry],
      collect: () => this.#setAges(),
    });
  }

  /** The same work, counted. What it throws is thrown on. */
  over<T extends { readonly againAt?: number }>(controller: string, look: () => Promise<T>): () => Promise<T> {
    this.#endedAt.set(controller, this.#clock.now());
    for (const result of ['success', 'requeue_after', 'error'] satisfies Result[]) {
      this.#total.inc({ controller, result }, 0);
    }
    return async () => {
      const began = this.#clock.now();
      let result: Result = 'error';
      try {
        const looked = await look();
        result = looked.againAt === undefined ? 'success' : 'requeue_after';
        return looked;
      } finally {
        const now = this.#clock.now();
        this.#endedAt.set(controller, now);
        this.#total.inc({ controller, result });
        this.#seconds.observe({ controller }, (now - began) / 1000);
      }
    };
  }

  #setAges(): void {
    const now = this.#clock.now();
    for (const [controller, at] of this.#endedAt) this.#age.set({ controller }, Math.max(0, now - at) / 1000);
  }
}
