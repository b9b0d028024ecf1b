import type { ServiceView } from '../../observe/serviceView.ts';
import { fleetHalt } from '../../policy/rules/fleetMustBeWell.ts';
import type { ClusterError } from '../../ports/cluster.ts';
import { eventObject } from '../../schema/eventObject.ts';
import type { ToldHalt } from '../../schema/fleet.ts';
import { KINDS } from '../../schema/kube.ts';
import { CircuitBreakerSpec, FLEET } from '../../schema/records.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from '../deps.ts';
import { createFleet, withFleet } from './fleetRecord.ts';

interface Halt {
  /** The same key is the same halt. */
  readonly key: string;
  readonly code: 'FleetHalt' | 'FleetStopped' | 'FleetBreakerHeld';
  readonly message: string;
}

const MOST = 16;

/**
 * Calls a person when something holds back the whole fleet: an Event on the CircuitBreaker `fleet`, sinks, journal and
 * log, once a halt and not once a service. What was told stands in that record, so that neither a restart nor a second
 * executor tells it again; a halt that cannot be put on record is told once by each process, since it may be the API
 * server that is ill.
 */
export class Halts {
  readonly #deps: ExecutorDeps;
  /** Since when this process sees each halt, and which of them its sinks were given. */
  readonly #since = new Map<string, number>();
  readonly #raised = new Set<string>();

  constructor(deps: ExecutorDeps) {
    this.#deps = deps;
  }

  /** While nothing begins or ends it costs no request. */
  async pass(): Promise<AgainAt> {
    const view = this.#deps.observer.views()[0];
    if (view?.fleet === undefined) return undefined;
    const now = this.#deps.clock.now();
    const halts = haltsOf(view, now);
    this.#forget(halts);
    const told = view.fleet.counters?.told ?? [];
    const next = halts.map(({ key }) => told.find((one) => one.key === key) ?? { key, at: this.#sinceOf(key, now) });
    if (isSame(told, next)) return undefined;
    const fresh = halts.filter(({ key }) => !told.some((one) => one.key === key));
    const error = await this.#record(view, next);
    if (error === 'conflict') return now + SOON_MS;
    for (const halt of fresh) await this.#tell(halt, error === undefined);
    return error === undefined ? undefined : now + POLL_MS;
  }

  /** On the very record that was seen, beside whatever else stands there. */
  async #record(
    { fleet, fleetObject }: ServiceView,
    told: readonly ToldHalt[],
  ): Promise<ClusterError['code'] | undefined> {
    if (fleet?.counters === undefined) return 'unavailable';
    const base = fleetObject ?? (await createFleet(this.#deps));
    if (base === 'again') return 'conflict';
    if (base === 'failed') return 'unavailable';
    const counters = { ...fleet.counters, told: [...told] };
    const swapped = await this.#deps.records.replaceStatus(KINDS.CircuitBreaker, withFleet(base, counters));
    return swapped.ok ? undefined : swapped.error.code;
  }

  async #tell({ key, code, message }: Halt, isRecorded: boolean): Promise<void> {
    const { alerts = [], clock, journal, log, ownNamespace: namespace, records } = this.#deps;
    const at = this.#sinceOf(key, clock.now());
    if (isRecorded) {
      const words = {
        reason: 'FairleadAlert' as const,
        key: `${FLEET}.${code}.${at}`,
        note: `${code}: ${message}`,
        action: 'halt',
        role: 'executor',
        namespace,
        kind: KINDS.CircuitBreaker,
        deployment: { name: FLEET },
      };
      await records.create(KINDS.Event, eventObject(words, clock.now()));
    }
    if (this.#raised.has(key)) return;
    this.#raised.add(key);
    for (const sink of alerts) {
      sink.raise({ key: `${namespace}/${FLEET}.${code}.${at}`, code, message, at, namespace, service: FLEET });
    }
    await journal.append({ kind: 'alert', subject: '', data: { code, message, namespace, service: FLEET } });
    log.error({ service: FLEET, code, alert: message }, 'a person is called');
  }

  #sinceOf(key: string, now: number): number {
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    return since;
  }

  #forget(halts: readonly Halt[]): void {
    for (const key of [...this.#since.keys()]) {
      if (halts.some((halt) => halt.key === key)) continue;
      this.#since.delete(key);
      this.#raised.delete(key);
    }
  }
}

/** What holds back every service now: the fleet's illness (G13), and what people hold for the whole cluster (G19, G20). */
function haltsOf({ fleet, fleetObject }: ServiceView, now: number): readonly Halt[] {
  const ill = fleet && fleetHalt(fleet, now);
  const spec = CircuitBreakerSpec.safeParse(fleetObject?.spec);
  const held = (spec.success ? spec.data.holds : [])
    .filter(({ kind, namespace }) => namespace === undefined && kind !== 'pause')
    .map(({ kind, by, reason, at }): Halt => {
      const isStop = kind === 'stop';
      const message = `${isStop ? 'the whole cluster is stopped' : 'the breaker of the whole cluster is held open'} by ${by}: ${reason}`;
      return { key: `${kind}.${at}`, code: isStop ? 'FleetStopped' : 'FleetBreakerHeld', message };
    });
  const halts = ill === undefined ? held : [{ key: 'ill', code: 'FleetHalt' as const, message: ill.why }, ...held];
  return halts.slice(0, MOST);
}

const isSame = (a: readonly ToldHalt[], b: readonly ToldHalt[]): boolean =>
  a.length === b.length && a.every(({ key }) => b.some((one) => one.key === key));
