import { describe, expect, it } from 'vitest';
import { executorParts, heldDecision } from '../../../test/stages/executorParts.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { sealed } from '../../schema/counterSeal.ts';
import { type Counters, NEW_COUNTERS } from '../../schema/counters.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { calmFleet, NOON } from '../../testing/gateInput.ts';
import { thaw } from '../counters/thaw.ts';
import { catchUp } from '../records/catchUp.ts';
import { Halts } from './halts.ts';

type Errors = Record<string, readonly ('conflict' | 'unavailable' | 'denied' | 'notFound')[]>;

const breaker = (name: string, status?: object, spec: object = { holds: [] }): KubeObject => ({
  ...KINDS.CircuitBreaker,
  metadata: { name, namespace: name === 'fleet' ? 'agent-system' : 'shop' },
  spec,
  ...(status !== undefined && { status }),
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

describe('a freeze that a person named', () => {
  const frozen = { decision: 'web-b', change: 'web-b.1.undo', at: NOON } as never;
  const resumed = (change: string) => ({ holds: [], resumed: { change, by: 'ann', at: '2026-01-05T12:00:00Z' } });
  const record = (change = 'web-b.1.undo', status: object = sealed(counters({ frozen }))) =>
    breaker('web', status, resumed(change));

  it.each<{
    what: string;
    seen?: Partial<ServiceView>;
    objects?: readonly KubeObject[];
    errors?: Errors;
    unlogged?: boolean;
    again?: number;
    did: string[];
  }>([
    {
      what: 'is lifted, on record first',
      did: [
        'get CircuitBreaker web',
        'journal hold web-b',
        'status CircuitBreaker web',
        'info a freeze was lifted {"service":"shop/web","change":"web-b.1.undo","who":"ann"}',
      ],
    },
    { what: 'is not where there is none', seen: { counters: counters() }, did: [] },
    { what: 'is not where nobody named it', seen: { breakerObject: breaker('web', {}) }, did: [] },
    { what: 'is not where another is named', seen: { breakerObject: record('web-x.1.undo') }, did: [] },
    { what: 'is not where its record is gone', objects: [], did: ['get CircuitBreaker web'] },
    {
      what: 'waits where its record cannot be read',
      errors: { 'get CircuitBreaker': ['unavailable'] },
      again: NOON + 5_000,
      did: ['get CircuitBreaker web'],
    },
    {
      what: 'is not where the record names another by now',
      objects: [record('web-x.1.undo')],
      did: ['get CircuitBreaker web'],
    },
    {
      what: 'is tried again where somebody else wrote',
      errors: { 'status CircuitBreaker': ['conflict'] },
      again: NOON + 1_000,
      did: ['get CircuitBreaker web', 'journal hold web-b', 'status CircuitBreaker web'],
    },
  ])('$what', async ({ seen, objects = [record()], errors, again, did }) => {
    const parts = executorParts({ objects, ...(errors !== undefined && { errors }) });
    const given = view({ counters: counters({ frozen }), breakerObject: record(), ...seen });
    expect(await thaw(parts.deps, given)).toBe(again);
    expect(parts.did).toEqual(did);
  });
});

describe('what the log missed', () => {
  const late = (journal = 'unlogged') => heldDecision({ status: { phase: 'Succeeded', journal } });
  const stored = (journal?: string): KubeObject => ({ ...late(journal).object, kind: 'Decision' });
  it.each<{
    what: string;
    known?: ReturnType<typeof late>;
    objects?: readonly KubeObject[];
    errors?: Errors;
    again?: number;
    did: string[];
  }>([
    { what: 'is told it', did: ['get Decision web-b', 'journal phase web-b', 'status Decision web-b'] },
    { what: 'is nothing where it knows', known: late('abc'), did: [] },
    { what: 'is nothing where another told it', objects: [stored('abc')], did: ['get Decision web-b'] },
    { what: 'is nothing of what is gone', objects: [], did: ['get Decision web-b'] },
    {
      what: 'is tried again',
      errors: { 'status Decision': ['conflict'] },
      again: NOON + 5_000,
      did: ['get Decision web-b', 'journal phase web-b', 'status Decision web-b'],
    },
  ])('$what', async ({ known = late(), objects = [stored()], errors, again, did }) => {
    const parts = executorParts({ objects, ...(errors !== undefined && { errors }) });
    expect(await catchUp(parts.deps, known)).toBe(again);
    expect(parts.did).toEqual(did);
  });
});

describe('a halt', () => {
  const hold = { kind: 'stop', what: 'all', by: 'ann', reason: 'look', at: '2026-01-05T12:00:00Z' };
  const seen = (
    holds: readonly object[],
    told: readonly object[] = [],
    fleetObject = breaker('fleet', undefined, { holds }),
  ): ServiceView => view({ fleet: calmFleet({ counters: { operations: [], told } as never }), fleetObject });
  const STOP = 'stop.2026-01-05T12:00:00Z';

  it.each<{
    what: string;
    views: readonly ServiceView[];
    errors?: Errors;
    again?: number;
    codes: string[];
    calls: number;
  }>([
    { what: 'nobody sees', views: [], codes: [], calls: 0 },
    { what: 'is none', views: [seen([])], codes: [], calls: 0 },
    { what: 'is told', views: [seen([hold])], codes: ['FleetStopped'], calls: 2 },
    { what: 'that was told is not', views: [seen([hold], [{ key: STOP, at: NOON }])], codes: [], calls: 0 },
    { what: 'that ended is taken off the record', views: [seen([], [{ key: STOP, at: NOON }])], codes: [], calls: 1 },
    {
      what: 'is told for a breaker that is held',
      views: [seen([{ ...hold, kind: 'breaker' }])],
      codes: ['FleetBreakerHeld'],
      calls: 2,
    },
    { what: 'is no pause', views: [seen([{ ...hold, kind: 'pause' }])], codes: [], calls: 0 },
    { what: 'is nothing of one namespace', views: [seen([{ ...hold, namespace: 'shop' }])], codes: [], calls: 0 },
    {
      what: 'is told by who puts it on record',
      views: [seen([hold])],
      errors: { 'status CircuitBreaker': ['conflict'] },
      again: NOON + 1_000,
      codes: [],
      calls: 1,
    },
    {
      what: 'is told all the same where it cannot be',
      views: [seen([hold])],
      errors: { 'status CircuitBreaker': ['unavailable'] },
      again: NOON + 5_000,
      codes: ['FleetStopped'],
      calls: 1,
    },
  ])('$what', async ({ views, errors, again, codes, calls }) => {
    const raised: string[] = [];
    const alerts = [{ raise: ({ code }: { code: string }) => void raised.push(code) }];
    const parts = executorParts({ views, given: { alerts }, ...(errors !== undefined && { errors }) });
    const halts = new Halts(parts.deps);
    expect(await halts.pass()).toBe(again);
    expect(raised).toEqual(codes);
    expect(parts.did.filter((line) => /^(?:create|status)/.test(line))).toHaveLength(calls);
  });
});
