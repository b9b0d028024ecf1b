import type { Signal } from '../schema/assessment.ts';
import type { GateInput } from '../schema/verdict.ts';
import { type CalmOverrides, calmInput, idleInput, NOON, RESTART, scaleTo, signal } from '../testing/gateInput.ts';
import { tells } from '../testing/tells.ts';
import { rollbackTo, templateChange } from '../testing/templateChanges.ts';

const unknown = (tool: string) => ({ request: { tool, effect: 'unknown' as const, args: {} } });
const low = [signal('latency_p95', { value: 60, says: 'down' }), signal('error_rate', { says: 'down' })];
const cpu = (overrides: Partial<Signal> = {}): Signal =>
  signal('cpu', { value: 0.2, says: 'down', covered: 6, ready: 6, ...overrides });
const roll = (revision: number | null, overrides: CalmOverrides = {}): GateInput =>
  calmInput(templateChange(rollbackTo(revision), overrides));
const frozen = { frozen: { at: NOON - 3_600_000, decision: 'd', change: 'd.1.undo' } };

tells('G19', [
  [
    'wait BreakerHeld',
    'ann holds the breaker open: broken',
    { by: 'ann', reason: 'broken' },
    calmInput({ holds: [{ kind: 'breaker', what: 'all', by: 'ann', reason: 'broken', at: '2026-01-05T11:00:00Z' }] }),
  ],
  [
    'wait BreakerOpen',
    'the breaker is open after 3 failures',
    { failures: '3', opens: '1' },
    calmInput({ counters: { breaker: { state: 'open', failures: 3, opens: 1, until: NOON + 1000 } } }),
    { notBefore: NOON + 1_000 },
  ],
  [
    'note Trial',
    'the breaker is half-open: this is its one smallest step',
    {},
    calmInput({ counters: { breaker: { state: 'open', failures: 3, opens: 1, until: NOON } } }),
  ],
  [
    'wait TrialInFlight',
    'the breaker is half-open and its one trial is in flight',
    {},
    calmInput({
      counters: {
        breaker: { state: 'open', failures: 3, opens: 1, until: NOON },
        inFlight: { decision: 'd', changeId: 'd.1', phase: 'executing', direction: 'up', optional: false, since: NOON },
      },
    }),
  ],
  [
    'wait BreakerOpen',
    'the breaker of optional changes is open after 4 failures',
    { failures: '4', opens: '2' },
    calmInput({
      request: RESTART,
      counters: { optionalBreaker: { state: 'open', failures: 4, opens: 2, until: NOON + 1000 } },
    }),
    { notBefore: NOON + 1_000 },
  ],
]);

tells('G20', [
  [
    'wait Stopped',
    'stopped by ann: release',
    { by: 'ann', what: 'all', since: '2026-01-05T11:00:00Z' },
    calmInput({ holds: [{ kind: 'stop', what: 'all', by: 'ann', reason: 'release', at: '2026-01-05T11:00:00Z' }] }),
  ],
  [
    'wait Paused',
    'paused by ann: release',
    { by: 'ann', what: 'ups', since: '2026-01-05T11:00:00Z' },
    calmInput({ holds: [{ kind: 'pause', what: 'ups', by: 'ann', reason: 'release', at: '2026-01-05T11:00:00Z' }] }),
  ],
  [
    'wait Frozen',
    'frozen: the undo d.1.undo failed; put the Deployment right by hand, then fairlead resume shop/web',
    { change: 'd.1.undo', decision: 'd', since: '2026-01-05T11:00:00.000Z' },
    calmInput({ counters: frozen }),
  ],
  [
    'wait FreezeWindow',
    'freeze window: holidays',
    { reason: 'holidays' },
    calmInput({ frozen: { until: NOON + 1000, reason: 'holidays' } }),
    { notBefore: NOON + 1_000 },
  ],
  [
    'wait FreezeUnreadable',
    'the freeze calendar cannot be read, so it counts as frozen: no such time zone',
    {},
    calmInput({ frozen: { broken: 'no such time zone' } }),
  ],
  [
    'forbid ObserveOnly',
    'only observing: scale_within_limits would have been allowed',
    { would: 'allowed' },
    calmInput({ blueprint: { autonomy: 'observe' } }),
  ],
  [
    'restrict ProposeOnly',
    'agents only propose here: scale_within_limits needs approval by devops-team',
    {},
    calmInput({ blueprint: { autonomy: 'propose' } }),
    { approvers: ['devops-team'] },
  ],
]);

tells('G21', [
  ['forbid SignalSaysUp', 'cpu ask for more, this takes away', { signals: 'cpu' }, calmInput({ request: scaleTo(1) })],
  ['forbid NoEvidence', 'no observed signal says down', { direction: 'down' }, calmInput({ request: scaleTo(1) })],
  ['forbid NoEvidence', 'no objective is missed and no pod is in trouble: nothing to roll back for', {}, roll(3)],
  [
    'forbid NoEvidence',
    'no observed signal says up',
    { direction: 'up' },
    calmInput({ assessment: { signals: [signal('cpu', { says: 'hold', covered: 2, ready: 2 }), ...low] } }),
  ],
  [
    'forbid SignalSaysUp',
    'latency_p95, error_rate ask for more, this takes away',
    { signals: 'latency_p95, error_rate' },
    idleInput({
      assessment: { signals: [cpu(), signal('latency_p95', { says: 'up' }), signal('error_rate', { says: 'up' })] },
    }),
  ],
  [
    'forbid ObjectiveMissed',
    'ready, error_rate is missed now: nothing is taken away',
    { missed: 'ready, error_rate' },
    idleInput({ assessment: { breach: ['ready', 'error_rate'] } }),
  ],
]);

tells('G22', [
  [
    'forbid NotExpressible',
    'delete_deployment is not expressible: no blueprint grants it',
    { operation: 'delete_deployment' },
    calmInput(unknown('delete_deployment')),
  ],
  [
    'forbid ProtectedNamespace',
    'kube-system is never touched, whatever a blueprint says',
    { namespace: 'kube-system' },
    calmInput({ request: { target: { namespace: 'kube-system', name: 'web' } } }),
  ],
  [
    'forbid ProtectedNamespace',
    'agent-system is never touched, whatever a blueprint says',
    { namespace: 'agent-system' },
    calmInput({ blueprint: { namespace: 'agent-system' } }),
  ],
  [
    'forbid NotExpressible',
    'read_secrets is not expressible: no blueprint grants it',
    { operation: 'read_secrets' },
    calmInput(unknown('read_secrets')),
  ],
  [
    'forbid NoData',
    'ownNamespace could not be read, so the worst is assumed',
    { input: 'ownNamespace' },
    calmInput({ ownNamespace: '' }),
  ],
]);

tells('G23', [
  [
    'note Supersedes',
    'closes d.1 as superseded: capacity under pressure goes first',
    { changeId: 'd.1', phase: 'executing' },
    calmInput({
      counters: {
        breaker: { state: 'open', failures: 3, opens: 1, until: NOON },
        inFlight: { decision: 'd', changeId: 'd.1', phase: 'executing', direction: 'up', optional: false, since: NOON },
      },
    }),
  ],
  [
    'note Supersedes',
    'closes d.1 as superseded: capacity under pressure goes first',
    { changeId: 'd.1', phase: 'verifying' },
    calmInput({
      counters: {
        inFlight: { decision: 'd', changeId: 'd.1', phase: 'verifying', direction: 'up', optional: false, since: NOON },
      },
    }),
  ],
  [
    'wait ChangeInFlight',
    'd.1 is being carried out',
    { changeId: 'd.1', phase: 'executing' },
    idleInput({
      counters: {
        inFlight: { decision: 'd', changeId: 'd.1', phase: 'executing', direction: 'up', optional: false, since: NOON },
      },
    }),
  ],
  [
    'wait ChangeInFlight',
    'd.1 is being verified',
    { changeId: 'd.1', phase: 'verifying' },
    idleInput({
      counters: {
        inFlight: { decision: 'd', changeId: 'd.1', phase: 'verifying', direction: 'up', optional: false, since: NOON },
      },
    }),
  ],
]);
