import { KINDS } from '../../src/schema/kube.ts';
import { DecisionStatus } from '../../src/schema/records.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { seededIds } from '../../src/testing/seededIds.ts';
import { openStage, PASS_MS, type Stage } from '../stages/executorStage.ts';
import type { Course, End } from './courses.ts';
import { Ledger } from './ledger.ts';
import { type Death, Life } from './life.ts';
import { type Place, Process } from './process.ts';

export interface Kills {
  /** How the processes of each place die, one after the other; then one comes that lives. As many places as entries. */
  readonly deaths: readonly (readonly Death[])[];
  /** Makes ids, and how two processes interleave. */
  readonly seed: number;
}

export interface Played {
  readonly end: End;
  /** Calls that the first process of each place made. */
  readonly calls: readonly number[];
  readonly kills: number;
  /** Reasons of what people were told of the service. */
  readonly told: readonly string[];
  /** What was written could not be judged, and people were told: nobody lived long enough to see two samples. */
  readonly unjudged: boolean;
  /** Whatever must never be, in words. */
  readonly faults: readonly string[];
  /** Of each Decision, and what people were told: for the words of a failure. */
  readonly history: string;
}

/** Longer than a course takes undisturbed: permits of the dead run out first, and a newcomer has seen nothing yet. */
const PATIENCE = 16;
/** Looks after the end: nothing happens any more. */
const AFTERWARDS = 3;
/** At most so many turns of the event loop before a call, where several processes run. */
const MOST_TURNS = 6;

/** People answer each request once. */
async function approveAll(stage: Stage): Promise<void> {
  const asked = stage.world.objects
    .list(KINDS.ApprovalRequest, 'shop')
    .filter((request) => request['votes'] === undefined);
  for (const { metadata } of asked) await stage.vote(metadata.name);
}

/** Plays one course; processes die as told and others take their places. */
export async function play(course: Course, { deaths, seed }: Kills): Promise<Played> {
  const stage = await openStage(course.stage);
  await course.begin(stage);
  const journals = deaths.map((_, index) => new MemoryJournal(stage.clock, `executor-${index}`));
  const controller = new MemoryJournal(stage.clock, 'controller-0');
  const ledger = new Ledger(stage, [...journals, controller]);
  const chance = seededIds(seed);
  const turns = async (): Promise<void> => {
    for (let left = Math.floor(chance.random() * MOST_TURNS); left > 0; left--) await undefined;
  };
  const lifeOf = (place: number, nth: number): Life =>
    new Life(deaths[place]?.[nth], deaths.length > 1 ? turns : undefined);
  const places: Place[] = journals.map((journal, index) => ({
    executor: journal,
    ...(course.proposes === true && index === 0 && { controller }),
    workloads: ledger.workloads,
  }));
  let born = 0;
  const start = (place: Place, life: Life, first: boolean): Promise<Process> =>
    Process.start(stage, place, life, seed * 1000 + born++, first ? stage.observer : undefined);
  const running = await Promise.all(places.map((place, index) => start(place, lifeOf(index, 0), index === 0)));
  for (const process of running.slice(1)) for (let pass = 0; pass < 3; pass++) await process.observe();
  const firsts = running.map(({ life }) => life);
  const generation = running.map(() => 0);
  const events = [...(course.events ?? [])];
  let kills = 0;

  const turn = async (): Promise<void> => {
    await Promise.all(running.map((process) => process.look()));
    ledger.look();
    if (course.approves === true) await approveAll(stage);
    for (let due = events[0]; due?.when(stage) === true; due = events[0]) {
      events.shift();
      await due.happens(stage);
    }
    for (const [index, process] of running.entries()) {
      const place = places[index];
      if (!process.life.dead || place === undefined) continue;
      kills += 1;
      process.end();
      const nth = (generation[index] ?? 0) + 1;
      generation[index] = nth;
      running[index] = await start(place, lifeOf(index, nth), false);
    }
    await stage.world.advance(PASS_MS);
  };
  const phases = (): End['phases'] =>
    ledger.decisions().map(({ status }) => (status === undefined ? 'Pending' : DecisionStatus.parse(status).phase));
  const unjudged = (): boolean =>
    ledger.decisions().some(({ status }) => (status as DecisionStatus | undefined)?.reason === 'NotJudged') &&
    stage.told().at(-1)?.reason === 'FairleadAlert';
  const isOver = (): boolean =>
    ledger.counters().inFlight === undefined &&
    ((events.length === 0 && phases().join() === course.end.phases.join()) || unjudged()) &&
    running.every(({ life }) => !life.dead);

  try {
    for (let pass = 0; pass < course.passes + PATIENCE && !isOver(); pass++) await turn();
    for (let pass = 0; pass < AFTERWARDS; pass++) await turn();
    ledger.close();
  } finally {
    for (const process of running) process.end();
    stage.close();
  }
  const { breaker, optionalBreaker, inFlight } = ledger.counters();
  const { state, failures, opens } = breaker;
  return {
    end: {
      phases: phases(),
      replicas: stage.replicas(),
      writes: ledger.writes.length,
      breaker: { state, failures, opens },
      optionalFailures: optionalBreaker.failures,
    },
    calls: firsts.map(({ calls }) => calls),
    kills,
    unjudged: unjudged(),
    told: stage.told().map(({ reason }) => reason),
    faults: [
      ...ledger.faults,
      ...(inFlight === undefined ? [] : [`${inFlight.changeId} is still in flight`]),
      ...(events.length === 0 || unjudged() ? [] : ['it never got to the end of what happens on the way']),
    ],
    history: JSON.stringify([
      ...ledger
        .decisions()
        .map(({ metadata, status }) => [metadata.name, DecisionStatus.safeParse(status).data?.history]),
      ...stage.told(),
    ]),
  };
}
