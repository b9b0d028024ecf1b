import { isDeepStrictEqual } from 'node:util';
import { seededIds } from '../../src/testing/seededIds.ts';
import type { Course } from './courses.ts';
import type { Death } from './life.ts';
import { type Kills, type Played, play } from './play.ts';

/** A course that did not come out as it must, with all it takes to play it again. */
export interface Failure {
  readonly course: string;
  readonly kills: Kills;
  readonly what: string;
}

export interface Cell {
  readonly course: string;
  readonly executors: number;
  readonly plays: number;
  readonly kills: number;
  /** Ended as inconclusive with people told, since everybody was killed again and again before anything could be seen. */
  readonly unjudged: number;
  readonly failures: readonly Failure[];
}

const MOMENTS = ['before', 'after'] as const;

/** Nobody is killed. */
export const undisturbed = (executors: number, seed: number): Kills => ({
  deaths: Array.from({ length: executors }, () => []),
  seed,
});

/** The first process dies once: at each of its calls, before it has its effect and after. */
export function everyCall(calls: number, executors: number, seed: number): Kills[] {
  return Array.from({ length: calls }, (_, index) =>
    MOMENTS.map((moment) => ({
      deaths: Array.from({ length: executors }, (__, place) => (place === 0 ? [{ at: index + 1, moment }] : [])),
      seed: seed + index,
    })),
  ).flat();
}

/** Everybody dies again and again: up to five processes of each place, each somewhere in its first calls. */
export function anyCalls(calls: number, executors: number, rounds: number, seed: number): Kills[] {
  const { random } = seededIds(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const death = (): Death => ({ at: 1 + below(calls), moment: below(2) === 0 ? 'before' : 'after' });
  return Array.from({ length: rounds }, (_, round) => ({
    deaths: Array.from({ length: executors }, () => Array.from({ length: 1 + below(5) }, death)),
    seed: seed + round,
  }));
}

/**
 * What is wrong with it, in words; undefined: nothing. One death changes nothing of the end; after several it may also be
 * that nobody could judge, and people are called.
 */
function wrong(course: Course, played: Played, calm: Played): string | undefined {
  const { end, faults, told, history } = played;
  const words = [...faults];
  if (played.unjudged && played.kills > 1) return words.length === 0 ? undefined : `${words.join('; ')}; ${history}`;
  if (!isDeepStrictEqual(end, course.end))
    words.push(`ended as ${JSON.stringify(end)}, not ${JSON.stringify(course.end)}`);
  // Somebody who saw too little may have called people before it found that another had judged.
  const heard = (reasons: readonly string[]): string =>
    reasons
      .filter((reason) => played.kills < 2 || reason !== 'FairleadAlert')
      // What a blueprint says is told once, if at all: whoever dies in between leaves it in the journal alone.
      .filter((reason) => reason !== 'BlueprintRead')
      .join();
  if (heard(told) !== heard(calm.told)) words.push(`told ${told.join()}, not ${calm.told.join()}`);
  return words.length === 0 ? undefined : `${words.join('; ')}; ${history}`;
}

/** Plays the course once calmly and then under each of the kills that `plan` makes of the number of its calls. */
export async function playAll(
  course: Course,
  executors: number,
  seed: number,
  plan: (calls: number) => readonly Kills[],
): Promise<Cell> {
  const calm = await play(course, undisturbed(executors, seed));
  const failures: Failure[] = [];
  const judge = (kills: Kills, played: Played): void => {
    const what = wrong(course, played, calm);
    if (what !== undefined) failures.push({ course: course.name, kills, what });
  };
  judge(undisturbed(executors, seed), calm);
  let [plays, kills, unjudged] = [1, 0, 0];
  for (const each of plan(calm.calls[0] ?? 0)) {
    const played = await play(course, each);
    plays += 1;
    kills += played.kills;
    unjudged += played.unjudged ? 1 : 0;
    judge(each, played);
  }
  return { course: course.name, executors, plays, kills, unjudged, failures };
}
