import { BREAKER_STATES, type State } from '../../../adapters/promclient/stateGauges.ts';
import { breakerView, holdsIn } from '../../../gateway/views/breakerView.ts';
import { readRequest } from '../../../gateway/views/records.ts';
import type { Observer } from '../../../observe/observer.ts';
import { type DecisionObject, isOpen } from '../../../schema/decisionObject.ts';

type Seen = Pick<Observer, 'views' | 'decisions' | 'approvals'>;

/** What the mirrors and the newest pass say now, in numbers. */
export function stateOf(observer: Seen, leases: State['leases'], now: number): State {
  const views = observer.views();
  const standing = views.map((view) => ({ view, state: breakerView(view, now).state }));
  const fleet = views.find(({ fleetObject }) => fleetObject !== undefined)?.fleetObject;
  const holds = [...holdsIn(fleet), ...views.flatMap(({ breakerObject }) => holdsIn(breakerObject))];
  const waiting = observer
    .approvals()
    .flatMap((object) => readRequest(object) ?? [])
    .filter(({ status }) => status.phase === 'Pending');
  return {
    services: {
      governed: views.length,
      blind: views.filter(({ problems = [] }) => problems.length > 0).length,
      refused: views.filter(({ faults = [] }) => faults.length > 0).length,
    },
    breakers: {
      closed: 0,
      open: 0,
      'half-open': 0,
      held: 0,
      frozen: 0,
      ...Object.fromEntries(
        BREAKER_STATES.map((name) => [name, standing.filter(({ state }) => state === name).length]),
      ),
    },
    notClosed: standing
      .filter(({ state }) => state !== 'closed')
      .map(({ view: { namespace, name }, state }) => ({ namespace, service: name, state })),
    holds: {
      pause: holds.filter(({ kind }) => kind === 'pause').length,
      stop: holds.filter(({ kind }) => kind === 'stop').length,
    },
    approvals: {
      pending: waiting.length,
      oldestMs: waiting.reduce((oldest, { createdAt }) => Math.max(oldest, now - createdAt), 0),
    },
    decisions: openDecisions(observer.decisions() as readonly DecisionObject[], now),
    leases,
  };
}

function openDecisions(decisions: readonly DecisionObject[], now: number): State['decisions'] {
  const open = new Map<Parameters<State['decisions']['get']>[0], { count: number; oldestMs: number }>();
  for (const decision of decisions) {
    if (!isOpen(decision)) continue;
    const phase = decision.status?.phase ?? 'Pending';
    const age = now - Date.parse(decision.metadata.creationTimestamp ?? '');
    const { count, oldestMs } = open.get(phase) ?? { count: 0, oldestMs: 0 };
    open.set(phase, { count: count + 1, oldestMs: Math.max(oldestMs, Number.isNaN(age) ? 0 : age) });
  }
  return open;
}
