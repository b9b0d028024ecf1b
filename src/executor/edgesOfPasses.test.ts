import { describe, expect, it } from 'vitest';
import { executorParts, type GivenDecision, heldDecision } from '../../test/stages/executorParts.ts';
import type { KubeObject } from '../schema/kube.ts';
import type { DecisionStatus } from '../schema/records.ts';
import { DECISION_SPEC } from '../testing/contractObjects.ts';
import { NOON } from '../testing/gateInput.ts';
import { lookAtChild } from './children.ts';
import { Executor } from './executor.ts';

const decision = (given: GivenDecision = {}): KubeObject => ({ ...heldDecision(given).object, kind: 'Decision' });
const at = (
  name: string,
  createdAt: number,
  phase: DecisionStatus['phase'] = 'Pending',
  blueprint = 'web',
): KubeObject =>
  decision({
    name,
    createdAt,
    status: { phase },
    spec: { blueprint: { ...DECISION_SPEC.blueprint, name: blueprint } },
  });

describe('a pass', () => {
  it.each<{ what: string; decisions: readonly KubeObject[]; looked: readonly string[] }>([
    {
      what: 'looks at the oldest first',
      decisions: [at('web-a', NOON), at('web-b', NOON - 1_000)],
      looked: ['web-b', 'web-a'],
    },
    {
      what: 'at those of one moment by their names',
      decisions: [at('web-b', NOON), at('web-a', NOON)],
      looked: ['web-a', 'web-b'],
    },
    {
      what: 'at what is carried out before all',
      decisions: [at('web-a', NOON - 9_000), at('web-b', NOON, 'Executing')],
      looked: ['web-b', 'web-a'],
    },
    {
      what: 'at what is verified before all',
      decisions: [at('web-a', NOON - 9_000), at('web-b', NOON, 'Verifying')],
      looked: ['web-b', 'web-a'],
    },
    {
      what: 'at one service after the other',
      decisions: [at('web-a', NOON), at('api-a', NOON - 9_000, 'Pending', 'api'), at('web-b', NOON - 5_000)],
      looked: ['web-b', 'web-a', 'api-a'],
    },
    { what: 'not at what is over', decisions: [at('web-a', NOON, 'Refused')], looked: [] },
  ])('$what', async ({ decisions, looked }) => {
    const { deps, did } = executorParts({ decisions });
    expect(await new Executor(deps).pass()).toEqual({});
    expect(did.filter((line) => line.startsWith('get Decision'))).toEqual(looked.map((name) => `get Decision ${name}`));
  });

  it.each<{ what: string; status: Partial<DecisionStatus>; again: number | undefined; looks: boolean }>([
    {
      what: 'leaves alone what waits',
      status: { notBefore: NOON + 7_000, deferredSince: NOON },
      again: NOON + 7_000,
      looks: false,
    },
    {
      what: 'leaves it no longer than it may wait',
      status: { notBefore: NOON + 90_000, deferredSince: NOON },
      again: NOON + 60_000,
      looks: false,
    },
    {
      what: 'looks whatever a wrong clock said',
      status: { reason: 'ClockDiffers', notBefore: NOON + 3_600_000, deferredSince: NOON + 3_599_000 },
      again: undefined,
      looks: true,
    },
    {
      what: 'looks when it has waited',
      status: { notBefore: NOON, deferredSince: NOON },
      again: undefined,
      looks: true,
    },
    {
      what: 'looks when it is out of time',
      status: { notBefore: NOON + 7_000, deferredSince: NOON - 60_000 },
      again: undefined,
      looks: true,
    },
    { what: 'looks when nobody knows until when', status: { deferredSince: NOON }, again: undefined, looks: true },
    {
      what: 'looks at what waits for nothing any more',
      status: { phase: 'Pending', notBefore: NOON + 7_000 },
      again: undefined,
      looks: true,
    },
  ])('$what', async ({ status, again, looks }) => {
    const decisions = [decision({ status: { phase: 'Deferred', reason: 'Cooldown', ...status } })];
    const { deps, did } = executorParts({ decisions });
    expect(await new Executor(deps).pass()).toEqual(again === undefined ? {} : { againAt: again });
    expect(did.includes('get Decision web-b')).toBe(looks);
  });

  it('comes again in five seconds where a Decision cannot be read', async () => {
    const { deps } = executorParts({ decisions: [at('web-a', NOON)], errors: { 'get Decision': ['unavailable'] } });
    expect(await new Executor(deps).pass()).toEqual({ againAt: NOON + 5_000 });
  });

  it.each([
    ['is over by now', decision({ status: { phase: 'Succeeded' } })],
    ['cannot be read any more', { ...decision(), spec: {} }],
  ])('does nothing of a Decision that %s', async (_, object) => {
    const { deps, written } = executorParts({ decisions: [decision()], objects: [object] });
    expect(await new Executor(deps).pass()).toEqual({});
    expect(written).toEqual([]);
  });

  it('stops at the service that fails, and says so', async () => {
    const { deps, did } = executorParts({ decisions: [at('web-a', NOON), at('api-a', NOON, 'Pending', 'api')] });
    const { get } = deps.reader;
    const reader: typeof deps.reader = {
      ...deps.reader,
      get: (kind, namespace, name) => {
        if (name === 'web-a') throw new TypeError('no such thing');
        return get(kind, namespace, name);
      },
    };
    expect(await new Executor({ ...deps, reader }).pass()).toEqual({ againAt: NOON + 5_000 });
    expect(did).toContain('get Decision api-a');
    expect(did).toContain(
      'error something was left out of this pass {"service":"shop/web","error":"TypeError: no such thing"}',
    );
  });

  it('refuses once what cannot be read', async () => {
    const odd = { ...decision(), spec: { tool: 7 } };
    const { deps, did, written } = executorParts({ decisions: [odd] });
    await new Executor(deps).pass();
    expect(written[0]?.status).toMatchObject({
      phase: 'Refused',
      reason: 'Malformed',
      changes: [],
      finishedAt: new Date(NOON).toISOString(),
      history: [{ phase: 'Refused', at: NOON, reason: 'Malformed' }],
    });
    expect((written[0]?.status as DecisionStatus | undefined)?.message).toMatch(/^spec: \w/);
    expect(
      did.filter((line) => line.startsWith('warn malformed decision {"decision":"shop/web-b","error":"spec: ')),
    ).toHaveLength(1);
    const again = executorParts({ decisions: [{ ...odd, status: { phase: 'Refused' } }] });
    await new Executor(again.deps).pass();
    expect(again.written).toEqual([]);
  });
});

describe('a child', () => {
  const failed: Partial<DecisionStatus> = { phase: 'RolledBack', failure: { reason: 'CheckFailed', message: 'slow' } };
  const parent = (given: GivenDecision = {}): KubeObject =>
    decision({ name: 'web-p', ...given, status: { ...failed, ...given.status } });
  const child = (given: GivenDecision = {}) =>
    heldDecision({ name: 'web-c', ...given, spec: { parent: 'web-p', ...given.spec } });
  const sibling = (name: string, given: GivenDecision = {}) => child({ name, createdAt: NOON - 1_000, ...given });
  const db = { kind: 'Deployment' as const, namespace: 'shop', name: 'db' };

  it.each<{
    what: string;
    held?: ReturnType<typeof child>;
    objects?: readonly KubeObject[];
    siblings?: ReturnType<typeof child>[];
    says: string | undefined;
  }>([
    { what: 'of nobody', objects: [], says: 'NoParent: the Decision it names as its parent is not there' },
    {
      what: 'of one that cannot be read',
      objects: [{ ...parent(), spec: {} }],
      says: 'NoParent: the Decision it names as its parent is not there',
    },
    {
      what: 'of another target',
      held: child({ spec: { target: db } }),
      says: 'ParentOfAnother: its parent is about another service',
    },
    {
      what: 'of another namespace',
      held: child({ spec: { target: { ...db, namespace: 'art', name: 'web' } } }),
      says: 'ParentOfAnother: its parent is about another service',
    },
    {
      what: 'of another blueprint',
      held: child({ spec: { blueprint: { ...DECISION_SPEC.blueprint, name: 'api' } } }),
      says: 'ParentOfAnother: its parent is about another service',
    },
    {
      what: 'of a child',
      objects: [parent({ spec: { parent: 'web-q' } })],
      says: 'ParentIsAChild: web-p is a child itself',
    },
    {
      what: 'with another tool',
      held: child({ spec: { tool: 'restart_pods' } }),
      says: 'NotTheSameWish: it asks for something else than web-p',
    },
    {
      what: 'with other arguments',
      held: child({ spec: { arguments: { replicas: 4 } } }),
      says: 'NotTheSameWish: it asks for something else than web-p',
    },
    {
      what: 'of one that goes on',
      objects: [parent({ status: { phase: 'Verifying' } })],
      says: 'ParentDidNotFail: web-p did not fail: it is Verifying',
    },
    {
      what: 'of one that did not fail',
      objects: [decision({ name: 'web-p', status: { phase: 'Succeeded' } })],
      says: 'ParentDidNotFail: web-p did not fail: it is Succeeded',
    },
    {
      what: 'after two',
      siblings: [sibling('web-1'), sibling('web-2')],
      says: 'RetriedEnough: web-p was retried 2 times: 2 at most',
    },
    {
      what: 'after two of the same moment',
      siblings: [sibling('web-1', { createdAt: NOON }), sibling('web-2', { createdAt: NOON })],
      says: 'RetriedEnough: web-p was retried 2 times: 2 at most',
    },
    { what: 'after one, and one that is itself', siblings: [sibling('web-1'), child()], says: undefined },
    {
      what: 'after one, and one that is newer',
      siblings: [sibling('web-1'), sibling('web-2', { createdAt: NOON + 1 })],
      says: undefined,
    },
    {
      what: 'after one, and one of another',
      siblings: [sibling('web-1'), sibling('web-2', { spec: { parent: 'web-q' } })],
      says: undefined,
    },
    {
      what: 'after one, and an order',
      siblings: [sibling('web-1'), sibling('web-2', { spec: { tool: 'undo' } })],
      says: undefined,
    },
  ])('$what says $says', async ({ held = child(), objects = [parent()], siblings = [], says }) => {
    const { deps, did, written } = executorParts({ objects, fresh: 'unavailable' });
    await lookAtChild(deps, held, siblings);
    const status = written.find(({ metadata }) => metadata.name === 'web-c')?.status as DecisionStatus | undefined;
    expect(status === undefined ? undefined : `${status.reason}: ${status.message}`).toBe(says);
    expect(did.includes('create Event web-c.refusedbyfairlead')).toBe(says !== undefined);
  });

  it('waits for a parent that cannot be read', async () => {
    const { deps } = executorParts({ errors: { 'get Decision': ['unavailable'] } });
    expect(await lookAtChild(deps, child(), [])).toBe(NOON + 5_000);
  });

  it('that began is a request like any other, save an order', async () => {
    const status = { history: [{ phase: 'Deferred' as const, at: NOON, reason: 'Cooldown' }] };
    const begun = executorParts({ fresh: 'unavailable' });
    await lookAtChild(begun.deps, child({ status }), []);
    expect(begun.did).not.toContain('get Decision web-p');
    const order = executorParts();
    await lookAtChild(order.deps, child({ status, spec: { tool: 'undo', arguments: {} } }), []);
    expect(order.did[0]).toBe('get Decision web-p');
  });
});
