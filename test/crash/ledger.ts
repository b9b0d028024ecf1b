import { replay } from '../../src/audit/replay.ts';
import { verifyLines } from '../../src/audit/verifyLines.ts';
import { lastChangeOf } from '../../src/observe/workload/lastChange.ts';
import type { WorkloadWriter } from '../../src/ports/workload.ts';
import type { Change, LastChange } from '../../src/schema/change.ts';
import { type Counters, NEW_COUNTERS } from '../../src/schema/counters.ts';
import { FleetCounters, NEW_FLEET } from '../../src/schema/fleet.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { DecisionStatus, FLEET } from '../../src/schema/records.ts';
import type { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import type { Stage } from '../stages/executorStage.ts';

/**
 * Sees every write to the workload from the cluster's side, whoever lives or dies, and holds it against the records at
 * that very moment and at the end.
 */
export class Ledger {
  /** Ids of the changes that were written, in order. */
  readonly writes: string[] = [];
  readonly faults: string[] = [];
  readonly workloads: WorkloadWriter;
  readonly #stage: Stage;
  readonly #journals: readonly MemoryJournal[];

  constructor(stage: Stage, journals: readonly MemoryJournal[]) {
    this.#stage = stage;
    this.#journals = journals;
    const { workloads } = stage.deps;
    this.workloads = {
      apply: async (permit, lastChange, options) => {
        if (!options.dryRun) this.#mustBeOnRecord(lastChange, isDisruptive(permit.terms.change));
        const answer = await workloads.apply(permit, lastChange, options);
        if (answer.ok && !options.dryRun) this.writes.push(lastChange.id);
        return answer;
      },
    };
  }

  /** By name. An agent's wish that was computed anew before anything came of it is as good as none. */
  decisions(): KubeObject[] {
    const name = ({ metadata }: KubeObject): string => metadata.name;
    return this.#stage.world.objects
      .list(KINDS.Decision, 'shop')
      .filter(({ status }) => (status as DecisionStatus | undefined)?.reason !== 'ComputedAnew')
      .toSorted((a, b) => (name(a) < name(b) ? -1 : 1));
  }

  counters(): Counters {
    return this.#stage.breaker() ?? NEW_COUNTERS;
  }

  /** What must hold after every turn: no counter forgets a write. */
  look(): void {
    const known = new Set(this.counters().operations.map(({ changeId }) => changeId));
    for (const id of this.writes) if (!known.has(id)) this.#fault(`the counters forgot ${id}`);
  }

  /** What must hold at the end. */
  close(): void {
    for (const id of this.writes) {
      if (this.writes.filter((other) => other === id).length > 1) this.#fault(`${id} was written more than once`);
    }
    const counted = this.counters().operations.map(({ changeId }) => changeId);
    if (counted.toSorted().join() !== this.writes.toSorted().join()) {
      this.#fault(`counted: ${counted.join()}; written: ${this.writes.join()}`);
    }
    const told = this.decisions().flatMap(({ status }) =>
      DecisionStatus.parse(status).changes.flatMap(({ id, appliedAt }) => (appliedAt === undefined ? [] : [id])),
    );
    if (told.toSorted().join() !== this.writes.toSorted().join()) {
      this.#fault(`on record as written: ${told.join()}; written: ${this.writes.join()}`);
    }
    if (this.#fleet().some(({ inFlight }) => inFlight)) this.#fault('a slot of the fleet was left behind');
    this.#journalsMustVerify();
  }

  #fleet(): FleetCounters['operations'] {
    const object = this.#stage.world.get(KINDS.CircuitBreaker, this.#stage.deps.ownNamespace, FLEET);
    const { fleet } = (object?.status ?? {}) as { fleet?: unknown };
    return FleetCounters.parse(fleet ?? NEW_FLEET).operations;
  }

  #journalsMustVerify(): void {
    const reports = this.#journals.map(({ records }) => verifyLines([...records.map((r) => JSON.stringify(r)), '']));
    for (const { faults } of reports) for (const { message } of faults) this.#fault(`journal: ${message}`);
    for (const { records } of this.#journals) {
      for (const { message } of replay(records).disagreements) this.#fault(`replay: ${message}`);
    }
    const deployment = this.#stage.world.get(KINDS.Deployment, 'shop', 'web');
    const { parsed } = deployment === undefined ? {} : lastChangeOf(deployment);
    if (parsed !== undefined && !reports.some(({ heads }) => heads.has(parsed.log))) {
      this.#fault(`no journal knows the head that ${parsed.id} carries`);
    }
  }

  /** Written before done (P5): the slot, the intent in the Decision and the intent in a journal. */
  #mustBeOnRecord({ id, undo }: LastChange, disruptive: boolean): void {
    const { operations, inFlight } = this.counters();
    if (inFlight?.changeId !== id || !operations.some(({ changeId }) => changeId === id)) {
      this.#fault(`${id} was written without its slot`);
    }
    if (disruptive && !undo && !this.#fleet().some((one) => one.changeId === id && one.inFlight)) {
      this.#fault(`${id} was written without its slot of the fleet`);
    }
    const isMeant = this.decisions().some(({ status }) =>
      (status as DecisionStatus | undefined)?.changes.some((change) => change.id === id),
    );
    if (!isMeant) this.#fault(`${id} was written without its intent in the Decision`);
    const isLogged = this.#journals.some((journal) =>
      journal.of('intent').some(({ data }) => (data['change'] as { id?: string } | undefined)?.id === id),
    );
    if (!isLogged) this.#fault(`${id} was written without its intent in a journal`);
  }

  #fault(message: string): void {
    if (!this.faults.includes(message)) this.faults.push(message);
  }
}

const isDisruptive = (change: Change): boolean => change.kind !== 'scale' || change.to < change.from;
