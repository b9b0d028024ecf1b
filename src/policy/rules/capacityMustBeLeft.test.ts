import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GlobalRules } from '../../schema/blueprint.ts';
import type { Amount, Claim, FleetFacts } from '../../schema/fleet.ts';
import type { GateInput } from '../../schema/verdict.ts';
import { BY_ANN, type CalmOverrides, calmFleet, calmInput, idleInput, said, scaleTo } from '../../testing/gateInput.ts';
import { inOrderOfClaim, shareOf } from '../arbiter.ts';
import { decide } from '../decide.ts';

const EACH: Amount = { replicas: 1, cpu: 500, memory: 512 };

/** Another service that asks for one replica more. The service under test is shop/web: high, critical, nothing missed. */
const claim = (overrides: Partial<Claim> = {}): Claim => ({
  service: 'shop/other',
  priority: 'high',
  criticality: 'critical',
  missed: 0,
  asks: 1,
  each: EACH,
  pending: false,
  ...overrides,
});
const FIRST = claim({ service: 'shop/api' });
const LAST = claim({ service: 'shop/zoo' });

/** So many replicas are left of a budget of 20. */
const room = (
  left: number,
  claims: readonly Claim[] = [],
  more: CalmOverrides = {},
  capacity: GlobalRules['capacity'] = { replicas: 20 },
): GateInput =>
  calmInput({
    ...more,
    global: { capacity },
    fleet: calmFleet({ used: { replicas: 20 - left, cpu: 20_000 - left * 500, memory: 0 }, claims }),
  });
/** The floor wants this many of the 2 it has. */
const floor = (replicas: number): CalmOverrides => ({
  request: scaleTo(replicas),
  assessment: { recommendation: { direction: 'up', replicas, reason: 'cpu', started: true } },
});

const withoutFleet = (): GateInput => {
  const { fleet: _unread, ...input } = calmInput();
  return input;
};

describe('capacity must be left', () => {
  it.each([
    [
      'priority before all',
      claim({ priority: 'medium', missed: 9 }),
      claim({ priority: 'high', criticality: 'standard' }),
    ],
    ['criticality before what is missed', claim({ criticality: 'standard', missed: 9 }), claim()],
    ['what is missed before the name', claim({ service: 'shop/a', missed: 1 }), claim({ missed: 1.4 })],
    ['the name at last', claim({ service: 'shop/b' }), claim({ service: 'shop/a' })],
  ])('serves in an order that is always the same: %s (GATE-G12-9)', (_case, later, earlier) => {
    expect([later, earlier].sort(inOrderOfClaim)).toEqual([earlier, later]);
    expect([earlier, later].sort(inOrderOfClaim)).toEqual([earlier, later]);
  });

  it.each<[string, GateInput, string[]]>([
    ['no limit', calmInput({ fleet: calmFleet({ claims: [FIRST] }) }), []],
    ['room for all', room(2, [FIRST]), []],
    ['room for one, and it comes before the other', room(1, [LAST]), []],
    ['room for one, and the other comes first', room(1, [FIRST]), ['wait CapacityLost']],
    ['no room for anybody', room(0, [FIRST]), ['wait CapacityShort']],
    ['more used than there is', room(-3), ['wait CapacityShort']],
    ['its own claim is no competitor', room(1, [claim({ service: 'shop/web' })]), []],
  ])('gives the room to the first: %s (GATE-G12-9)', (_case, input, expected) => {
    expect(said(decide(input).verdict, 'G12')).toEqual(expected);
  });

  it('names who won (GATE-G12-10)', () => {
    const { verdict } = decide(room(1, [FIRST]));
    expect(verdict.authority).toBe('allowed');
    expect(verdict.findings.find(({ code }) => code === 'CapacityLost')?.values).toEqual({ winner: 'shop/api' });
  });

  it('gives the first what room there is, in one smaller step (GATE-G12-10)', () => {
    const { verdict, permit } = decide(room(1, [LAST], floor(4)));
    expect(said(verdict, 'G12')).toEqual(['note CapacityShort']);
    expect(permit?.terms.change).toMatchObject({ from: 2, to: 3 });
  });

  it.each([
    ['one too few', 3, ['wait CapacityLost']],
    ['all it asks for', 4, []],
  ])('serves the second whole or not at all: %s (GATE-G12-10)', (_case, left, expected) => {
    const first = { ...FIRST, asks: 2 };
    expect(said(decide(room(left, [first], floor(4))).verdict, 'G12')).toEqual(expected);
  });

  it('passes over a claim that not one replica fits for (GATE-G12-10)', () => {
    const huge = { ...FIRST, each: { ...EACH, cpu: 900 } };
    expect(said(decide(room(1, [huge], {}, { cpu: 20_000 })).verdict, 'G12')).toEqual([]);
  });

  it("binds a person's request, and cuts no approved number into halves (GATE-5)", () => {
    expect(said(decide(room(1, [FIRST], { request: BY_ANN })).verdict, 'G12')).toEqual(['wait CapacityLost']);
    const input = room(1, [], {
      request: scaleTo(12),
      approval: { name: 'a', operation: 'scale_beyond_limits', args: scaleTo(12).args, blueprintHash: 'b'.repeat(64) },
    });
    expect(said(decide(input).verdict, 'G12')).toEqual(['wait CapacityShort']);
  });

  it('stops at no number below the range (GATE-G12-10)', () => {
    const input = room(1, [], { ...floor(2), workload: { replicas: 0, ready: 0 } });
    expect(said(decide(input).verdict, 'G12')).toEqual(['wait CapacityShort']);
  });

  it.each<[string, GateInput]>([
    ['what is used', { ...room(1), fleet: withoutUsed() }],
    ['the fleet', { ...room(1), fleet: withoutUsed(), request: { ...room(1).request, ...BY_ANN } }],
    ['all of the fleet', withoutFleet()],
    ['the global rules', calmInput({ global: null })],
    ['what one of its own needs', room(1, [], { workload: { requests: { missing: ['app'] } } }, { cpu: 20_000 })],
    ['a number', { ...room(1), fleet: calmFleet({ used: { replicas: Number.NaN, cpu: 0, memory: 0 } }) }],
  ])('waits where nobody can tell: %s is missing (GATE-7)', (_case, input) => {
    expect(said(decide(input).verdict, 'G12')).toEqual(['wait NoData']);
  });

  it('asks nothing of what takes no capacity (GATE-G12-9)', () => {
    const input = idleInput({ global: { capacity: { replicas: 1 } } });
    expect(said(decide(input).verdict, 'G12')).toEqual([]);
  });

  it.each<[string, readonly Claim[], string[]]>([
    ['a service that comes first waits for room', [{ ...FIRST, pending: true, asks: 0 }], ['wait RoomLost']],
    ['a service that comes first asks while another waits', [FIRST, { ...LAST, pending: true }], ['wait RoomLost']],
    ['only services that come after it ask', [{ ...LAST, pending: true }], []],
    ['nobody waits for room', [FIRST], []],
    ['its own pods wait', [claim({ service: 'shop/web', pending: true })], []],
  ])('lets the first go where pods find no room: %s (GATE-G12-9)', (_case, claims, expected) => {
    expect(said(decide(calmInput({ fleet: calmFleet({ claims }) })).verdict, 'G12')).toEqual(expected);
  });

  it('never gives away more than there is, whoever asks in whatever order (GATE-G12-10)', () => {
    const someClaim = fc.record({
      service: fc.constantFrom('shop/a', 'shop/b', 'shop/c', 'shop/d'),
      priority: fc.constantFrom('high' as const, 'medium' as const, 'low' as const),
      criticality: fc.constantFrom('critical' as const, 'standard' as const),
      missed: fc.constantFrom(0, 1.2, 3),
      asks: fc.integer({ min: 1, max: 6 }),
    });
    const claims = fc.uniqueArray(someClaim, { selector: ({ service }) => service, minLength: 1 });
    fc.assert(
      fc.property(claims, fc.integer({ min: 0, max: 12 }), (asking, left) => {
        const all = asking.map((one) => claim(one));
        const shares = all.map((own) => granted(own, all, left));
        const given = shares.reduce((sum, { fits }) => sum + fits, 0);
        expect(given).toBeLessThanOrEqual(left);
        expect(
          shares.filter(({ fits }, index) => fits > 0 && fits < (all[index]?.asks ?? 0)).length,
        ).toBeLessThanOrEqual(1);
        if (left > 0) expect(given).toBeGreaterThan(0);
      }),
    );
  });
});

/** What the arbiter gives to one of them, by its own blueprint. */
function granted(own: Claim, claims: readonly Claim[], left: number): { readonly fits: number } {
  const name = own.service.slice('shop/'.length);
  const { priority, criticality, missed, asks } = own;
  const signals = [
    {
      name: 'error_rate' as const,
      state: 'fresh' as const,
      value: missed,
      target: 1,
      intervalMs: 15_000,
      source: '',
      says: 'hold' as const,
    },
  ];
  const input = room(left, claims, {
    blueprint: { name, priority, criticality },
    assessment: { signals, breach: missed > 0 ? ['error_rate'] : [] },
  });
  const share = shareOf(input, asks);
  if (share === undefined) throw new TypeError('no share');
  return share;
}

function withoutUsed(): FleetFacts {
  const { used: _, ...rest } = calmFleet();
  return rest;
}
