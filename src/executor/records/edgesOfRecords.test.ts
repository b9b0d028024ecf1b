import { describe, expect, it } from 'vitest';
import { executorParts, heldDecision } from '../../../test/stages/executorParts.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { sealed } from '../../schema/counterSeal.ts';
import { NEW_COUNTERS } from '../../schema/counters.ts';
import type { FleetOperation } from '../../schema/fleet.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import type { DecisionStatus } from '../../schema/records.ts';
import { NOON } from '../../testing/gateInput.ts';
import { endRequest, isOpenRequest } from '../approvals/endRequest.ts';
import { readCounters, updateCounters } from '../counters/slot.ts';
import { freeFleetSlot } from '../fleet/fleetSlot.ts';
import { recoverFleet } from '../fleet/recoverFleet.ts';
import { retire } from './retention.ts';

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
const iso = (ms: number): string => new Date(ms).toISOString();

describe('an old record', () => {
  const over = (ago: number, status: Partial<DecisionStatus> = {}, name = 'web-b'): KubeObject =>
    heldDecision({ name, createdAt: NOON - ago, status: { phase: 'Refused', finishedAt: iso(NOON - ago), ...status } })
      .object;
  const asked = (phase: string, ago: number, name = 'web-b'): KubeObject => ({
    ...KINDS.ApprovalRequest,
    metadata: { name, namespace: 'shop', creationTimestamp: iso(NOON - ago) },
    status: { phase, message: '' },
  });
  const view = (decision: string): ServiceView =>
    ({
      namespace: 'shop',
      counters: { ...NEW_COUNTERS, inFlight: { decision } },
    }) as Partial<ServiceView> as ServiceView;

  it.each<{
    what: string;
    decisions: readonly KubeObject[];
    approvals?: readonly KubeObject[];
    busy?: string;
    gone: string[];
  }>([
    { what: 'of a week stays', decisions: [over(WEEK)], gone: [] },
    { what: 'of a week and a millisecond goes', decisions: [over(WEEK + 1)], gone: ['Decision web-b'] },
    { what: 'that is not over stays', decisions: [over(WEEK + 1, { phase: 'Deferred' })], gone: [] },
    { what: 'of no known phase stays', decisions: [{ ...over(WEEK + 1), status: { phase: 'Lost' } }], gone: [] },
    { what: 'that the log does not know stays', decisions: [over(WEEK + 1, { journal: 'unlogged' })], gone: [] },
    { what: 'that the log knows goes', decisions: [over(WEEK + 1, { journal: 'abc' })], gone: ['Decision web-b'] },
    { what: 'that is in flight stays', decisions: [over(WEEK + 1)], busy: 'web-b', gone: [] },
    { what: 'goes while another is in flight', decisions: [over(WEEK + 1)], busy: 'web-c', gone: ['Decision web-b'] },
    {
      what: 'that says no end goes by when it was made',
      decisions: [{ ...over(WEEK + 1), status: { phase: 'Refused' } }],
      gone: ['Decision web-b'],
    },
    {
      what: 'without any time stays',
      decisions: [{ ...over(0), metadata: { name: 'web-b', namespace: 'shop' }, status: { phase: 'Refused' } }],
      gone: [],
    },
    {
      what: 'goes after its request',
      decisions: [over(WEEK + 1)],
      approvals: [asked('Consumed', 0)],
      gone: ['ApprovalRequest web-b', 'Decision web-b'],
    },
    ...(['Rejected', 'Expired', 'Superseded', 'Consumed'] as const).map((phase) => ({
      what: `of a request without a Decision goes when it is ${phase}`,
      decisions: [],
      approvals: [asked(phase, WEEK + 1)],
      gone: ['ApprovalRequest web-b'],
    })),
    { what: 'of an open request stays', decisions: [], approvals: [asked('Approved', WEEK + 1)], gone: [] },
    { what: 'of a request of a week stays', decisions: [], approvals: [asked('Expired', WEEK)], gone: [] },
    {
      what: 'of a request stays with its Decision',
      decisions: [over(0)],
      approvals: [asked('Expired', WEEK + 1)],
      gone: [],
    },
  ])('$what', async ({ decisions, approvals = [], busy, gone }) => {
    const { deps, did } = executorParts({ decisions, approvals, views: busy === undefined ? [] : [view(busy)] });
    await retire(deps);
    expect(did.filter((line) => line.startsWith('delete'))).toEqual(gone.map((one) => `delete ${one}`));
  });

  const many = (count: number, status: (n: number) => Partial<DecisionStatus>): KubeObject[] =>
    Array.from({ length: count }, (_, n) => over(2 * HOUR + n, status(n), `web-${n}`));

  it('goes when 200 newer ones of its service follow, the oldest first, ten a pass', async () => {
    const { deps, did } = executorParts({ decisions: [...many(212, () => ({})), over(2 * HOUR, {}, 'web-x')] });
    await retire(deps);
    const names = Array.from({ length: 10 }, (_, n) => `delete Decision web-${211 - n}`);
    expect(did.filter((line) => line.startsWith('delete'))).toEqual(names);
    expect(did[1]).toBe('info old record deleted {"kind":"Decision","object":"shop/web-211"}');
  });

  it.each<{ what: string; status: Partial<DecisionStatus>; ago: number; goes: boolean }>([
    { what: 'was rejected an hour ago', status: { phase: 'Rejected' }, ago: HOUR, goes: false },
    { what: 'was rejected longer ago', status: { phase: 'Rejected' }, ago: HOUR + 1, goes: true },
    { what: 'was refused just now', status: { phase: 'Refused' }, ago: 1, goes: true },
    { what: 'wrote an hour ago', status: { phase: 'Succeeded', changes: [{} as never] }, ago: HOUR, goes: false },
    { what: 'wrote longer ago', status: { phase: 'Succeeded', changes: [{} as never] }, ago: HOUR + 1, goes: true },
  ])('goes then, $goes, where it $what', async ({ status, ago, goes }) => {
    const last = over(3 * HOUR, { ...status, finishedAt: iso(NOON - ago) });
    const { deps, did } = executorParts({ decisions: [...many(200, () => ({ phase: 'Pending' })), last] });
    await retire(deps);
    expect(did.some((line) => line === 'delete Decision web-b')).toBe(goes);
  });

  it.each([
    [
      'that cannot be deleted ends the pass',
      'unavailable',
      [
        'delete Decision web-b',
        'warn old record not deleted {"kind":"Decision","object":"shop/web-b","error":"it is unavailable"}',
      ],
    ],
    [
      'that is gone already is no trouble',
      'notFound',
      [
        'delete Decision web-b',
        'delete Decision web-a',
        'info old record deleted {"kind":"Decision","object":"shop/web-a"}',
      ],
    ],
  ] as const)('%s', async (_, code, lines) => {
    const decisions = [over(WEEK + 2), over(WEEK + 1, {}, 'web-a')];
    const { deps, did } = executorParts({ decisions, errors: { 'delete Decision': [code] } });
    await retire(deps);
    expect(did).toEqual(lines);
  });
});

describe('counters', () => {
  const breaker = (status: object | undefined): KubeObject => ({
    ...KINDS.CircuitBreaker,
    metadata: { name: 'web', namespace: 'shop' },
    spec: { holds: [] },
    ...(status !== undefined && { status }),
  });
  const good = breaker(sealed({ ...NEW_COUNTERS }));

  it.each<{ what: string; objects: readonly KubeObject[]; errors?: readonly 'unavailable'[]; read: unknown }>([
    { what: 'that are not there are lost', objects: [], read: 'lost' },
    { what: 'without a status are lost', objects: [breaker(undefined)], read: 'lost' },
    { what: 'with an empty status are lost', objects: [breaker({})], read: 'lost' },
    { what: 'that are not answered for are unknown', objects: [good], errors: ['unavailable'], read: undefined },
    { what: 'of no known shape are not believed', objects: [breaker({ breaker: 7 })], read: { counters: undefined } },
    {
      what: 'with a broken seal are not believed',
      objects: [breaker({ ...sealed({ ...NEW_COUNTERS }), reverts: 7 })],
      read: { counters: undefined },
    },
    { what: 'that are ours are read', objects: [good], read: { counters: { reverts: 0 } } },
  ])('$what', async ({ objects, errors = [], read }) => {
    const { deps } = executorParts({ objects, errors: { 'get CircuitBreaker': errors } });
    const found = await readCounters(deps, 'shop', 'web');
    if (typeof read === 'object') expect(found).toMatchObject(read ?? {});
    else expect(found).toBe(read);
  });

  it.each<{
    what: string;
    objects?: readonly KubeObject[];
    errors?: Record<string, readonly ('conflict' | 'unavailable')[]>;
    done: boolean;
    tries: number;
  }>([
    { what: 'are changed at once', done: true, tries: 1 },
    {
      what: 'are changed after four conflicts',
      errors: { 'status CircuitBreaker': Array(4).fill('conflict') },
      done: true,
      tries: 5,
    },
    {
      what: 'are given up after five',
      errors: { 'status CircuitBreaker': Array(6).fill('conflict') },
      done: false,
      tries: 5,
    },
    {
      what: 'are left where they are not taken',
      errors: { 'status CircuitBreaker': ['unavailable'] },
      done: false,
      tries: 1,
    },
    {
      what: 'are left where they cannot be read',
      errors: { 'get CircuitBreaker': ['unavailable'] },
      done: false,
      tries: 0,
    },
    { what: 'are left where they are not believed', objects: [breaker({ breaker: 7 })], done: false, tries: 0 },
    { what: 'that are lost need no change', objects: [], done: true, tries: 0 },
  ])('$what', async ({ objects = [good], errors, done, tries }) => {
    const { deps, did } = executorParts({ objects, ...(errors !== undefined && { errors }) });
    expect(await updateCounters(deps, 'shop', 'web', (now) => ({ ...now, reverts: 1 }))).toBe(done);
    expect(did.filter((line) => line.startsWith('status'))).toHaveLength(tries);
  });

  it('that need no change are not written', async () => {
    const { deps, did } = executorParts({ objects: [good] });
    expect(await updateCounters(deps, 'shop', 'web', () => undefined)).toBe(true);
    expect(did).toEqual(['get CircuitBreaker web']);
  });
});

describe('the slots of the fleet', () => {
  const slot = (overrides: Partial<FleetOperation> = {}): FleetOperation => ({
    at: NOON - 60_000,
    service: 'shop/web',
    decision: 'web-b',
    changeId: 'web-b.1',
    disruptive: true,
    inFlight: true,
    ...overrides,
  });
  const fleet = (operations: readonly FleetOperation[]): KubeObject => ({
    ...KINDS.CircuitBreaker,
    metadata: { name: 'fleet', namespace: 'agent-system' },
    spec: { holds: [] },
    status: { ...NEW_COUNTERS, fleet: { operations } },
  });
  const left = (written: readonly KubeObject[]): unknown =>
    (written.at(-1)?.status as { fleet?: { operations: FleetOperation[] } } | undefined)?.fleet?.operations;

  it.each<{
    what: string;
    isWritten: boolean;
    slots: readonly FleetOperation[];
    left?: readonly Partial<FleetOperation>[];
  }>([
    { what: 'stay counted where it was written', isWritten: true, slots: [slot()], left: [{ inFlight: false }] },
    { what: 'leave no trace where it was not', isWritten: false, slots: [slot()], left: [] },
    { what: 'leave none of what took nothing away', isWritten: true, slots: [slot({ disruptive: false })], left: [] },
    { what: 'of another Decision stay', isWritten: true, slots: [slot({ decision: 'web-x' })] },
    { what: 'of another service stay', isWritten: true, slots: [slot({ service: 'shop/db' })] },
    { what: 'that are free stay', isWritten: true, slots: [slot({ inFlight: false })] },
    {
      what: 'are freed beside others',
      isWritten: false,
      slots: [slot({ decision: 'web-x' }), slot()],
      left: [{ decision: 'web-x', inFlight: true }],
    },
  ])('$what', async ({ isWritten, slots, left: wanted }) => {
    const { deps, written } = executorParts({ objects: [fleet(slots)] });
    expect(await freeFleetSlot(deps, 'shop/web', 'web-b', () => isWritten)).toBe(true);
    if (wanted === undefined) expect(written).toEqual([]);
    else expect(left(written)).toMatchObject(wanted);
  });

  it.each<{
    what: string;
    errors: Record<string, readonly ('conflict' | 'unavailable')[]>;
    freed: boolean;
    tries: number;
  }>([
    { what: 'four conflicts', errors: { 'status CircuitBreaker': Array(4).fill('conflict') }, freed: true, tries: 5 },
    { what: 'five conflicts', errors: { 'status CircuitBreaker': Array(5).fill('conflict') }, freed: false, tries: 5 },
    {
      what: 'an API server that takes nothing',
      errors: { 'status CircuitBreaker': ['unavailable'] },
      freed: false,
      tries: 1,
    },
    { what: 'one that answers nothing', errors: { 'get CircuitBreaker': ['unavailable'] }, freed: false, tries: 0 },
  ])('are freed, $freed, after $what', async ({ errors, freed, tries }) => {
    const { deps, did } = executorParts({ objects: [fleet([slot()])], errors });
    expect(await freeFleetSlot(deps, 'shop/web', 'web-b', () => true)).toBe(freed);
    expect(did.filter((line) => line.startsWith('status'))).toHaveLength(tries);
  });

  const seen = (operations: readonly FleetOperation[]): ServiceView =>
    ({ namespace: 'shop', name: 'web', fleet: { counters: { operations } } }) as Partial<ServiceView> as ServiceView;

  it.each<{
    what: string;
    slots: readonly FleetOperation[];
    objects?: readonly KubeObject[];
    errors?: Record<string, readonly 'unavailable'[]>;
    again?: number;
    freed: number;
  }>([
    { what: 'of a process that died are freed', slots: [slot()], freed: 1 },
    { what: 'are left for a permit of 30 s', slots: [slot({ at: NOON - 29_999 })], again: NOON + 1, freed: 0 },
    { what: 'are freed after it', slots: [slot({ at: NOON - 30_000 })], freed: 1 },
    { what: 'that are free are no matter', slots: [slot({ inFlight: false })], freed: 0 },
    {
      what: 'wait for counters that cannot be read',
      slots: [slot()],
      errors: { 'get CircuitBreaker web': ['unavailable'] },
      again: NOON + 5_000,
      freed: 0,
    },
    {
      what: 'wait for an API server that takes them',
      slots: [slot()],
      errors: { 'status CircuitBreaker': ['unavailable'] },
      again: NOON + 5_000,
      freed: 1,
    },
    {
      what: 'come up first by first',
      slots: [slot({ at: NOON - 9_000 }), slot({ at: NOON - 19_000, changeId: 'x' })],
      again: NOON + 11_000,
      freed: 0,
    },
  ])('that are left behind $what', async ({ slots, errors, again, freed }) => {
    const { deps, did } = executorParts({
      objects: [fleet(slots)],
      views: [seen(slots)],
      ...(errors !== undefined && { errors }),
    });
    expect(await recoverFleet(deps)).toBe(again);
    expect(did.filter((line) => line.startsWith('status'))).toHaveLength(freed);
  });
});

describe('a request of people', () => {
  const request = (status?: object): KubeObject => ({
    ...KINDS.ApprovalRequest,
    metadata: { name: 'web-b', namespace: 'shop' },
    ...(status !== undefined && { status }),
  });
  it.each([
    [undefined, true],
    [{ phase: 'Pending', message: '' }, true],
    [{ phase: 'Approved', message: '' }, true],
    [{ phase: 'Consumed', message: '' }, false],
    [{ phase: 'Rejected', message: '' }, false],
    [{ phase: 'Lost' }, true],
  ])('of status %j is open: %s', (status, isOpen) => {
    expect(isOpenRequest(request(status))).toBe(isOpen);
  });

  it('is ended once, with words that fit', async () => {
    const { deps, did, written } = executorParts({ errors: { 'status ApprovalRequest': ['unavailable'] } });
    await endRequest(deps, request(), 'Expired', 'late');
    await endRequest(deps, request(), 'Expired', 'x'.repeat(501));
    await endRequest(deps, request({ phase: 'Expired', message: 'late' }), 'Expired', 'later');
    expect(did).toEqual([
      'status ApprovalRequest web-b',
      'warn approval request not updated {"approval":"shop/web-b","phase":"Expired"}',
      'status ApprovalRequest web-b',
    ]);
    expect(written.map(({ status }) => status)).toEqual([{ phase: 'Expired', message: 'x'.repeat(500) }]);
  });
});
