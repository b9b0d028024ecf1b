import { describe, expect, it } from 'vitest';
import type { ApprovalRequestSpec } from '../schema/records.ts';
import type { Vote } from '../schema/vote.ts';
import { requestOf } from './fixtures.ts';
import { newSigningKey, publicKeyOf, signingKey, trustedKeys } from './keys.ts';
import { digestOf } from './subject.ts';
import { mayNotDecide, tally } from './tally.ts';
import { type Ballot, castVote } from './vote.ts';

const CLUSTER = 'uid-kube-system';
const pem = newSigningKey();
const key = signingKey(pem);
const trust = { keys: trustedKeys([publicKeyOf(pem)]), cluster: CLUSTER };

const ballotFor = (request = requestOf(), over: Partial<Ballot> = {}, cluster = CLUSTER): Ballot => ({
  id: 'v1',
  by: 'alice',
  groups: ['devops-team'],
  vote: 'approve',
  choice: 'once',
  at: '2026-01-05T00:10:00.000Z',
  digest: digestOf(cluster, request) ?? '',
  ...over,
});
const vote = (over: Partial<Ballot> = {}, spec: Partial<ApprovalRequestSpec> = {}): Vote =>
  castVote(ballotFor(requestOf(spec), over), key);
const counted = (votes: readonly unknown[], spec: Partial<ApprovalRequestSpec> = {}, uid = 'uid-1') =>
  tally(requestOf(spec, uid, votes), trust);
const PENDING = { kind: 'pending', by: [], needed: 1 };

describe('a vote that counts', () => {
  it('approves once', () => {
    expect(counted([vote()])).toEqual({ kind: 'approved', by: ['alice'], choice: 'once', vote: 'v1' });
  });

  it('rejects, with the reason', () => {
    expect(counted([vote({ vote: 'reject', comment: 'load test' })])).toEqual({
      kind: 'rejected',
      by: 'alice',
      comment: 'load test',
    });
  });

  it('takes a request back where the person who asked says no', () => {
    const spec = { requester: { kind: 'person' as const, name: 'ada' } };
    const no = vote({ by: 'ada', groups: [], vote: 'reject', comment: 'typo' }, spec);
    expect(counted([no], spec)).toEqual({ kind: 'rejected', by: 'ada', comment: 'typo' });
    expect(counted([{ ...no, signature: '' }], spec)).toEqual(PENDING);
  });

  it.each([
    ['all of them chose it', ['update_blueprint', 'update_blueprint'], 'update_blueprint'],
    ['one of them wanted it once', ['update_blueprint', 'once'], 'once'],
  ] as const)('raises a limit only when %s', (_, choices, choice) => {
    const spec = { quorum: 2 };
    const votes = choices.map((one, n) => vote({ id: `v${n}`, by: `p${n}`, choice: one }, spec));
    expect(counted(votes, spec)).toMatchObject({ kind: 'approved', choice });
  });

  it('counts each person once, whatever they send', () => {
    const spec = { quorum: 2 };
    const twice = [vote({ id: 'v1' }, spec), vote({ id: 'v2' }, spec)];
    expect(counted(twice, spec)).toEqual({ kind: 'pending', by: ['alice'], needed: 2 });
    expect(counted([...twice, vote({ id: 'v3', by: 'bob' }, spec)], spec).kind).toBe('approved');
  });

  it('takes of one person what they said last, in whatever order somebody put the list', () => {
    const spec = { quorum: 2 };
    const first = vote({ id: 'v1', choice: 'update_blueprint' }, spec);
    const then = vote({ id: 'v2', choice: 'once', at: '2026-01-05T00:11:00.000Z' }, spec);
    const bob = vote({ id: 'v3', by: 'bob', choice: 'update_blueprint', at: '2026-01-05T00:12:00.000Z' }, spec);
    for (const listed of [
      [first, then, bob],
      [then, first, bob],
      [then, bob, first],
    ]) {
      expect(counted(listed, spec)).toMatchObject({ kind: 'approved', choice: 'once' });
    }
  });

  it('lets somebody think again until it is decided, and not after', () => {
    const spec = { quorum: 2 };
    const yes = vote({ id: 'v1' }, spec);
    const no = vote({ id: 'v2', vote: 'reject' }, spec);
    const other = vote({ id: 'v3', by: 'bob' }, spec);
    expect(counted([yes, no, other], spec).kind).toBe('rejected');
    expect(counted([yes, other, no], spec).kind).toBe('approved');
  });
});

describe('a vote that does not count', () => {
  const good = vote();
  const stranger = newSigningKey();
  it.each<[string, unknown]>([
    ['was never signed', { ...good, signature: '' }],
    ['was signed by a key nobody trusts', castVote(ballotFor(), signingKey(stranger))],
    [
      "names a trusted key and carries another's signature",
      { ...castVote(ballotFor(), signingKey(stranger)), key: key.id },
    ],
    ['had its voter exchanged', { ...good, by: 'mallory' }],
    ['had a group added', { ...vote({ groups: [] }), groups: ['devops-team'] }],
    ['was turned from no to yes', { ...vote({ vote: 'reject' }), vote: 'approve' }],
    ['was turned from once to for ever', { ...good, choice: 'update_blueprint' }],
    ['was moved back into the time to decide', { ...vote({ at: '2026-01-05T00:31:00.000Z' }), at: good.at }],
    ['came too late', vote({ at: '2026-01-05T00:30:00.001Z' })],
    ['has no readable time', vote({ at: 'soon' })],
    ['is of somebody outside the groups', vote({ groups: ['web-team'] })],
    ['is of who asked', castVote(ballotFor(requestOf({ requester: { kind: 'person', name: 'alice' } })), key)],
    ['is for another cluster', castVote(ballotFor(requestOf(), {}, 'uid-other'), key)],
    ['is for 16 where 15 is asked', castVote(ballotFor(requestOf({ arguments: { replicas: 16 } })), key)],
    ['is for the same words of another request', castVote(ballotFor(requestOf({}, 'uid-2')), key)],
    ['is no vote at all', { by: 'alice', vote: 'approve' }],
    ['is a text', 'approved by alice'],
  ])('%s', (what, forged) => {
    const spec = what === 'is of who asked' ? { requester: { kind: 'person' as const, name: 'alice' } } : {};
    expect(counted([forged], spec)).toEqual(PENDING);
    // And it stands in nobody's way.
    const bob = castVote(ballotFor(requestOf(spec), { id: 'v9', by: 'bob' }), key);
    expect(counted([forged, bob], spec).kind).toBe('approved');
  });

  const fields: Partial<ApprovalRequestSpec>[] = [
    { arguments: { replicas: 16 } },
    { operation: 'scale_to_zero' },
    { before: '9 replicas' },
    { after: '16 replicas' },
    { approvers: ['devops-team', 'web-team'] },
    { quorum: 2 },
    { decideBy: '2027-01-05T00:30:00.000Z' },
    { decision: 'web-bbbbbbbbbb' },
    { decisionUid: 'uid-e' },
    { requester: { kind: 'agent', name: 'other' } },
    { target: { kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'uid-u' } },
    { blueprint: { name: 'web', version: '1.0.0', hash: 'b'.repeat(64) } },
  ];
  it.each(fields.map((field) => [Object.keys(field)[0], field] as const))(
    'is one for a request whose %s was changed after it',
    (_, field) => {
      expect(counted([vote()], field).kind).toBe('pending');
    },
  );

  it('is one in a cluster whose identity is unknown', () => {
    expect(tally(requestOf({}, 'uid-1', [vote()]), { ...trust, cluster: '' }).kind).toBe('pending');
  });

  it('is any, where the list is none', () => {
    expect(tally({ ...requestOf(), votes: { approve: true } }, trust)).toEqual(PENDING);
  });
});

describe('who may decide', () => {
  it.each([
    ['a member of a group that is asked', { by: 'alice', groups: ['x', 'devops-team'] }, undefined],
    ['somebody of no group', { by: 'carol', groups: [] }, 'only devops-team may decide this, and carol is in no group'],
    ['who asked', { by: 'decision-engine', groups: ['devops-team'] }, 'nobody approves their own request'],
  ])('%s', (_, who, why) => {
    const spec = { approvers: ['devops-team'], requester: { kind: 'agent' as const, name: 'decision-engine' } };
    for (const vote of ['approve', 'reject'] as const) expect(mayNotDecide({ ...who, vote }, spec)).toBe(why);
  });

  it('a person who asked can say no to it, in whatever groups they are', () => {
    const spec = { approvers: ['devops-team'], requester: { kind: 'person' as const, name: 'ada' } };
    for (const groups of [[], ['devops-team']]) {
      expect(mayNotDecide({ by: 'ada', groups, vote: 'reject' }, spec)).toBeUndefined();
      expect(mayNotDecide({ by: 'ada', groups, vote: 'approve' }, spec)).toMatch(/^nobody approves their own request/);
    }
    expect(mayNotDecide({ by: 'bob', groups: [], vote: 'reject' }, spec)).toMatch(/^only devops-team/);
  });
});
