import type { Blueprint } from '../../src/schema/blueprint.ts';
import type { Claim, FleetFacts, FleetHealth, FleetOperation } from '../../src/schema/fleet.ts';
import type { Draw } from './draw.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The other services: well, idle and with room, or on an edge of what the fleet bears. */
export function randomFleet(draw: Draw, blueprint: Blueprint, now: number): FleetFacts {
  const own = `${blueprint.namespace}/${blueprint.name}`;
  const services = draw.pick([3, 10, 35, 40]);
  const part = <T extends object>(value: T): Partial<T> => draw.odd<Partial<T>>(value, () => ({}), 0.2);
  return {
    services,
    ...part({ counters: { operations: draw.odd([], () => randomOperations(draw, own, now)) } }),
    ...part({ health: randomHealth(draw, services, now) }),
    ...part({ used: { replicas: draw.odd(20, () => draw.int(30, 34)), cpu: 10_000, memory: 10 * 2 ** 30 } }),
    claims: draw.odd([], () => draw.list(1, 3, () => randomClaim(draw, own))),
  };
}

function randomOperations(draw: Draw, own: string, now: number): FleetOperation[] {
  const many = draw.pick([2, 3, 4, 5, 19, 20, 21]);
  const places = draw.int(1, 5);
  const old = draw.chance(0.5);
  const ages = Array.from({ length: many }, () =>
    old ? draw.pick([draw.around(10 * MINUTE), 30 * MINUTE, draw.around(HOUR)]) : draw.around(10 * MINUTE),
  );
  const running = draw.chance(0.4) ? draw.around(3) : 0;
  return ages
    .sort((left, right) => right - left)
    .map((age, index) => ({
      at: now - age,
      service: draw.odd(`shop/other-${draw.int(1, places)}`, () => own),
      decision: `other-${index}`,
      changeId: `other-${index}.1`,
      disruptive: draw.odd(true, () => false, 0.3),
      inFlight: index >= many - running,
    }));
}

function randomHealth(draw: Draw, services: number, now: number): FleetHealth {
  const edge = Math.max(5, Math.ceil(services / 5));
  const ill = draw.odd(0, () => draw.around(edge));
  const blind = Math.min(ill, draw.int(0, 2));
  const nodes = draw.odd<FleetHealth['nodes'] | 'calm'>('calm', () =>
    draw.chance(0.2) ? undefined : draw.pick([8, 9, 10].map((notReady) => ({ total: 20, notReady }))),
  );
  const few = draw.chance(0.5) ? { total: 4, notReady: draw.around(2) } : { total: 20, notReady: 0 };
  const illAt = draw.odd<number | undefined>(undefined, () => now - draw.pick([draw.around(10 * MINUTE), MINUTE]));
  return {
    unhealthy: ill - blind,
    blind,
    examples: [],
    ...(nodes === undefined ? {} : { nodes: nodes === 'calm' ? few : nodes }),
    api: draw.odd({ calls: 100, failures: 0 }, () => {
      const calls = draw.around(20);
      return { calls, failures: draw.around(2) };
    }),
    ...(illAt === undefined ? {} : { illAt }),
  };
}

const randomClaim = (draw: Draw, own: string): Claim => ({
  service: draw.pick(['shop/api', 'shop/zoo', own]),
  priority: draw.pick(['high', 'medium', 'medium', 'low']),
  criticality: draw.pick(['critical', 'standard', 'standard']),
  missed: draw.pick([0, 0, 0.5, 1.5]),
  asks: draw.int(0, 3),
  each: { replicas: 1, cpu: 500, memory: 512 * 2 ** 20 },
  pending: draw.chance(0.3),
});
