import { describe, expect, it } from 'vitest';
import { changeRecord, executorParts, heldDecision } from '../../../test/stages/executorParts.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { NO_GLOBAL_RULES } from '../../schema/blueprint.ts';
import { sealed } from '../../schema/counterSeal.ts';
import { type Counters, type InFlight, NEW_COUNTERS } from '../../schema/counters.ts';
import type { FleetOperation } from '../../schema/fleet.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { calmFleet, calmInput, idleInput, NOON } from '../../testing/gateInput.ts';
import type { Write } from '../carryOut.ts';
import { freeWith, takeFleetSlot } from '../fleet/fleetSlot.ts';
import { isUnderWay } from '../fleet/underWay.ts';
import { recoverSlot } from './recover.ts';
import { retakeSlot, takeSlot } from './slot.ts';

type Errors = Record<string, readonly ('conflict' | 'unavailable' | 'denied' | 'notFound')[]>;

const breaker = (name: string, status?: object, spec: object = { holds: [] }): KubeObject => ({
  ...KINDS.CircuitBreaker,
  metadata: { name, namespace: name === 'fleet' ? 'agent-system' : 'shop' },
  spec,
  ...(status !== undefined && { status }),
});
const flight = (overrides: Partial<InFlight> = {}): InFlight => ({
  decision: 'web-b',
  changeId: 'web-b.1',
  phase: 'verifying',
  direction: 'down',
  optional: false,
  since: NOON - 60_000,
  ...overrides,
});
const counters = (overrides: Partial<Counters> = {}): Counters => ({ ...NEW_COUNTERS, ...overrides });
const view = (overrides: Partial<ServiceView> = {}): ServiceView =>
  ({
    namespace: 'shop',
    name: 'web',
    counters: counters(),
    breakerObject: breaker('web', {}),
    ...overrides,
  }) as Partial<ServiceView> as ServiceView;
const slot = (overrides: Partial<FleetOperation> = {}): FleetOperation => ({
  at: NOON,
  service: 'shop/web',
  decision: 'web-b',
  changeId: 'web-b.1',
  disruptive: true,
  inFlight: true,
  ...overrides,
});
const fleetOf = (operations: readonly FleetOperation[]): KubeObject =>
  breaker('fleet', { ...NEW_COUNTERS, fleet: { operations } });
const fleetIn = (object: KubeObject | undefined) =>
  (object?.status as { fleet?: { operations: readonly FleetOperation[] } } | undefined)?.fleet?.operations;

describe('the slot of a service', () => {
  it.each<{ what: string; given?: Partial<ServiceView>; errors?: Errors; slot: string; calls: string[] }>([
    { what: 'is taken on the record that was seen', slot: 'taken', calls: ['status web'] },
    {
      what: 'is taken on a new one',
      given: { breakerObject: undefined } as never,
      slot: 'taken',
      calls: ['create web', 'status web'],
    },
    {
      what: 'is asked for again where another made the record',
      given: { breakerObject: undefined } as never,
      errors: { 'create CircuitBreaker': ['conflict'] },
      slot: 'again',
      calls: ['create web'],
    },
    {
      what: 'is asked for again after a conflict',
      errors: { 'status CircuitBreaker': ['conflict'] },
      slot: 'again',
      calls: ['status web'],
    },
    {
      what: 'is asked for again after a refusal',
      errors: { 'status CircuitBreaker': ['denied'] },
      slot: 'again',
      calls: ['status web'],
    },
    {
      what: 'fails where it is not taken',
      errors: { 'status CircuitBreaker': ['unavailable'] },
      slot: 'failed',
      calls: ['status web'],
    },
  ])('$what', async ({ given, errors, slot: wanted, calls }) => {
    const { deps, did } = executorParts({ ...(errors !== undefined && { errors }) });
    expect(await takeSlot(deps, view(given), counters({ inFlight: flight() }))).toBe(wanted);
    expect(did).toEqual(calls.map((call) => call.replace(' ', ' CircuitBreaker ')));
  });

  const counted = {
    at: NOON - 60_000,
    decision: 'web-b',
    changeId: 'web-b.1',
    direction: 'down',
    optional: false,
    undo: false,
    by: 'agent',
  } as const;
  it.each<{ what: string; given: Partial<ServiceView>; next?: object }>([
    { what: 'is not taken back where nothing is known', given: { counters: undefined } as never },
    { what: 'is not where something is in flight', given: { counters: counters({ inFlight: flight() }) } },
    {
      what: 'is with the write counted',
      given: {},
      next: { operations: [counted], targetUid: 'uid-web', inFlight: flight() },
    },
    {
      what: 'is with the write counted once',
      given: { counters: counters({ operations: [counted] }), breakerObject: breaker('web', { reverts: 0 }) },
      next: { operations: [counted], lastChangeId: 'web-b.1' },
    },
  ])('$what', async ({ given, next }) => {
    const { deps, written } = executorParts();
    const seen = { view: view(given), workload: { uid: 'uid-web' } };
    expect(await retakeSlot(deps, seen, flight())).toBe(next === undefined ? undefined : 'taken');
    expect(written.map(({ status }) => status)).toMatchObject(next === undefined ? [] : [next]);
  });

  it('that was emptied names no last change: it is not known of the rest', async () => {
    const { deps, written } = executorParts();
    await retakeSlot(deps, { view: view(), workload: { uid: 'u' } }, flight());
    expect(written[0]?.status).not.toHaveProperty('lastChangeId');
  });

  it.each<{
    what: string;
    held?: Parameters<typeof heldDecision>[0];
    inFlight?: Partial<InFlight>;
    errors?: Errors;
    against: string | undefined;
    left: boolean;
  }>([
    {
      what: 'of a Decision that is carried out stays',
      held: { status: { phase: 'Executing' } },
      against: undefined,
      left: true,
    },
    {
      what: 'of a Decision that is verified stays',
      held: { status: { phase: 'Verifying' } },
      against: undefined,
      left: true,
    },
    {
      what: 'of a Decision that is over is freed',
      held: { status: { phase: 'Succeeded' } },
      against: undefined,
      left: false,
    },
    {
      what: 'of a write that is on record is freed',
      held: { status: { changes: [changeRecord()] } },
      against: undefined,
      left: false,
    },
    {
      what: 'of another write that is on record is not',
      held: { status: { changes: [changeRecord({ id: 'web-b.0' })] } },
      against: undefined,
      left: false,
    },
    {
      what: 'without an intent is kept for 30 s',
      held: {},
      inFlight: { phase: 'executing', since: NOON - 29_999 },
      against: 'web-b',
      left: true,
    },
    {
      what: 'without an intent is freed after it',
      held: {},
      inFlight: { phase: 'executing', since: NOON - 30_000 },
      against: undefined,
      left: false,
    },
    {
      what: 'is kept while its Decision cannot be read',
      held: {},
      errors: { 'get Decision': ['unavailable'] },
      against: undefined,
      left: true,
    },
    { what: 'of no Decision is kept for 30 s', inFlight: { since: NOON - 29_999 }, against: undefined, left: true },
    { what: 'of no Decision is freed after it', inFlight: { since: NOON - 30_000 }, against: undefined, left: false },
    { what: 'of no Decision and no write is freed', inFlight: { phase: 'executing' }, against: undefined, left: false },
  ])('$what', async ({ held, inFlight, errors, against, left }) => {
    const one = {
      decision: 'web-b',
      changeId: 'web-b.1',
      at: NOON,
      direction: 'down',
      optional: false,
      undo: false,
      by: 'agent',
    } as const;
    const record = breaker('web', sealed(counters({ operations: [one], inFlight: flight(inFlight) })));
    const objects = [record, ...(held === undefined ? [] : [{ ...heldDecision(held).object, kind: 'Decision' }])];
    const { deps, written } = executorParts({ objects, ...(errors !== undefined && { errors }) });
    const { busy } = await recoverSlot(deps, 'shop', 'web');
    expect(busy).toBe(against);
    const [last] = written.filter(({ metadata }) => metadata.name === 'web');
    const freed = last !== undefined && (last.status as Counters).inFlight === undefined;
    expect(freed).toBe(!left);
  });

  it.each<{ what: string; objects: readonly KubeObject[]; is: boolean }>([
    { what: 'nobody', objects: [], is: false },
    { what: 'this change', objects: [breaker('web', sealed(counters({ inFlight: flight() })))], is: true },
    {
      what: 'another change',
      objects: [breaker('web', sealed(counters({ inFlight: flight({ changeId: 'x' }) })))],
      is: false,
    },
    {
      what: 'this change, over another',
      objects: [breaker('web', sealed(counters({ inFlight: flight({ changeId: 'x', over: flight() }) })))],
      is: true,
    },
    { what: 'this change in the fleet', objects: [fleetOf([slot()])], is: true },
    { what: 'another change in the fleet', objects: [fleetOf([slot({ changeId: 'x' })])], is: false },
    { what: 'this change in the fleet no more', objects: [fleetOf([slot({ inFlight: false })])], is: false },
    {
      what: 'who wrote it by hand',
      objects: [breaker('web', { ...sealed(counters({ inFlight: flight() })), reverts: 3 })],
      is: false,
    },
  ])('held by $what is under way: $is', async ({ objects, is }) => {
    const write = { judged: { view: view() }, changeId: 'web-b.1' } as Partial<Write> as Write;
    expect(await isUnderWay(executorParts({ objects }).deps, write)).toBe(is);
  });
});

describe("the fleet's slot of a write", () => {
  const write = (
    input = idleInput(),
    overrides: object = {},
    fleetObject: KubeObject | undefined = fleetOf([]),
  ): Write =>
    ({
      judged: { view: view({ fleet: calmFleet(), ...(fleetObject !== undefined && { fleetObject }) }), input } as never,
      permit: { terms: { change: { kind: 'scale', from: 6, to: 5 } } } as never,
      changeId: 'web-b.1',
      undo: false,
      ...overrides,
    }) as Partial<Write> as Write;
  const record = {
    at: NOON,
    decision: 'web-b',
    changeId: 'web-b.1',
    direction: 'down',
    optional: true,
    undo: false,
    by: 'agent',
  } as const;
  const up = { ...record, direction: 'up' } as const;
  const SHARED = { global: { ...NO_GLOBAL_RULES, capacity: { replicas: 100 } } } as never;

  it.each<{
    what: string;
    write?: Write;
    record?: typeof record | typeof up;
    errors?: Errors;
    slot: string;
    ours?: object;
  }>([
    {
      what: 'is taken by what takes capacity away',
      slot: 'taken',
      ours: { service: 'shop/web', disruptive: true, inFlight: true, at: NOON },
    },
    { what: 'is not by an undo', write: write(idleInput(), { undo: true }), slot: 'none' },
    { what: 'is not by an up', write: write(calmInput()), record: up, slot: 'none' },
    {
      what: 'is by an up where capacity is shared',
      write: write(calmInput(SHARED)),
      record: up,
      slot: 'taken',
      ours: { disruptive: false, replicas: 5 },
    },
    {
      what: 'fails where the fleet is not known',
      write: write(idleInput(), { judged: { view: view(), input: idleInput() } }),
      slot: 'failed',
    },
    { what: 'is asked for again after a conflict', errors: { 'status CircuitBreaker': ['conflict'] }, slot: 'again' },
    { what: 'is asked for again after a refusal', errors: { 'status CircuitBreaker': ['denied'] }, slot: 'again' },
    { what: 'fails where it is not taken', errors: { 'status CircuitBreaker': ['unavailable'] }, slot: 'failed' },
  ])('$what', async ({ write: given = write(), record: of = record, errors, slot: wanted, ours }) => {
    const { deps, written } = executorParts({ ...(errors !== undefined && { errors }) });
    expect(await takeFleetSlot(deps, given, of)).toBe(wanted);
    if (ours === undefined) expect(written).toEqual([]);
    else expect(fleetIn(written[0])).toMatchObject([ours]);
  });

  it('makes room of what ended an hour ago, never of what is in flight, and takes none twice', async () => {
    const hour = NOON - 3_600_000;
    const stay = [slot({ changeId: 'a', at: hour + 1, inFlight: false }), slot({ changeId: 'b', at: hour })];
    const go = [slot({ changeId: 'c', at: hour, inFlight: false }), slot({ at: NOON - 5 })];
    const given = write();
    const judged = {
      ...given.judged,
      view: view({ fleet: calmFleet({ counters: { operations: [...stay, ...go] } }), fleetObject: fleetOf([]) }),
    };
    const { deps, written } = executorParts();
    await takeFleetSlot(deps, { ...given, judged }, record);
    expect(fleetIn(written[0])?.map(({ changeId, at }) => [changeId, at])).toEqual([
      ['a', hour + 1],
      ['b', hour],
      ['web-b.1', NOON],
    ]);
  });

  it.each<{ what: string; global?: object; before: Partial<Counters>; after?: Partial<Counters>; freed: boolean }>([
    { what: 'is freed when a down ends', before: { inFlight: flight() }, freed: true },
    {
      what: 'stays while it goes on',
      before: { inFlight: flight() },
      after: { inFlight: flight({ changeId: 'web-b.1.undo' }) },
      freed: false,
    },
    {
      what: 'is no matter of an up',
      global: NO_GLOBAL_RULES,
      before: { inFlight: flight({ direction: 'up' }) },
      freed: false,
    },
    {
      what: 'is of an up where capacity is shared',
      global: { ...NO_GLOBAL_RULES, capacity: { replicas: 9 } },
      before: { inFlight: flight({ direction: 'up' }) },
      freed: true,
    },
    {
      what: 'is of an up where the rules are not known',
      before: { inFlight: flight({ direction: 'up' }) },
      freed: true,
    },
    {
      what: 'is of an up that undoes',
      global: NO_GLOBAL_RULES,
      before: { inFlight: flight({ direction: 'up' }), operations: [{ ...record, direction: 'up', undo: true }] },
      freed: true,
    },
  ])('$what', async ({ global, before, after, freed }) => {
    const { deps, did } = executorParts({ objects: [fleetOf([slot()])] });
    const of = { namespace: 'shop', name: 'web', ...(global !== undefined && { global: global as never }) };
    await freeWith(deps, of, counters(before), counters(after));
    expect(did.includes('status CircuitBreaker fleet')).toBe(freed);
  });
});
