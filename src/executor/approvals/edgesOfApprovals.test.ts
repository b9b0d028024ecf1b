import { describe, expect, it } from 'vitest';
import { changeRecord, executorParts, type GivenDecision, heldDecision } from '../../../test/stages/executorParts.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { ApprovalRequestSpec } from '../../schema/records.ts';
import { DECISION_SPEC } from '../../testing/contractObjects.ts';
import { calmBlueprint, calmInput, calmWorkload, NOON } from '../../testing/gateInput.ts';
import { PEOPLE } from '../../testing/people.ts';
import type { Judged } from '../decideAgain.ts';
import type { HeldDecision } from '../records/heldDecision.ts';
import { approvalAtHand, stillStands } from './approvalAtHand.ts';
import { endLeftRequests } from './leftRequests.ts';
import { settleRivals } from './rivals.ts';

const iso = (ms: number): string => new Date(NOON + ms).toISOString();
const ANN = { kind: 'person' as const, name: 'ann' };

function spec(overrides: Partial<ApprovalRequestSpec> = {}): ApprovalRequestSpec {
  return ApprovalRequestSpec.parse({
    decision: 'web-b',
    decisionUid: 'uid-d',
    blueprint: { name: 'web', version: '1.0.0', hash: 'b'.repeat(64) },
    target: { ...DECISION_SPEC.target, uid: 'uid-web' },
    operation: 'scale_beyond_limits',
    arguments: { replicas: 3 },
    before: '2 replicas',
    after: '3 replicas',
    why: '',
    requester: DECISION_SPEC.requester,
    approvers: ['devops-team'],
    quorum: 1,
    decideBy: iso(3_600_000),
    ...overrides,
  });
}

function asked(name: string, of: Partial<ApprovalRequestSpec> = {}, phase?: string): KubeObject {
  const metadata = { name, namespace: 'shop', uid: `uid-${name}`, creationTimestamp: iso(0) };
  return {
    ...KINDS.ApprovalRequest,
    metadata,
    spec: spec(of),
    ...(phase !== undefined && { status: { phase, message: '' } }),
  };
}

const voted = (request: KubeObject, ballot: Parameters<typeof PEOPLE.vote>[3] = {}): KubeObject => ({
  ...request,
  votes: [PEOPLE.vote(request, 'omar', NOON, ballot)],
});

const kind = 'Decision';
const decision = (held: HeldDecision): KubeObject => ({ ...held.object, kind });
const waiting = (given: GivenDecision = {}): HeldDecision =>
  heldDecision({ ...given, status: { phase: 'AwaitingApproval', approval: given.name ?? 'web-b', ...given.status } });

describe('another request for the same', () => {
  const rival = (given: GivenDecision = {}): KubeObject =>
    decision(waiting({ name: 'web-a', uid: 'uid-a', createdAt: NOON - 1_000, ...given }));
  const request = (of: Partial<ApprovalRequestSpec> = {}, phase?: string): KubeObject =>
    asked(
      'web-a',
      { decision: 'web-a', decisionUid: 'uid-a', arguments: { replicas: 9 }, after: '9 replicas', ...of },
      phase,
    );

  it.each<{
    what: string;
    objects: readonly KubeObject[];
    held?: GivenDecision;
    errors?: Record<string, readonly 'unavailable'[]>;
    says: string;
    ended?: boolean;
  }>([
    { what: 'there is none', objects: [], says: 'clear' },
    {
      what: 'requests cannot be listed',
      objects: [],
      errors: { 'list ApprovalRequest': ['unavailable'] },
      says: 'unclear',
    },
    {
      what: 'its Decision cannot be read',
      objects: [request(), rival()],
      errors: { 'get Decision': ['unavailable'] },
      says: 'unclear',
    },
    { what: 'it is our own', objects: [request({ decisionUid: 'uid-d' }), rival()], says: 'clear' },
    {
      what: 'it is about another operation',
      objects: [request({ operation: 'restart_pods' }), rival()],
      says: 'clear',
    },
    {
      what: 'it is about another target',
      objects: [request({ target: { ...spec().target, name: 'db' } }), rival()],
      says: 'clear',
    },
    {
      what: 'it is about a target of then',
      objects: [request({ target: { ...spec().target, uid: 'uid-old' } }), rival()],
      says: 'clear',
    },
    { what: 'it is over', objects: [request({}, 'Expired'), rival()], says: 'clear' },
    { what: 'it cannot be read', objects: [{ ...request(), spec: {} }, rival()], says: 'clear' },
    { what: 'its Decision is gone', objects: [request()], says: 'clear' },
    { what: 'its Decision is another one of that name', objects: [request(), rival({ uid: 'uid-x' })], says: 'clear' },
    {
      what: 'its Decision is over',
      objects: [request(), rival({ status: { phase: 'Expired', approval: 'web-a' } })],
      says: 'clear',
    },
    {
      what: 'its Decision waits for another one',
      objects: [request(), rival({ status: { approval: 'web-a-2' } })],
      says: 'clear',
    },
    {
      what: 'it asks for the same',
      objects: [request({ arguments: { replicas: 3 } }), rival()],
      says: 'Merged: the same is asked by web-a',
    },
    { what: 'it is older', objects: [request(), rival()], says: 'clear', ended: true },
    {
      what: 'it is of the same moment and an earlier name',
      objects: [request(), rival({ createdAt: NOON })],
      says: 'clear',
      ended: true,
    },
    {
      what: 'it is of the same moment and a later name',
      objects: [request(), rival({ createdAt: NOON })],
      held: { name: 'web-0' },
      says: 'OpenRequest: web-a asks for 9 replicas: it is the newer one',
    },
    {
      what: 'it is newer',
      objects: [request(), rival({ createdAt: NOON + 1 })],
      says: 'OpenRequest: web-a asks for 9 replicas: it is the newer one',
    },
    {
      what: 'a person said yes to it',
      objects: [voted(request({ quorum: 2 })), rival()],
      says: 'OpenRequest: web-a asks for 9 replicas: people are about to decide it: ask again when it is decided',
    },
    {
      what: 'it is approved',
      objects: [voted(request()), rival()],
      says: 'OpenRequest: web-a asks for 9 replicas: people are about to decide it: ask again when it is decided',
    },
    {
      what: 'its Decision moved meanwhile',
      objects: [request(), rival()],
      errors: { 'status Decision': ['unavailable'] },
      says: 'unclear',
    },
  ])('says "$says" where $what', async ({ objects, held, errors, says, ended = false }) => {
    const { deps, written } = executorParts({
      objects,
      given: { trust: PEOPLE.trust },
      ...(errors !== undefined && { errors }),
    });
    const found = await settleRivals(deps, heldDecision(held), spec());
    expect(found.kind === 'ends' ? `${found.end.reason}: ${found.end.message}` : found.kind).toBe(says);
    expect(written.map(({ metadata, status }) => [metadata.name, (status as { phase: string }).phase])).toEqual(
      ended
        ? [
            ['web-a', 'Superseded'],
            ['web-a', 'Superseded'],
          ]
        : [],
    );
  });

  it('of a person stands against an agent', async () => {
    const metadata = { name: 'web-a', namespace: 'shop' };
    const proven = PEOPLE.asked(metadata, { ...DECISION_SPEC, requester: ANN }, NOON);
    const { deps } = executorParts({ objects: [request(), rival({ spec: proven })], given: { trust: PEOPLE.trust } });
    expect(await settleRivals(deps, heldDecision(), spec())).toMatchObject({
      end: { message: 'web-a asks for 9 replicas: ann asked for it, and no agent takes its place' },
    });
    expect(await settleRivals(deps, heldDecision({ person: true }), spec())).toEqual({ kind: 'clear' });
  });

  it('is told whom it makes room for', async () => {
    const { deps, written } = executorParts({ objects: [request(), rival()], given: { trust: PEOPLE.trust } });
    await settleRivals(deps, heldDecision(), spec());
    expect(written.map(({ status }) => (status as { message: string }).message)).toEqual(
      Array(2).fill('replaced by the newer web-b, which asks for 3 replicas'),
    );
  });
});

describe('an approval at hand', () => {
  const approved = (at: number, given: GivenDecision = {}): HeldDecision =>
    heldDecision({
      ...given,
      status: {
        approval: 'web-b',
        history: [
          { phase: 'AwaitingApproval', at: NOON - 700_000, reason: 'Restricted' },
          { phase: 'Pending', at, reason: 'Approved' },
        ],
        ...given.status,
      },
    });
  const written = { changes: [changeRecord()] };

  it.each<{
    what: string;
    held?: HeldDecision;
    request?: KubeObject;
    unread?: boolean;
    trusted?: boolean;
    kind: string;
    raise?: boolean;
  }>([
    { what: 'counts once', kind: 'once' },
    { what: 'is none before it was approved', held: waiting(), kind: 'none' },
    {
      what: 'is none without a request',
      held: approved(NOON, { status: { approval: undefined } as never }),
      kind: 'none',
    },
    { what: 'is unreadable', unread: true, kind: 'unreadable' },
    { what: 'of a request that cannot be read is none', request: { ...asked('web-b'), spec: {} }, kind: 'none' },
    { what: 'of a request for another is none', request: voted(asked('web-b', { decision: 'web-x' })), kind: 'none' },
    { what: 'of a request without votes is none', request: asked('web-b'), kind: 'none' },
    {
      what: 'that was used by nobody who wrote is none',
      request: { ...voted(asked('web-b')), status: { phase: 'Consumed', message: '' } },
      kind: 'none',
    },
    {
      what: 'that was used by its own write goes on',
      held: approved(NOON, { status: written }),
      request: { ...voted(asked('web-b')), status: { phase: 'Consumed', message: '' } },
      kind: 'once',
    },
    { what: 'is none to whom trusts nobody', trusted: false, kind: 'none' },
    { what: 'counts for ten minutes', held: approved(NOON - 600_000), kind: 'once' },
    { what: 'counts no longer', held: approved(NOON - 600_001), kind: 'expired', raise: false },
    { what: 'may raise the limit', request: voted(asked('web-b'), { choice: 'update_blueprint' }), kind: 'raise' },
    {
      what: 'raises the limit for ten minutes',
      held: approved(NOON - 600_001),
      request: voted(asked('web-b'), { choice: 'update_blueprint' }),
      kind: 'expired',
      raise: true,
    },
    {
      what: 'that raised it holds for the steps after the first',
      held: approved(NOON - 600_001, { status: written }),
      request: voted(asked('web-b'), { choice: 'update_blueprint' }),
      kind: 'raise',
    },
    {
      what: 'that was for once does not',
      held: approved(NOON - 600_001, { status: written }),
      kind: 'expired',
      raise: false,
    },
  ])(
    '$what',
    async ({ held = approved(NOON), request = voted(asked('web-b')), unread, trusted = true, kind: wanted, raise }) => {
      const { deps } = executorParts({
        objects: [request],
        ...(unread === true && { errors: { 'get ApprovalRequest': ['unavailable'] as const } }),
        given: trusted ? { trust: PEOPLE.trust } : {},
      });
      const found = await approvalAtHand(deps, held, 600_000);
      expect(found).toMatchObject({ kind: wanted, ...(raise !== undefined && { raise }) });
      if (wanted === 'once') {
        expect(found).toMatchObject({
          approval: {
            name: 'web-b',
            operation: 'scale_beyond_limits',
            args: { replicas: 3 },
            blueprintHash: 'b'.repeat(64),
          },
        });
      }
    },
  );

  const judged = (overrides: Parameters<typeof calmInput>[0] = {}): Judged => {
    const finding = { rule: 'G6', code: 'x', effect: 'restrict', message: '', values: {}, approvers: ['devops-team'] };
    const input = calmInput(overrides);
    return {
      input,
      workload: input.workload ?? calmWorkload(),
      verdict: { findings: [finding] } as never,
    } as Partial<Judged> as Judged;
  };
  const given = (of: Partial<ApprovalRequestSpec> = {}) => ({ request: asked('web-b'), spec: spec(of) });

  it.each<{
    what: string;
    of?: Partial<ApprovalRequestSpec>;
    held?: GivenDecision;
    now?: Parameters<typeof calmInput>[0];
    stands: boolean;
  }>([
    { what: 'of the world as it is', stands: true },
    { what: 'without a blueprint', now: { blueprint: null }, stands: false },
    { what: 'of another blueprint', now: { blueprint: { hash: 'c'.repeat(64) } }, stands: false },
    { what: 'of another number', now: { workload: { replicas: 4 } }, stands: false },
    {
      what: 'of another number that is its own step',
      now: { workload: { replicas: 4 } },
      held: { status: written },
      stands: true,
    },
    {
      what: 'of another blueprint after its first step',
      now: { blueprint: { hash: 'c'.repeat(64) } },
      held: { status: written },
      stands: false,
    },
    { what: 'by others than may', of: { approvers: ['friends'] }, stands: false },
    {
      what: 'to be decided within an hour of when it was made',
      of: { decideBy: iso(calmBlueprint().approval.decideWithinMs) },
      stands: true,
    },
    { what: 'to be decided later', of: { decideBy: iso(calmBlueprint().approval.decideWithinMs + 1) }, stands: false },
    {
      what: 'to be decided later, of when people were asked last',
      of: { decideBy: iso(calmBlueprint().approval.decideWithinMs + 1) },
      held: { status: { history: [{ phase: 'AwaitingApproval', at: NOON + 1, reason: 'Restricted' }] } },
      stands: true,
    },
  ])('$what stands: $stands', ({ of, held, now, stands }) => {
    expect(stillStands(given(of), heldDecision(held), judged(now))).toBe(stands);
  });
});

describe('a request that nobody waits for', () => {
  const over = (
    phase: 'Rejected' | 'Expired' | 'Refused' | 'Succeeded',
    given: GivenDecision['status'] = {},
  ): HeldDecision => heldDecision({ status: { phase, message: 'so it ended', approval: 'web-b', ...given } });

  it.each<{
    what: string;
    held?: HeldDecision;
    request?: KubeObject;
    known?: HeldDecision;
    errors?: Record<string, readonly 'unavailable'[]>;
    end?: string;
  }>([
    { what: 'of a Decision that is gone', end: 'Superseded: its Decision is gone' },
    {
      what: 'of another Decision of that name',
      held: waiting({ uid: 'uid-x' }),
      end: 'Superseded: its Decision is gone',
    },
    {
      what: 'of one that waits for another',
      held: waiting({ status: { approval: 'web-b-2' } }),
      end: 'Superseded: no Decision waits for it',
    },
    { what: 'of one that waits for it', held: waiting() },
    { what: 'of one that expired', held: over('Expired'), end: 'Expired: so it ended' },
    { what: 'of one that was rejected', held: over('Rejected'), end: 'Rejected: so it ended' },
    { what: 'of one that was refused', held: over('Refused'), end: 'Superseded: so it ended' },
    { what: 'of one that wrote', held: over('Succeeded', { changes: [changeRecord()] }), end: 'Consumed: so it ended' },
    { what: 'that is over itself', request: asked('web-b', {}, 'Expired') },
    { what: 'that cannot be read', request: { ...asked('web-b'), spec: {} } },
    { what: 'whose Decision is over in the mirror alone', held: waiting(), known: over('Expired') },
    { what: 'that cannot be looked at', errors: { 'get ApprovalRequest': ['unavailable'] } },
    { what: 'whose Decision cannot be looked at', errors: { 'get Decision': ['unavailable'] } },
  ])('$what ends as $end', async ({ held, request = asked('web-b'), known = held, errors, end }) => {
    const { deps, written } = executorParts({
      objects: [request, ...(held === undefined ? [] : [decision(held)])],
      approvals: [request],
      decisions: known === undefined ? [] : [decision(known)],
      ...(errors !== undefined && { errors }),
    });
    await endLeftRequests(deps);
    const ends = written.map(({ status }) => status as { phase: string; message: string });
    expect(ends.map(({ phase, message }) => `${phase}: ${message}`)).toEqual(end === undefined ? [] : [end]);
  });

  it('is one of ten a pass, and costs nothing while there are none', async () => {
    const many = Array.from({ length: 12 }, (_, n) => asked(`web-${n}`, { decision: `web-${n}` }));
    const busy = executorParts({ objects: many, approvals: many });
    await endLeftRequests(busy.deps);
    expect(busy.written).toHaveLength(10);
    const held = waiting();
    const calm = executorParts({ approvals: [asked('web-b')], decisions: [decision(held)] });
    await endLeftRequests(calm.deps);
    expect(calm.did).toEqual([]);
  });
});
