import { describe, expect, it } from 'vitest';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { DECISION_SPEC } from '../testing/contractObjects.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { World } from './world.ts';

const OURS = 'fairlead.dev/v1alpha1';
const fresh = (): World => new World({ clock: new ManualClock(), seed: 1 });

const blueprint = (spec: object = {}): KubeObject => ({
  apiVersion: OURS,
  kind: 'Blueprint',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    version: '1.0.0',
    scaling: { min_replicas: 2, max_replicas: 5 },
    governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } },
    ...spec,
  },
});
const request = (): KubeObject => ({
  apiVersion: OURS,
  kind: 'ApprovalRequest',
  metadata: { name: 'ask', namespace: 'shop' },
  spec: {
    decision: 'web-1',
    decisionUid: 'uid-d1',
    blueprint: DECISION_SPEC.blueprint,
    target: DECISION_SPEC.target,
    operation: 'scale_beyond_limits',
    arguments: { replicas: 6 },
    before: '5',
    after: '6',
    why: 'load',
    requester: DECISION_SPEC.requester,
    approvers: ['devops-team'],
    quorum: 1,
    decideBy: '2026-01-05T00:30:00Z',
  },
});
const vote = (id: string, choice: 'approve' | 'reject' = 'approve') => ({
  id,
  by: 'ada',
  groups: ['devops-team'],
  vote: choice,
  at: '2026-01-05T00:01:00Z',
  digest: 'd',
  key: 'k',
  signature: 's',
});
const breaker = (name: string, holds: unknown[]): KubeObject => ({
  apiVersion: OURS,
  kind: 'CircuitBreaker',
  metadata: { name, namespace: 'shop' },
  spec: { holds },
});
const hold = { kind: 'pause', what: 'all', by: 'ada', reason: 'release', at: '2026-01-05T00:00:00Z' };

describe('admission to the world', () => {
  it('takes a good blueprint, and its change raises the generation', () => {
    const world = fresh();
    expect(world.apply(blueprint()).metadata.generation).toBe(1);
    const changed = world.apply(blueprint({ scaling: { min_replicas: 2, max_replicas: 9 } }));
    expect(changed.metadata.generation).toBe(2);
  });

  it.each([
    ['min above max', { scaling: { min_replicas: 6, max_replicas: 5 } }, /min_replicas/],
    ['a missing version', { version: undefined }, /version/],
  ])('refuses a blueprint with %s, and the one before stays', (_name, spec, message) => {
    const world = fresh();
    world.apply(blueprint());
    expect(() => world.apply(blueprint(spec))).toThrow(message);
    expect(world.get(KINDS.Blueprint, 'shop', 'web')?.spec).toEqual(blueprint().spec);
  });

  it('lets through what only the product can judge', () => {
    const requires_approval = [{ operation: 'scale_beyond_limits', condition: 'no such (', approvers: ['a'] }];
    const spec = { governance: { agent_authority: { allowed_operations: [], requires_approval } } };
    expect(() => fresh().apply(blueprint(spec))).not.toThrow();
  });

  it.each([
    ['one is added', [vote('a'), vote('b')], undefined],
    ['one is taken away', [], /only added/],
    ['one is turned round', [vote('a', 'reject')], /only added/],
    ['one is not a vote', [vote('a'), { id: 'x' }], /votes\.1/],
  ])('of votes holds that they are only added to: %s', (_name, votes, refused) => {
    const world = fresh();
    world.apply({ ...request(), votes: [vote('a')] });
    const change = (): unknown =>
      world.edit(KINDS.ApprovalRequest, 'shop', 'ask', (draft) => {
        draft['votes'] = votes;
      });
    if (refused === undefined) expect(change).not.toThrow();
    else expect(change).toThrow(refused);
  });

  it.each([
    ['fleet may hold a namespace', 'fleet', { ...hold, namespace: 'shop' }, undefined],
    ['a service may be held', 'web', hold, undefined],
    ['a service may not hold a namespace', 'web', { ...hold, namespace: 'shop' }, /fleet only/],
  ])('of holds: %s', (_name, name, held, refused) => {
    const apply = (): unknown => fresh().apply(breaker(name, [held]));
    if (refused === undefined) expect(apply).not.toThrow();
    else expect(apply).toThrow(refused);
  });

  it.each([['Upper'], ['a/b'], ['-a'], ['']])('refuses the name "%s"', (name) => {
    const world = fresh();
    expect(() => world.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name } })).toThrow(/metadata\.name/);
  });
});
