import { performance } from 'node:perf_hooks';
import { systemClock } from '../src/adapters/system/systemClock.ts';
import { eventObject } from '../src/schema/eventObject.ts';
import { KINDS, type KubeObject } from '../src/schema/kube.ts';
import type { DecisionSpec, DecisionStatus } from '../src/schema/records.ts';
import { DECISION_SPEC, deploymentObject } from '../src/testing/contractObjects.ts';
import { PEOPLE } from '../src/testing/people.ts';
import type { Backend } from './backends.ts';
import { type Measured, OWN, openProduct, type Product, SkippingClock } from './product.ts';

/** What the way through the product costs on one backend; milliseconds are medians. */
export interface Pipeline {
  readonly bareRead: number;
  readonly bareWrite: number;
  readonly forbiddenToRefusal: number;
  readonly breachToPatch: number;
  readonly failedCheckToUndo: number;
  /** Of one scale-up, from the wish to the end of its verification. */
  readonly writesOfScaleUp: number;
}

const ROUNDS = 5;
const BARE_ROUNDS = 21;
const SPEC = {
  version: '1.0.0',
  scaling: { min_replicas: 2, max_replicas: 6, target_cpu_utilization: '70%' },
  performance: { latency_target_p95: '200ms' },
  governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } },
  verification: {
    enabled: true,
    stabilization_period: '60s',
    checks: [{ name: 'latency_p95', type: 'threshold', target: '< 200ms', critical: true, rollback_trigger: true }],
    rollback: { enabled: true, automatic: true, trigger_on_critical_failure: true },
  },
};
const CALM: Measured = { cpu: 50, latencyMs: 50 };
/** 85% of the request of two pods: one more is wanted. */
const HOT: Measured = { cpu: 85, latencyMs: 50 };
const IDLE: Measured = { cpu: 30, latencyMs: 50 };
const SLOW: Measured = { cpu: 45, latencyMs: 280 };
/** A sample comes this often. */
const SAMPLE_MS = 15_000;
/** While something is waited for, time goes so much faster that waits are short and real pods still start in time. */
const STEP_MS = 5_000;
const STEP_REAL_MS = 150;
/** After it the fleet lets the next service be disrupted. */
const TEN_MINUTES_MS = 660_000;

/** Plays refusals, scale-ups and undone scale-downs; only calls, files and thinking take time, waits are skipped. */
export async function pipeline(open: (clock: SkippingClock) => Promise<Backend>): Promise<Pipeline> {
  const clock = new SkippingClock();
  const backend = await open(clock);
  const seen = new Map<string, Measured>();
  try {
    const rounds = Array.from({ length: ROUNDS }, (_, index) => index);
    backend.apply([namespace(OWN), namespace('shop')]);
    backend.apply(rounds.flatMap((n) => [...service(`up-${n}`, 2), ...service(`down-${n}`, 3)]));
    const product = await openProduct(backend, clock, (deployment) => seen.get(deployment) ?? CALM);
    const play = new Play(product, clock, seen);
    try {
      await play.ready(2 * ROUNDS);
      const bare = await play.bare();
      const refusals: number[] = [];
      const ups: { ms: number; writes: number }[] = [];
      const undos: number[] = [];
      for (const n of rounds) {
        refusals.push(await play.forbidden(`up-${n}`));
        ups.push(await play.scaleUp(`up-${n}`));
        undos.push(await play.undo(`down-${n}`));
      }
      return {
        ...bare,
        forbiddenToRefusal: middle(refusals),
        breachToPatch: middle(ups.map(({ ms }) => ms)),
        failedCheckToUndo: middle(undos),
        writesOfScaleUp: middle(ups.map(({ writes }) => writes)),
      };
    } finally {
      await product.close();
    }
  } finally {
    await backend.close();
  }
}

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

function service(name: string, replicas: number): KubeObject[] {
  const { apiVersion, kind } = KINDS.Blueprint;
  return [
    deploymentObject('shop', name, { replicas }),
    { apiVersion, kind, metadata: { name, namespace: 'shop' }, spec: SPEC },
  ];
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

class Play {
  readonly #product: Product;
  readonly #clock: SkippingClock;
  readonly #seen: Map<string, Measured>;

  constructor(product: Product, clock: SkippingClock, seen: Map<string, Measured>) {
    this.#product = product;
    this.#clock = clock;
    this.#seen = seen;
  }

  /** All pods run, and everything was seen often enough to be acted on. */
  async ready(services: number): Promise<void> {
    const { observer } = this.#product;
    await this.#until('all services are ready', () => {
      const ready = observer
        .views()
        .filter(({ workload }) => workload !== undefined && workload.ready === workload.replicas);
      return ready.length === services;
    });
    for (let pass = 0; pass < 9; pass++) await this.#sample();
  }

  /** Single calls over the same connection, without the product. */
  async bare(): Promise<Pick<Pipeline, 'bareRead' | 'bareWrite'>> {
    const { reader, records } = this.#product.cluster;
    const reads: number[] = [];
    const writes: number[] = [];
    for (let n = 0; n < BARE_ROUNDS; n++) {
      const words = {
        reason: 'CauseNamed' as const,
        key: `bare-${n}`,
        note: 'a bare write',
        action: 'bench',
        role: 'bench',
      };
      const event = eventObject({ ...words, namespace: 'shop', deployment: { name: 'up-0' } }, this.#clock.now());
      reads.push(await timed(() => reader.get(KINDS.Deployment, 'shop', 'up-0')));
      writes.push(await timed(() => records.create(KINDS.Event, event)));
    }
    return { bareRead: middle(reads), bareWrite: middle(writes) };
  }

  /** From the wish to the recorded refusal. */
  async forbidden(name: string): Promise<number> {
    const decision = `${name}-forbidden`;
    const refused = this.#product.heard('Refused', decision);
    const began = performance.now();
    await this.#wish(name, decision, { tool: 'delete_deployment', arguments: { sent: '{}' } });
    return (await refused) - began;
  }

  /** From the observation that starts it to the answered patch, and every write until it is verified. */
  async scaleUp(name: string): Promise<{ ms: number; writes: number }> {
    this.#seen.set(name, HOT);
    await this.#sample();
    this.#clock.skip(SAMPLE_MS);
    const before = this.#product.writes();
    const patched = this.#product.heard('patch', name);
    const ended = this.#product.heard('Succeeded', `${name}-`);
    const began = performance.now();
    await this.#product.pass();
    const at = await patched;
    this.#seen.set(name, CALM);
    await this.#over(ended);
    return { ms: at - began, writes: this.#product.writes() - before };
  }

  /** From the observation that fails the check to the answered patch that takes the change back. */
  async undo(name: string): Promise<number> {
    this.#seen.set(name, IDLE);
    await this.#sample();
    const decision = `${name}-harmful`;
    const patched = this.#product.heard('patch', name);
    const requester = { kind: 'person', name: 'ann' } as const;
    await this.#wish(name, decision, { arguments: { replicas: 2 }, requester });
    await patched;
    await patched;
    await this.#until(
      'it took effect',
      async () => (await this.#status(decision)).verification?.phase === 'stabilisation',
    );
    this.#seen.set(name, SLOW);
    await this.#sample();
    this.#clock.skip(SAMPLE_MS);
    const undone = this.#product.heard('undo', name);
    const ended = this.#product.heard('RolledBack', decision);
    const began = performance.now();
    await this.#product.pass();
    this.#product.wake();
    const ms = (await undone) - began;
    this.#seen.set(name, CALM);
    await this.#over(ended);
    this.#clock.skip(TEN_MINUTES_MS);
    await this.#sample();
    return ms;
  }

  async #sample(): Promise<void> {
    this.#clock.skip(SAMPLE_MS);
    await this.#product.pass();
  }

  async #wish(name: string, decision: string, spec: Partial<DecisionSpec>): Promise<void> {
    const view = this.#product.observer.views().find((one) => one.name === name);
    const { version = '', hash = '' } = view?.blueprint ?? {};
    const { apiVersion, kind } = KINDS.Decision;
    const target = { ...DECISION_SPEC.target, name };
    const metadata = { name: decision, namespace: 'shop' };
    const made = await this.#product.cluster.records.create(KINDS.Decision, {
      apiVersion,
      kind,
      metadata,
      spec: PEOPLE.asked(
        metadata,
        { ...DECISION_SPEC, blueprint: { name, version, hash }, target, ...spec },
        Date.now(),
      ),
    });
    if (!made.ok) throw new Error(made.error.message);
  }

  async #status(decision: string): Promise<Partial<DecisionStatus>> {
    const read = await this.#product.cluster.reader.get(KINDS.Decision, 'shop', decision);
    return (read.ok ? (read.value?.status as DecisionStatus | undefined) : undefined) ?? {};
  }

  /** Time goes on until the end that was waited for. */
  async #over(ended: Promise<number>): Promise<void> {
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    await this.#until('it is over', () => isOver);
    await ended;
  }

  async #until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
    for (let turn = 0; turn < 200; turn++) {
      if (await done()) return;
      this.#clock.skip(STEP_MS);
      await this.#product.pass();
      this.#product.wake();
      await systemClock.sleep(STEP_REAL_MS);
    }
    throw new Error(`waited in vain until ${what}`);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
