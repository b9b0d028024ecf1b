import { type Assertion, ChangeKind } from '../expectation.ts';
import { Loose, NotUnderstood } from '../loose.ts';
import { effectsOf, replicasOf } from '../observed.ts';
import type { Effect, Seen } from '../seen.ts';

/** What is wanted only once such a change was seen. */
export function ifSeen(
  { when, then }: { readonly when: Readonly<Record<string, unknown>>; readonly then: Assertion },
  seen: Seen,
  check: (assertion: Assertion, seen: Seen) => string[],
): string[] {
  const said = new Loose(when, 'if_seen.when');
  const object = said.text('object');
  const change = ChangeKind.optional().parse(said.text('change'));
  const direction = said.text('direction');
  said.done();
  if (direction !== undefined && !['up', 'down'].includes(direction)) {
    throw new NotUnderstood(`if_seen.when: there is no direction ${direction}`);
  }
  const found = effectsOf(seen, { object, change }).some(
    (effect) => direction === undefined || goes(effect) === direction,
  );
  return found ? check(then, seen) : [];
}

function goes(effect: Effect): 'up' | 'down' | undefined {
  const [from, to] = [replicasOf(effect, 'before'), replicasOf(effect)];
  if (from === undefined || to === undefined || from === to) return undefined;
  return to > from ? 'up' : 'down';
}
