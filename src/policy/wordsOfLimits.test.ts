import { SAFETY_DEFAULTS } from '../schema/blueprint.ts';
import type { OperationRecord } from '../schema/counters.ts';
import type { Claim, FleetHealth, FleetOperation } from '../schema/fleet.ts';
import type { GateInput } from '../schema/verdict.ts';
import {
  BY_ANN,
  type CalmOverrides,
  calmFleet,
  calmInput,
  idleAssessment,
  idleInput,
  NOON,
  operation,
  RESTART,
  scaleTo,
} from '../testing/gateInput.ts';
import { tells } from '../testing/tells.ts';

const WELL: FleetHealth = {
  unhealthy: 0,
  blind: 0,
  examples: [],
  nodes: { total: 3, notReady: 0 },
  api: { calls: 100, failures: 0 },
};
/** So many writes, five minutes apart. */
const spread = (count: number, overrides: Partial<OperationRecord> = {}): OperationRecord[] =>
  Array.from({ length: count }, (_, i) => operation((i + 1) * 300_000, overrides));
const write = (name: string, ago: number, overrides: Partial<FleetOperation> = {}): FleetOperation => ({
  at: NOON - ago,
  service: `shop/${name}`,
  decision: name,
  changeId: `${name}.1`,
  disruptive: true,
  inFlight: false,
  ...overrides,
});
const fleetOf = (operations: FleetOperation[]): CalmOverrides => ({ fleet: calmFleet({ counters: { operations } }) });
const ill = (health: Partial<FleetHealth>): CalmOverrides => ({ fleet: calmFleet({ health: { ...WELL, ...health } }) });
const claim = (overrides: Partial<Claim> = {}): Claim => ({
  service: 'shop/api',
  priority: 'high',
  criticality: 'critical',
  missed: 0,
  asks: 1,
  each: { replicas: 1, cpu: 500, memory: 512 },
  pending: false,
  ...overrides,
});
/** So many replicas are left of a budget of 20. */
const room = (left: number, claims: readonly Claim[] = []): GateInput =>
  calmInput({
    global: { capacity: { replicas: 20 } },
    fleet: calmFleet({ used: { replicas: 20 - left, cpu: 0, memory: 0 }, claims }),
  });

tells('G9', [
  [
    'wait NeededLately',
    '3 replicas were needed within the last 8 min, 1 are fewer',
    { replicas: '1', highestDesired: '3' },
    calmInput({ request: scaleTo(1) }),
  ],
  [
    'wait ShortHistory',
    'watched without a gap for 60 s, 8 min are needed before a scale-down',
    { watchedMs: '60000', neededMs: '450000' },
    idleInput({ assessment: { history: { ...idleAssessment().history, unbrokenSince: NOON - 60_000 } } }),
    { notBefore: NOON + 390_000 },
  ],
  [
    'wait NeededLately',
    '6 replicas were needed within the last 8 min, 5 are fewer',
    { replicas: '5', highestDesired: '6' },
    idleInput({ assessment: { history: { ...idleAssessment().history, highestDesired: 6 } } }),
  ],
  [
    'wait NoData',
    'unbrokenSince could not be read, so the worst is assumed',
    { input: 'unbrokenSince' },
    idleInput({ assessment: { history: { highestLoad: 1.3, load: 1.2 } } }),
  ],
  [
    'wait NoData',
    'highestDesired could not be read, so the worst is assumed',
    { input: 'highestDesired' },
    idleInput({ assessment: { history: { highestLoad: 1.3, load: 1.2 } } }),
  ],
]);

tells('G10', [
  [
    'forbid WouldOverload',
    '1 replicas would run at 170%, it has to stay under 68%',
    { replicas: '1', predicted: '170%', limit: '68%' },
    calmInput({ request: scaleTo(1) }),
  ],
  [
    'forbid WouldOverload',
    '5 replicas would run at 84%, it has to stay under 68%',
    { replicas: '5', predicted: '84%', limit: '68%' },
    idleInput({ assessment: { history: { ...idleAssessment().history, highestLoad: 4.2 } } }),
  ],
  [
    'forbid WouldOverload',
    '4 replicas would run at 105%, it has to stay under 100%',
    { replicas: '4', predicted: '105%', limit: '100%' },
    idleInput({
      request: { ...scaleTo(4), ...BY_ANN },
      assessment: { history: { ...idleAssessment().history, highestLoadEver: 4.2 } },
    }),
  ],
  [
    'forbid UndoneBefore',
    'a scale-down was undone 60 min ago at load 1.25, now it is 1.20',
    { loadThen: '1.25', load: '1.20' },
    idleInput({ counters: { undoneDown: { at: NOON - 3_600_000, load: 1.25 } } }),
  ],
]);

tells('G11', [
  [
    'wait Reversal',
    'an agent moved it up 100 s ago, 5 min have to pass',
    { against: 'web-100000.1' },
    idleInput({ counters: { operations: [operation(100_000)] } }),
    { notBefore: NOON + 200_000 },
  ],
  [
    'wait Reversal',
    'a person moved it up 100 s ago, 5 min have to pass',
    { against: 'web-100000.1' },
    idleInput({ counters: { operations: [operation(100_000, { by: 'person' })] } }),
    { notBefore: NOON + 200_000 },
  ],
  [
    'wait Reversal',
    'an undo moved it up 100 s ago, 5 min have to pass',
    { against: 'web-100000.1' },
    idleInput({ counters: { operations: [operation(100_000, { undo: true, by: 'person' })] } }),
    { notBefore: NOON + 200_000 },
  ],
  [
    'wait Flapping',
    '3 reversals within 30 min: no scale-down for 60 min',
    { reversals: '3' },
    idleInput({
      counters: {
        operations: [69, 49, 35, 20].map((ago, i) =>
          operation(ago * 60_000, { direction: i % 2 === 0 ? 'up' : 'down' }),
        ),
      },
    }),
    { notBefore: NOON + 2_400_000 },
  ],
]);

tells('G12', [
  [
    'wait NoData',
    'shared capacity could not be read, so the worst is assumed',
    { input: 'shared capacity' },
    calmInput({ global: null }),
  ],
  [
    'wait Cooldown',
    'the last write was 20 s ago, the cooldown is 60 s',
    { cooldownMs: '60000' },
    calmInput({ counters: { operations: [operation(20_000)] } }),
    { notBefore: NOON + 40_000 },
  ],
  [
    'wait BudgetSpent',
    '10 of 10 operations an hour are used',
    { used: '10', limit: '10' },
    calmInput({ counters: { operations: spread(10) }, assessment: { breach: ['latency_p95'] } }),
    { notBefore: NOON + 600_000 },
  ],
  [
    'note SpentUnderBreach',
    'the budget is spent while an objective is missed: a person is called',
    {},
    calmInput({ counters: { operations: spread(10) }, assessment: { breach: ['latency_p95'] } }),
  ],
  [
    'wait DownsSpent',
    '4 of 4 scale-downs an hour are used',
    { used: '4', limit: '4' },
    idleInput({ counters: { operations: spread(4, { direction: 'down' }) } }),
    { notBefore: NOON + 2_400_000 },
  ],
  [
    'wait OptionalSpent',
    '6 of 6 optional operations an hour are used',
    { used: '6', limit: '6' },
    calmInput({ request: RESTART, counters: { operations: spread(6, { optional: true }) } }),
    { notBefore: NOON + 1_800_000 },
  ],
  [
    'wait BudgetSpent',
    '64 of 64 writes on record an hour are used',
    { used: '64', limit: '64' },
    calmInput({
      blueprint: { safety: { ...SAFETY_DEFAULTS, cooldownMs: 0, operationsPerHour: 1000 } },
      counters: { operations: Array.from({ length: 64 }, (_, i) => operation((i + 1) * 30_000)) },
    }),
    { notBefore: NOON + 1_680_000 },
  ],
  [
    'wait BudgetUnknown',
    'the record of this service was lost, so the hour counts as spent',
    {},
    calmInput({ counters: { spentUntil: NOON + 60_000 } }),
    { notBefore: NOON + 60_000 },
  ],
  [
    'wait FleetBusy',
    '3 disruptive changes are in flight in the fleet, at most 3 may be',
    {},
    idleInput(fleetOf(['a', 'b', 'c'].map((n) => write(n, 1_200_000, { inFlight: true })))),
  ],
  [
    'wait FleetBudgetSpent',
    '20 of 20 disruptive operations of the fleet an hour are used',
    { used: '20', limit: '20' },
    idleInput(fleetOf(Array.from({ length: 20 }, (_, i) => write(`s${i}`, 1_800_000 + i)))),
    { notBefore: NOON + 1_799_981 },
  ],
  [
    'wait FleetDisrupted',
    '3 other services of 10 were disrupted in 10 min, at most 3 may be',
    { disrupted: '3', limit: '3' },
    idleInput(fleetOf(['a', 'b', 'c'].map((n) => write(n, 300_000)))),
    { notBefore: NOON + 300_000 },
  ],
  [
    'wait RoomLost',
    'pods find no room on the nodes, and shop/api comes first',
    { winner: 'shop/api' },
    calmInput({ fleet: calmFleet({ claims: [claim({ pending: true, asks: 0 })] }) }),
  ],
  [
    'wait CapacityLost',
    'the shared capacity is short, and shop/api comes first',
    { winner: 'shop/api' },
    room(1, [claim()]),
  ],
  ['wait CapacityShort', 'the shared capacity has room for 0 of 1 replicas more', { fits: '0', asks: '1' }, room(0)],
]);

tells('G13', [
  [
    'wait FleetHalt',
    'nothing disruptive while 3 of 10 services are unhealthy and 2 blind (shop/a, shop/b)',
    {},
    idleInput(ill({ unhealthy: 3, blind: 2, examples: ['shop/a', 'shop/b'] })),
  ],
  [
    'wait FleetHalt',
    'nothing disruptive while 3 of 6 nodes are not ready',
    {},
    idleInput(ill({ nodes: { total: 6, notReady: 3 } })),
  ],
  [
    'wait FleetHalt',
    'nothing disruptive while the API server fails 20.8% of 24 calls',
    {},
    idleInput(ill({ api: { calls: 24, failures: 5 } })),
  ],
  [
    'wait FleetHalt',
    'the fleet was ill less than 10 min ago',
    {},
    idleInput(ill({ illAt: NOON - 60_000 })),
    { notBefore: NOON + 540_000 },
  ],
]);
