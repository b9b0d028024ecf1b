import type { Agents } from '../agents/agents.ts';
import type { Proposer } from '../agents/proposer.ts';
import { composeController, composeExecutor, composeObserver, type Wiring } from '../compose.ts';
import type { Controller } from '../controller/controller.ts';
import type { Executor } from '../executor/executor.ts';
import type { GatewayDeps } from '../gateway/deps.ts';
import { finishRaises } from '../gateway/finishRaises.ts';
import { keepAllowances } from '../gateway/keepAllowances.ts';
import { Turns } from '../gateway/turns.ts';
import type { Observer } from '../observe/observer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Log } from '../ports/log.ts';
import type { TestPeople } from '../testing/people.ts';
import type { WorldPort } from '../world/port.ts';
import type { JournalPair } from './journals.ts';

export const OWN_NAMESPACE = 'agent-system';

export interface ProductParts {
  readonly port: WorldPort;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly journals: JournalPair;
  /** Whose votes count, and who signs for them. */
  readonly people: Pick<TestPeople, 'key' | 'trust'>;
  readonly proposer: Proposer;
  readonly agents: Agents;
}

/** One running process of the product: all roles, as `fairlead up` has them. */
export class Product {
  readonly #clock: Clock;
  readonly #life: { alive: boolean };
  readonly #stop = new AbortController();
  readonly observer: Observer;
  readonly gateway: GatewayDeps;
  readonly #controller: Controller;
  readonly #executor: Executor;
  /** The pass under way; undefined between passes. */
  #passing: Promise<void> | undefined;
  #restsUntil: number | undefined;
  #died: string | undefined;

  constructor(parts: ProductParts) {
    const life = { alive: true };
    const port = mortal(parts.port, life);
    const wiring: Wiring = {
      reader: port.reader,
      records: port.records,
      metrics: port.metrics,
      clock: parts.clock,
      ids: parts.ids,
      log: parts.log,
      ownNamespace: OWN_NAMESPACE,
      trust: parts.people.trust,
    };
    this.#life = life;
    this.#clock = parts.clock;
    this.observer = composeObserver(wiring);
    const { journals, proposer, agents } = parts;
    this.#controller = composeController(wiring, this.observer, journals.controller, proposer, agents);
    this.#executor = composeExecutor(wiring, this.observer, journals.executor, port.workloads);
    const turns = new Turns(parts.clock);
    this.gateway = { ...wiring, ...parts.people, observer: this.observer, journal: journals.gateway, turns };
  }

  /** Its watches are open, or have failed once. */
  start(): Promise<void> {
    return this.observer.start(this.#stop.signal);
  }

  /** Why it is no longer there; undefined while it lives. */
  get died(): string | undefined {
    return this.#died;
  }

  get passing(): boolean {
    return this.#passing !== undefined;
  }

  /** Until when it waits for the clock by its own wish; undefined when it does not. */
  get restsUntil(): number | undefined {
    return this.#restsUntil;
  }

  /** Begins the pass of a tick that ends at `end`, unless the one before is still under way. */
  begin(end: number, stalled: () => Promise<void>): void {
    if (this.#passing !== undefined || this.#died !== undefined) return;
    this.#passing = this.#pass(end, stalled)
      .catch((error: unknown) => {
        this.#died = error instanceof Error ? (error.stack ?? error.message) : String(error);
      })
      .finally(() => {
        this.#passing = undefined;
        this.#restsUntil = undefined;
      });
  }

  /** Ends it like kill -9: nothing it still meant to do reaches the cluster. */
  kill(): void {
    this.#life.alive = false;
    this.#stop.abort();
    void this.#controller.stop();
    this.#passing = undefined;
  }

  async #pass(end: number, stalled: () => Promise<void>): Promise<void> {
    const views = await this.observer.pass();
    await this.#controller.pass(views);
    // Runs that wait for virtual time hold up neither the executor nor the next tick.
    await Promise.race([this.#controller.idle(), stalled()]);
    // What the watches carry arrives between two looks.
    await this.#rest(this.#clock.now() + 1);
    for (;;) {
      const { againAt } = await this.#executor.pass();
      await finishRaises(this.gateway);
      await keepAllowances(this.gateway);
      const next = Math.min(againAt ?? end, end);
      if (next >= end || this.#clock.now() >= end) return;
      await this.#rest(Math.max(next, this.#clock.now() + 1));
    }
  }

  async #rest(until: number): Promise<void> {
    this.#restsUntil = until;
    await this.#clock.sleep(until - this.#clock.now());
    this.#restsUntil = undefined;
  }
}

/** A port whose calls never come back once the process is dead. */
function mortal(port: WorldPort, life: { readonly alive: boolean }): WorldPort {
  const guard = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function' || key === 'watch' || key === 'serverNow') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          if (!life.alive) return never();
          const answer: unknown = await value.apply(target, args);
          return life.alive ? answer : never();
        };
      },
    });
  return {
    ...port,
    reader: guard(port.reader),
    records: guard(port.records),
    workloads: guard(port.workloads),
    metrics: guard(port.metrics),
  };
}

const never = (): Promise<never> => new Promise(() => undefined);
