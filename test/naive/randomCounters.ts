import { mainContainer } from '../../src/schema/changeText.ts';
import type { BreakerState, Counters, Hold, OperationRecord } from '../../src/schema/counters.ts';
import { CLOSED } from '../../src/schema/counters.ts';
import type { Request } from '../../src/schema/request.ts';
import { resourcesText, withAmounts } from '../../src/schema/resources.ts';
import type { Workload } from '../../src/schema/workload.ts';
import type { Draw } from './draw.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export function randomCounters(draw: Draw, workload: Workload, request: Request, now: number): Counters {
  const inFlight = draw.odd<Counters['inFlight']>(undefined, () => ({
    decision: draw.pick(['web-then', 'web-now']),
    changeId: 'web-then.1',
    phase: draw.pick(['executing', 'verifying'] as const),
    direction: draw.pick(['up', 'down', 'none'] as const),
    optional: draw.chance(0.5),
    since: now - 30 * SECOND,
  }));
  const spent = draw.odd<number | undefined>(undefined, () => now + draw.pick([draw.around(0), HOUR, -HOUR]), 0.4);
  const undone = draw.odd<Counters['undoneDown']>(undefined, () => ({
    at: now - draw.pick([MINUTE, draw.around(6 * HOUR)]),
    load: draw.pick([0, 2]),
  }));
  const infeasible = draw.odd<Counters['infeasible']>(undefined, () => [
    { at: now - draw.around(24 * HOUR), what: resultOf(workload, request) },
  ]);
  const frozen = draw.odd<Counters['frozen']>(
    undefined,
    () => ({ at: now - draw.pick([MINUTE, HOUR]), decision: 'web-then', change: 'web-then.1.undo' }),
    0.3,
  );
  const lastId = workload.lastChange?.id ?? 'web-then.1';
  return {
    targetUid: workload.uid,
    breaker: draw.odd(CLOSED, () => randomBreaker(draw, now)),
    optionalBreaker: draw.odd(CLOSED, () => randomBreaker(draw, now)),
    operations: randomOperations(draw, request, now),
    ...(inFlight === undefined ? {} : { inFlight }),
    ...(draw.chance(0.9) ? { lastChangeId: draw.odd(lastId, () => 'web-forged.1', 0.5) } : {}),
    ...(infeasible === undefined ? {} : { infeasible }),
    ...(undone === undefined ? {} : { undoneDown: undone }),
    ...(frozen === undefined ? {} : { frozen }),
    ...(spent === undefined ? {} : { spentUntil: spent }),
    reverts: draw.odd(0, () => draw.int(1, 4)),
  };
}

function resultOf(workload: Workload, { wanted }: Request): string {
  const now = mainContainer(workload)?.resources ?? null;
  return resourcesText(wanted?.kind === 'resources' ? withAmounts(now, wanted.amounts) : now);
}

function randomBreaker(draw: Draw, now: number): BreakerState {
  if (draw.chance(0.2)) return { state: 'closed', failures: draw.int(1, 2), opens: 0 };
  return {
    state: 'open',
    failures: 0,
    opens: draw.int(1, 3),
    ...(draw.chance(0.9) ? { until: now + draw.pick([draw.around(0), MINUTE, -MINUTE]) } : {}),
  };
}

/** Ages on every edge that a rule has; as many as a budget allows, or one more or less. Oldest first, as they are stored. */
function randomOperations(draw: Draw, request: Request, now: number): OperationRecord[] {
  const many = draw.odd(draw.int(0, 2), () => draw.pick([3, 4, 5, 6, 7, 9, 10, 11, 13]));
  const favourite = draw.pick(['up', 'down', 'none', undefined] as const);
  const turning = draw.chance(draw.rate * 0.5);
  const ages = Array.from({ length: many }, () => randomAge(draw)).sort((left, right) => right - left);
  return ages.map((age, index) => {
    const changing = index % 2 === 0 ? ('up' as const) : ('down' as const);
    const direction = turning ? changing : draw.chance(0.7) ? favourite : undefined;
    const decision = draw.odd(index === many - 1 ? 'web-then' : `web-${index}`, () => request.id, 0.1);
    return {
      at: now - age,
      decision,
      changeId: `${decision}.1`,
      direction: direction ?? draw.pick(['up', 'down', 'none'] as const),
      optional: draw.chance(0.5),
      undo: draw.odd(false, () => true),
      by: draw.pick(['agent', 'agent', 'person'] as const),
    };
  });
}

function randomAge(draw: Draw): number {
  if (draw.chance(0.5)) return draw.int(6 * MINUTE, 2 * HOUR);
  if (draw.chance(draw.rate)) return draw.pick([1, 30 * SECOND, draw.around(MINUTE), draw.around(2 * MINUTE)]);
  return draw.around(draw.pick([5 * MINUTE, 30 * MINUTE, HOUR, 90 * MINUTE]));
}

export function randomHolds(draw: Draw): Hold[] {
  return draw.list(0, 2, () => {
    const kind = draw.pick(['pause', 'stop', 'breaker'] as const);
    return {
      kind,
      what: kind === 'pause' ? draw.pick(['all', 'downs', 'ups'] as const) : 'all',
      by: 'ann',
      reason: 'look first',
      at: '2027-01-01T00:00:00Z',
    };
  });
}
