import type { Load } from '../../../world/load.ts';
import type { World } from '../../../world/world.ts';
import { CPU_PER_RPS, NAMESPACE, rpsFor, SHOP } from './shop.ts';

/** What people do to one service from now on. Absent values stay as they are. */
export interface Traffic {
  /** Share of the CPU request that the pods of `at` replicas will use. */
  readonly cpu?: number;
  readonly at?: number;
  /** p95 while every request finds a free place. */
  readonly latencyMs?: number;
  /**
   * Places for requests: a pod works on so many a second at most, whatever its CPU (a pool of connections, say). Beyond
   * that requests queue, and p95 is `queueMs`.
   */
  readonly room?: { readonly rpsPerPod: number; readonly queueMs: number } | undefined;
}

interface Flow {
  rps: number;
  latencyMs: number;
  room: Traffic['room'];
}

const ERRORS_PCT = 0.1;
/** A new rate is reached over so many seconds, so that charts show a slope and not a step. */
const RAMP_S = 10;
const HISTORY_S = 1800;
const TICK_MS = 1000;

/** Plays the shop's customers: the loads of the world's load model, kept up to date as pods come and go. */
export class Customers {
  readonly #world: World;
  readonly #opened: number;
  readonly #flows = new Map<string, Flow>();

  constructor(world: World) {
    this.#world = world;
    this.#opened = world.clock.now();
    for (const { name, cpu, before, replicas, latencyMs } of SHOP) {
      const rps = rpsFor(cpu, replicas);
      this.#flows.set(name, { rps, latencyMs, room: undefined });
      const step = HISTORY_S / before.length;
      const points = before.map((share, i) => [i * step, rpsFor(share, replicas)] as const);
      world.setLoad(`${NAMESPACE}/${name}`, load([...points, [HISTORY_S, rps]], latencyMs));
    }
  }

  /** Requests queue as soon as there are too few pods, and no later: looked at every second. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#world.clock.sleep(TICK_MS, signal);
      for (const [name, flow] of this.#flows) if (flow.room !== undefined) this.#set(name, flow, flow.rps);
    }
  }

  change(name: string, traffic: Traffic): void {
    const flow = this.#flows.get(name);
    if (flow === undefined) throw new Error(`the shop has no service ${name}`);
    const before = this.#world.measure(`${NAMESPACE}/${name}`);
    if (traffic.cpu !== undefined) flow.rps = rpsFor(traffic.cpu, traffic.at ?? before.ready);
    if (traffic.latencyMs !== undefined) flow.latencyMs = traffic.latencyMs;
    if ('room' in traffic) flow.room = traffic.room;
    this.#set(name, flow, before.rps);
  }

  #set(name: string, { rps, latencyMs, room }: Flow, from: number): void {
    const target = `${NAMESPACE}/${name}`;
    const { ready } = this.#world.measure(target);
    const queues = room !== undefined && rps > room.rpsPerPod * ready;
    const second = (this.#world.clock.now() - this.#opened) / 1000;
    const rate =
      from === rps
        ? rps
        : ([
            [second, from],
            [second + RAMP_S, rps],
          ] as const);
    this.#world.setLoad(target, load(rate, queues ? room.queueMs : latencyMs));
  }
}

const load = (rps: Load['rps'], latencyMs: number): Load => ({
  rps,
  cpu_m_per_rps: CPU_PER_RPS,
  latency_ms_base: latencyMs,
  error_pct_base: ERRORS_PCT,
});
