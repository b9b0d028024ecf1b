import { assertNever } from '../kernel/assertNever.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { type DecisionStatus, FINAL, FLEET } from '../schema/records.ts';
import { awaitApproval } from './approvals/awaitApproval.ts';
import { endLeftRequests } from './approvals/leftRequests.ts';
import { recordBlueprint } from './blueprints/recordBlueprint.ts';
import { lookAtChild } from './children.ts';
import { isToBeMended } from './counters/mendCounters.ts';
import { type Recovered, recoverSlot, settleIntent } from './counters/recover.ts';
import { thaw } from './counters/thaw.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS } from './deps.ts';
import { Halts } from './fleet/halts.ts';
import { recoverFleet } from './fleet/recoverFleet.ts';
import { catchUp } from './records/catchUp.ts';
import { type HeldDecision, readDecision } from './records/heldDecision.ts';
import { retire } from './records/retention.ts';
import { request } from './request.ts';
import { type Mirrored, mirroredOf, restsUntil } from './restsUntil.ts';
import { clockDoubt } from './serverTime.ts';
import { verify } from './verification/verify.ts';
import { watch } from './verification/watch.ts';

interface Service {
  readonly namespace: string;
  readonly blueprint: string;
  readonly decisions: HeldDecision[];
  /** Its counters are to be looked at, whatever its Decisions need. */
  isToBeRecovered?: true;
}

/**
 * Carries out what the gate allows. A pass looks at every Decision that there is a reason to look at, once, and at every slot
 * that is taken, then puts on record what became of the blueprints and clears away old records; it keeps nothing that matters
 * between passes, so that another process can go on where this one died. A failure at one service stops at that service.
 */
export class Executor {
  readonly #deps: ExecutorDeps;
  readonly #halts: Halts;

  constructor(deps: ExecutorDeps) {
    this.#deps = { clockTold: new Set(), ...deps };
    this.#halts = new Halts(deps);
  }

  /**
   * `againAt`: when something is due without a change in the cluster to announce it. Told to stop, it ends the step that it
   * is at and begins no other: the records say where whoever comes next goes on.
   */
  async pass(stop?: AbortSignal): Promise<{ againAt?: number }> {
    const { observer, clock, ownNamespace, clockTold } = this.#deps;
    if (clockDoubt(this.#deps) === undefined) clockTold?.clear();
    const stopped = (): boolean => stop?.aborted === true;
    const again: AgainAt[] = [];
    const mirrored = mirroredOf(observer);
    for (const service of await this.#services(observer.decisions())) {
      if (stopped()) return {};
      again.push(...(await this.#serve(service, mirrored, stopped)));
    }
    if (stopped()) return {};
    const fleet = { namespace: ownNamespace, blueprint: FLEET };
    again.push(await this.#guarded(fleet, () => recoverFleet(this.#deps)));
    again.push(await this.#guarded(fleet, () => this.#halts.pass()));
    for (const view of observer.views()) {
      if (stopped()) return {};
      const service = { namespace: view.namespace, blueprint: view.name };
      again.push(await this.#guarded(service, () => recordBlueprint(this.#deps, view)));
      if (stopped()) return {};
      again.push(await this.#guarded(service, () => thaw(this.#deps, view)));
    }
    if (stopped()) return {};
    again.push(await this.#guarded(fleet, async () => void (await endLeftRequests(this.#deps))));
    again.push(await this.#guarded(fleet, async () => void (await retire(this.#deps))));
    const due = again.filter((at) => at !== undefined);
    return due.length === 0 ? {} : { againAt: Math.max(clock.now(), Math.min(...due)) };
  }

  /** The slot of one service first, then each of its Decisions that there is a reason to look at. */
  async #serve(service: Service, mirrored: Mirrored, stopped: () => boolean): Promise<AgainAt[]> {
    const again: AgainAt[] = [];
    const looks: HeldDecision[] = [];
    for (const held of inOrder(service.decisions)) {
      const rests = restsUntil(this.#deps, held, service.decisions, mirrored);
      if (rests === undefined) looks.push(held);
      else again.push(rests);
    }
    let slot: Recovered = { againAt: undefined };
    // With nothing under way and nothing to be begun the slot is as its mirror shows it, where one does.
    const isShown = mirrored.views.get(`${service.namespace}/${service.blueprint}`)?.counters !== undefined;
    if (!isShown || service.isToBeRecovered === true || looks.some(({ status }) => !FINAL.has(status.phase))) {
      const recover = async (): Promise<AgainAt> => {
        slot = await recoverSlot(this.#deps, service.namespace, service.blueprint);
        return slot.againAt;
      };
      again.push(await this.#guarded(service, recover));
    }
    for (const held of looks) {
      if (held.name === slot.busy) continue;
      if (stopped()) break;
      again.push(await this.#guarded(service, () => this.#look(held, service.decisions)));
    }
    return again;
  }

  async #services(objects: readonly KubeObject[]): Promise<Service[]> {
    const services = new Map<string, Service>();
    const of = (namespace: string, blueprint: string): Service => {
      const key = `${namespace}/${blueprint}`;
      const service = services.get(key) ?? { namespace, blueprint, decisions: [] };
      services.set(key, service);
      return service;
    };
    for (const object of objects) {
      const held = readDecision(object, this.#deps.trust);
      if (held.ok) of(held.value.namespace, held.value.spec.blueprint.name).decisions.push(held.value);
      else await this.#malformed(object, held.error);
    }
    for (const view of this.#deps.observer.views()) {
      if (view.counters?.inFlight !== undefined || isToBeMended(view, this.#deps.clock.now()))
        of(view.namespace, view.name).isToBeRecovered = true;
    }
    return [...services.values()];
  }

  /** Looks at the Decision itself: the mirror that named it may be behind our own writes. */
  async #look(known: HeldDecision, siblings: readonly HeldDecision[]): Promise<AgainAt> {
    const { reader, clock, trust } = this.#deps;
    const { status } = known;
    if (FINAL.has(status.phase)) return (await catchUp(this.#deps, known)) ?? watch(this.#deps, known);
    const read = await reader.get(KINDS.Decision, known.namespace, known.name);
    if (!read.ok) return clock.now() + POLL_MS;
    if (read.value === undefined) return undefined;
    const held = readDecision(read.value, trust);
    return held.ok && !FINAL.has(held.value.status.phase) ? advance(this.#deps, held.value, siblings) : undefined;
  }

  async #guarded(
    { namespace, blueprint }: Pick<Service, 'namespace' | 'blueprint'>,
    work: () => Promise<AgainAt>,
  ): Promise<AgainAt> {
    try {
      return await work();
    } catch (error) {
      const { log, clock } = this.#deps;
      log.error({ service: `${namespace}/${blueprint}`, error: String(error) }, 'something was left out of this pass');
      return clock.now() + POLL_MS;
    }
  }

  /** What cannot be read is refused, once, with the words of what is wrong. */
  async #malformed(object: KubeObject, message: string): Promise<void> {
    const { phase } = (object.status ?? {}) as { phase?: unknown };
    if (phase === 'Refused') return;
    const { clock, records, log } = this.#deps;
    const at = clock.now();
    const reason = 'Malformed';
    const status: DecisionStatus = {
      phase: 'Refused',
      reason,
      message: message.slice(0, 500),
      changes: [],
      finishedAt: new Date(at).toISOString(),
      history: [{ phase: 'Refused', at, reason }],
    };
    log.warn(
      { decision: `${object.metadata.namespace}/${object.metadata.name}`, error: message },
      'malformed decision',
    );
    await records.replaceStatus(KINDS.Decision, { ...object, status });
  }
}

/** What is under way first, since it frees the slot; then by age. */
function inOrder(decisions: readonly HeldDecision[]): HeldDecision[] {
  const rank = ({ status: { phase } }: HeldDecision): number =>
    phase === 'Executing' || phase === 'Verifying' ? 0 : 1;
  return [...decisions].sort((a, b) => rank(a) - rank(b) || a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1));
}

/** One look at one Decision, by its phase. */
export function advance(deps: ExecutorDeps, held: HeldDecision, siblings: readonly HeldDecision[]): Promise<AgainAt> {
  const { phase } = held.status;
  switch (phase) {
    case 'Pending':
    case 'Deferred':
      return held.spec.parent === undefined ? request(deps, held, siblings) : lookAtChild(deps, held, siblings);
    case 'AwaitingApproval':
      return awaitApproval(deps, held);
    case 'Executing':
      return settleIntent(deps, held);
    case 'Verifying':
      return verify(deps, held);
    case 'Refused':
    case 'Succeeded':
    case 'RolledBack':
    case 'Failed':
    case 'Inconclusive':
    case 'Rejected':
    case 'Expired':
    case 'Superseded':
      return Promise.resolve(undefined);
    default:
      return assertNever(phase);
  }
}
