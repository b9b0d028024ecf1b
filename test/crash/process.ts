import { RulesPlanner } from '../../src/agents/rulesPlanner.ts';
import { Controller } from '../../src/controller/controller.ts';
import { Executor } from '../../src/executor/executor.ts';
import { Observer } from '../../src/observe/observer.ts';
import type { WorkloadWriter } from '../../src/ports/workload.ts';
import type { DecisionObject } from '../../src/schema/decisionObject.ts';
import type { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { seededIds } from '../../src/testing/seededIds.ts';
import type { Stage } from '../stages/executorStage.ts';
import type { Life } from './life.ts';

/** What outlives a process: its place, with the journals on its disk. */
export interface Place {
  readonly executor: MemoryJournal;
  /** Absent: no controller runs there. */
  readonly controller?: MemoryJournal;
  readonly workloads: WorkloadWriter;
}

/** One process of the product as `fairlead up` wires it, over a world, with a life of its own. */
export class Process {
  readonly life: Life;
  readonly #observer: Observer;
  readonly #executor: Executor;
  readonly #controller: Controller | undefined;
  readonly #stop = new AbortController();

  /** `seed` makes its ids; `observer` is memory it was born with, else it starts with none. */
  private constructor(stage: Stage, place: Place, life: Life, seed: number, observer: Observer) {
    this.life = life;
    this.#observer = observer;
    const { deps } = stage;
    const ids = seededIds(seed);
    const reader = life.wrap(deps.reader);
    const records = life.wrap(deps.records);
    this.#executor = new Executor({
      ...deps,
      ids,
      observer: life.wrap(observer),
      reader,
      records,
      workloads: life.wrap(place.workloads),
      journal: life.wrap(place.executor),
      trust: PEOPLE.trust,
    });
    if (place.controller !== undefined) {
      this.#controller = new Controller({
        ...deps,
        ids,
        reader,
        records,
        journal: life.wrap(place.controller),
        proposer: new RulesPlanner(),
        decisions: () => observer.decisions() as DecisionObject[],
      });
    }
  }

  static async start(stage: Stage, place: Place, life: Life, seed: number, memory?: Observer): Promise<Process> {
    if (memory !== undefined) return new Process(stage, place, life, seed, memory);
    const observer = new Observer({ ...stage.deps, metrics: stage.port.metrics });
    const process = new Process(stage, place, life, seed, observer);
    await observer.start(process.#stop.signal);
    return process;
  }

  /** One turn of all its loops. Whatever dies on the way, the turn ends. */
  async look(): Promise<void> {
    const views = await this.#observer.pass();
    await this.#controller?.pass(views);
    await this.#controller?.idle();
    await this.#executor.pass();
  }

  /** One pass of its observer alone: it has looked on for a while. */
  async observe(): Promise<void> {
    await this.#observer.pass();
  }

  end(): void {
    this.#stop.abort();
  }
}
