import { describe, expect, it } from 'vitest';
import { verifyLines } from '../../src/audit/verifyLines.ts';
import { Executor } from '../../src/executor/executor.ts';
import type { JournalRecord } from '../../src/schema/journal.ts';
import { API_FAULTS, type ApiFault, faultyPorts, isRead } from '../../src/testing/faultyPorts.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { COURSES, type Course, isOver, WISH } from '../stages/courses.ts';
import { openStage, PASS_MS } from '../stages/executorStage.ts';

/** Runs one course; call number `at` of the executor's to the API server meets the fault. */
async function play(course: Course, at: number, fault: ApiFault) {
  const stage = await openStage(course.stage);
  const { clock } = stage;
  const ports = faultyPorts(stage.deps, clock, at, fault);
  const { reader, records, workloads } = ports;
  const executor = new Executor({ ...stage.deps, reader, records, workloads, trust: PEOPLE.trust });
  await stage.wish(WISH, course.spec);
  let hurt = false;
  // Ten passes more than the course takes: what may still be under way has to run out first.
  for (let pass = 0; pass < course.passes + 10; pass++) {
    const { againAt } = await executor.pass();
    const isDue = course.afterPhase === undefined || stage.phase(WISH) === course.afterPhase;
    if (!hurt && stage.writes() > 0 && isDue) {
      hurt = true;
      course.afterwards?.(stage);
    }
    if (isOver(stage, course)) break;
    await stage.observe(Math.max(1, Math.min(PASS_MS, (againAt ?? Number.POSITIVE_INFINITY) - clock.now())));
  }
  stage.close();
  const breaker = stage.breaker();
  const { records: journal } = stage.journal;
  return {
    calls: ports.made,
    status: stage.status(WISH),
    end: {
      phase: stage.status(WISH).phase,
      replicas: stage.replicas(),
      failures: breaker?.breaker.failures ?? 0,
    },
    slots: breaker?.operations.map(({ changeId }) => changeId) ?? [],
    inFlight: breaker?.inFlight,
    lastChangeId: breaker?.lastChangeId,
    told: stage.told().map(({ reason }) => reason),
    /** What the journal says was written: it must say it, and it must have said before that it was meant. */
    applied: [...new Set(journal.filter(({ kind }) => kind === 'applied').map(({ data }) => String(data['changeId'])))],
    faults: [
      ...verifyLines(journal.map((record) => JSON.stringify(record))).faults,
      ...journal.flatMap((record, place) => (isForetold(record, journal.slice(0, place)) ? [] : [record])),
    ],
  };
}

const isForetold = ({ kind, data }: JournalRecord, before: readonly JournalRecord[]): boolean =>
  kind !== 'applied' ||
  before.some((one) => one.kind === 'intent' && (one.data['change'] as { id?: unknown }).id === data['changeId']);

/** A look at a service reads the same things each time: the first looks stand for the others. */
const isOneOfMany = (calls: readonly string[], place: number): boolean =>
  calls.slice(0, place).filter((call) => call === calls[place]).length >= 2;

/** Every kind of write that an operation makes. */
const WRITES = ['dry run', 'replaceStatus CircuitBreaker', 'replaceStatus Decision', 'patch', 'create Event'];

/** Phase 2 makes the calls of phase 1 again. */
const PLAYED = COURSES.filter(({ afterPhase }) => afterPhase === undefined);

describe.each(PLAYED)('$when', (course) => {
  it.each(API_FAULTS)(
    'ends the same whichever call to the API server is %s: nothing lost, nothing twice, the journal sound (P5, P7)',
    async (fault) => {
      const undisturbed = await play(course, Number.POSITIVE_INFINITY, fault);
      const { writes, ...end } = course.end;
      expect(undisturbed.end).toEqual(end);
      for (const [place, hit] of undisturbed.calls.entries()) {
        if (isRead(hit) && (fault !== 'dropped' || isOneOfMany(undisturbed.calls, place))) continue;
        const disturbed = await play(course, place + 1, fault);
        const { slots, told, inFlight } = disturbed;
        const history = JSON.stringify(disturbed.status.history);
        expect({ place, hit, end: disturbed.end, slots, told, inFlight }, history).toEqual({
          place,
          hit,
          end,
          slots: undisturbed.slots,
          told: undisturbed.told,
          inFlight: undefined,
        });
        expect({ place, hit, id: disturbed.lastChangeId }, history).toEqual({
          place,
          hit,
          id: undisturbed.lastChangeId,
        });
        expect(disturbed.applied, history).toEqual(undisturbed.applied);
        expect(disturbed.faults).toEqual([]);
      }
      if (writes > 0) expect(undisturbed.calls).toEqual(expect.arrayContaining(WRITES));
    },
    240_000,
  );
});
