import { describe, expect, it } from 'vitest';
import type { ServiceView } from '../observe/serviceView.ts';
import type { Fault } from '../schema/blueprint/fault.ts';
import { directionOf } from '../schema/changeRecord.ts';
import type { KubeObject } from '../schema/kube.ts';
import type { ChangeRecord, DecisionSpec, DecisionStatus } from '../schema/records.ts';
import type { Finding, Verdict } from '../schema/verdict.ts';
import { DECISION_SPEC } from '../testing/contractObjects.ts';
import { calmBlueprint } from '../testing/gateInput.ts';
import { PEOPLE, testPeople } from '../testing/people.ts';
import { blueprintStatus } from './blueprints/blueprintStatus.ts';
import { deciding } from './deciding.ts';
import { dropsAt, outOfTime } from './outOfTime.ts';
import { outcomeOf } from './records/close.ts';
import { type HeldDecision, lastApplied, openIntent, readDecision, requestFrom } from './records/heldDecision.ts';

const T = Date.UTC(2026, 0, 5, 12);
const OTHERS = testPeople('test-cluster', 'another gateway');
const object = (overrides: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'Decision',
  metadata: { name: 'web-b', namespace: 'shop', creationTimestamp: '2026-01-05T12:00:00Z' },
  spec: DECISION_SPEC,
  ...overrides,
});
interface Given {
  readonly name?: string;
  readonly createdAt?: number;
  readonly person?: boolean;
  readonly spec?: Partial<DecisionSpec>;
  readonly status?: Partial<DecisionStatus>;
}
const held = ({ spec, status, ...rest }: Given = {}): HeldDecision => ({
  object: object(),
  namespace: 'shop',
  name: 'web-b',
  createdAt: T,
  person: false,
  ...rest,
  spec: { ...DECISION_SPEC, ...spec },
  status: { phase: 'Deferred', reason: 'Cooldown', message: '', changes: [], history: [], ...status },
});
const change = (overrides: Partial<ChangeRecord> = {}): ChangeRecord => ({
  id: 'd.1',
  kind: 'scale',
  before: '2',
  after: '3',
  undo: false,
  intentAt: T,
  log: '',
  baseline: { breached: false },
  ...overrides,
});
const by = (name: string) => ({ spec: { requester: { kind: 'person' as const, name } }, person: true });
const APPROVED = { approval: 'a', history: [{ phase: 'Pending' as const, at: T, reason: 'Approved' }] };

describe('a deferred wish', () => {
  const asked = { deferredSince: T };
  it.each<{ when: string; one: HeldDecision; now?: number; others?: HeldDecision[]; says?: string }>([
    { when: "is an agent's and 59.999 s old", one: held({ status: asked }), now: T + 59_999 },
    {
      when: "is an agent's and a minute old",
      one: held({ status: asked }),
      now: T + 60_000,
      says: 'it still waits after 60 s (Cooldown): dropped; computed anew',
    },
    { when: "is a person's and a minute old", one: held({ ...by('ann'), status: asked }), now: T + 599_999 },
    {
      when: "is a person's and ten minutes old",
      one: held({ ...by('ann'), status: asked }),
      now: T + 600_000,
      says: 'it still waits after 600 s (Cooldown): dropped; ask again if it is still wanted',
    },
    { when: 'was approved', one: held({ status: { ...asked, ...APPROVED } }), now: T + 900_000 },
    {
      when: 'was asked about and not approved yet',
      one: held({ status: { ...asked, approval: 'a' } }),
      now: T + 60_000,
      says: 'it still waits after 60 s (Cooldown): dropped; computed anew',
    },
    { when: 'is not deferred', one: held({ status: { ...asked, phase: 'Pending' } }), now: T + 900_000 },
    {
      when: 'has a newer one',
      one: held(),
      others: [held({ name: 'web-c', createdAt: T + 1 })],
      says: 'replaced by the newer web-c',
    },
    {
      when: 'has one of the same second and a later name',
      one: held(),
      others: [held({ name: 'web-c' })],
      says: 'replaced by the newer web-c',
    },
    { when: 'has one of the same second and an earlier name', one: held(), others: [held({ name: 'web-a' })] },
    { when: 'has an older one', one: held(), others: [held({ name: 'web-c', createdAt: T - 1 })] },
    { when: 'is seen beside itself', one: held(), others: [held()] },
    {
      when: 'has a newer one that is over',
      one: held(),
      others: [held({ name: 'web-c', createdAt: T + 1, status: { phase: 'Refused' } })],
    },
    {
      when: 'has a newer one for another target',
      one: held(),
      others: [held({ createdAt: T + 1, spec: { target: { ...DECISION_SPEC.target, name: 'api' } } })],
    },
    { when: "is an agent's and a person asked", one: held(), others: [held({ createdAt: T + 1, ...by('ann') })] },
    { when: "is a person's and an agent asked", one: held(by('ann')), others: [held({ createdAt: T + 1 })] },
    {
      when: "is a person's and the same asked anew",
      one: held(by('ann')),
      others: [held({ name: 'web-c', createdAt: T + 1, ...by('ann') })],
      says: 'replaced by the newer web-c',
    },
    {
      when: "is a person's and another asked",
      one: held(by('ann')),
      others: [held({ createdAt: T + 1, ...by('bob') })],
    },
  ])('that $when is dropped: $says', ({ one, now = T, others = [], says }) => {
    expect(outOfTime(one, others, now)).toBe(says);
  });

  it.each([
    { one: held({ status: asked }), at: T + 60_000 },
    { one: held({ ...by('ann'), status: asked }), at: T + 600_000 },
    { one: held({ status: { ...asked, ...APPROVED } }), at: Number.POSITIVE_INFINITY },
    { one: held(), at: Number.POSITIVE_INFINITY },
  ])('is dropped at $at at the latest', ({ one, at }) => {
    expect(dropsAt(one)).toBe(at);
  });
});

describe('a Decision as read', () => {
  it.each<{ what: string; given: KubeObject; says: string }>([
    { what: 'no spec', given: object({ spec: {} }), says: 'spec: blueprint: ' },
    {
      what: 'a number for a name',
      given: object({ spec: { ...DECISION_SPEC, target: { ...DECISION_SPEC.target, name: 7 } } }),
      says: 'spec: target.name: Invalid input: expected string, received number',
    },
    {
      what: 'half a status',
      given: object({ status: { phase: 'Pending' } }),
      says: 'status: message: Invalid input: expected string, received undefined',
    },
  ])('with $what says what is wrong, and where', ({ given, says }) => {
    const read = readDecision(given, undefined);
    expect(read.ok ? '' : read.error).toContain(says);
  });

  it.each([{ status: undefined }, { status: {} }])('is new with the status $status', ({ status }) => {
    const read = readDecision(object(status === undefined ? {} : { status }), undefined);
    expect(read.ok && read.value).toMatchObject({
      name: 'web-b',
      namespace: 'shop',
      createdAt: T,
      person: false,
      status: { phase: 'Pending', message: '', reason: 'New', changes: [], history: [] },
    });
  });

  it.each([
    { what: 'of a person', kind: 'person', sign: PEOPLE, trust: PEOPLE.trust, person: true },
    { what: 'of a person of another gateway', kind: 'person', sign: OTHERS, trust: PEOPLE.trust, person: false },
    { what: 'that nobody can prove', kind: 'person', sign: PEOPLE, trust: undefined, person: false },
    { what: 'of an agent', kind: 'agent', sign: PEOPLE, trust: PEOPLE.trust, person: false },
  ] as const)('$what is one of a person: $person (P9)', ({ kind, sign, trust, person }) => {
    const asked = object({});
    const where = { namespace: asked.metadata.namespace ?? '', name: asked.metadata.name };
    const spec = sign.asked(where, { ...DECISION_SPEC, requester: { kind, name: 'ann' } }, T);
    const read = readDecision({ ...asked, spec }, trust);
    expect(read.ok && [read.value.person, requestFrom(read.value).requester.kind]).toEqual([
      person,
      person ? 'person' : 'agent',
    ]);
  });

  it('is judged by what it wants and by what was seen, and by none of its words (P3)', () => {
    const seen = { uid: 'u', replicas: 2, at: '2026-01-05T12:00:00Z' };
    expect(requestFrom(held({ spec: { seen, confidence: 1 } }))).toEqual({
      id: 'web-b',
      tool: 'scale',
      effect: 'change',
      args: { replicas: 3 },
      wanted: { kind: 'scale', replicas: 3 },
      target: { namespace: 'shop', name: 'web' },
      requester: { kind: 'agent', name: 'decision-engine' },
      seen: { uid: 'u', replicas: 2, at: T },
    });
    const odd = requestFrom(held({ spec: { tool: 'make_coffee', arguments: { sent: '{}' } } }));
    expect(odd).toMatchObject({ effect: 'unknown', args: { sent: '{}' } });
    expect(Object.keys(odd)).not.toContain('wanted');
  });
});

describe('the changes on record', () => {
  const [first, second] = [change({ appliedAt: T }), change({ id: 'd.2' })];
  it.each([
    { changes: [], applied: undefined, open: undefined },
    { changes: [first], applied: 'd.1', open: undefined },
    { changes: [first, second], applied: 'd.1', open: 'd.2' },
    { changes: [second], applied: undefined, open: 'd.2' },
  ])('say what was written last ($applied) and what is meant ($open)', ({ changes, applied, open }) => {
    const { status } = held({ status: { changes } });
    expect([lastApplied(status)?.id, openIntent(status)?.id]).toEqual([applied, open]);
  });

  it.each([
    { kind: 'scale', before: '9', after: '10', direction: 'up' },
    { kind: 'scale', before: '10', after: '9', direction: 'down' },
    { kind: 'scale', before: '9', after: '9', direction: 'none' },
    { kind: 'restart', before: '1', after: '2', direction: 'none' },
  ] as const)('$kind $before to $after goes $direction', ({ direction, ...given }) => {
    expect(directionOf(given)).toBe(direction);
  });

  it.each([
    { phase: 'RolledBack', id: 'd.1', outcome: 'fail' },
    { phase: 'Failed', id: 'd.1', outcome: 'fail' },
    { phase: 'Succeeded', id: 'd.1', outcome: 'pass' },
    { phase: 'Pending', id: 'd.1', outcome: 'pass' },
    { phase: 'Succeeded', id: 'd.1', judged: 'insufficient', outcome: 'insufficient' },
    { phase: 'Pending', id: 'd.1', judged: 'insufficient', outcome: 'insufficient' },
    { phase: 'Inconclusive', id: 'd.1', outcome: 'inconclusive' },
    { phase: 'Superseded', id: 'd.1', outcome: 'inconclusive' },
    { phase: 'RolledBack', id: 'd.1', reason: 'SupersededByUp', outcome: 'superseded' },
    { phase: 'RolledBack', id: 'd.1.undo', outcome: 'inconclusive' },
    { phase: 'Failed', id: 'd.1.undo', outcome: 'fail' },
  ] as const)('count as $outcome where the Decision ended as $phase on $id', (row) => {
    const { phase, id, outcome } = row;
    const verification = 'judged' in row && {
      verification: { phase: 'done' as const, startedAt: T, widened: false, checks: [], outcome: row.judged },
    };
    expect(outcomeOf({ phase, reason: 'reason' in row ? row.reason : 'X', ...verification }, id)).toBe(outcome);
  });
});

describe('the finding that decides', () => {
  const of = (effect: Finding['effect'], code: string): Finding => ({
    rule: 'G0',
    effect,
    code,
    message: code,
    values: {},
  });
  it.each<{ findings: Finding[]; code: string | undefined }>([
    { findings: [], code: undefined },
    { findings: [of('note', 'N')], code: undefined },
    { findings: [of('restrict', 'R'), of('wait', 'W'), of('forbid', 'F'), of('forbid', 'G')], code: 'F' },
    { findings: [of('restrict', 'R'), of('wait', 'W'), of('note', 'N')], code: 'W' },
    { findings: [of('note', 'N'), of('restrict', 'R')], code: 'R' },
    { findings: [of('forbid', 'ObserveOnly'), of('wait', 'W')], code: 'ObserveOnly' },
    { findings: [of('forbid', 'ObserveOnly'), of('forbid', 'F')], code: 'F' },
  ])('is $code', ({ findings, code }) => {
    expect(deciding({ findings } as Pick<Verdict, 'findings'> as Verdict)?.code).toBe(code);
  });
});

describe('what a Blueprint says of itself', () => {
  const fault = (message: string): Fault => ({
    code: 'OutOfRange',
    path: 'spec',
    file: '',
    line: 1,
    column: 1,
    found: 'x',
    expected: 'a number',
    message,
    fix: 'write a number',
  });
  const view = (overrides: Partial<ServiceView>): ServiceView =>
    ({ object: object({ metadata: { name: 'web', generation: 2 } }), global: {}, ...overrides }) as ServiceView;
  it.each<{ when: string; given: Partial<ServiceView>; message: string | undefined }>([
    { when: 'it is accepted', given: { blueprint: calmBlueprint() }, message: 'version 1.0.0 is in force' },
    { when: 'nothing was read', given: {}, message: undefined },
    {
      when: 'it has one fault and nothing before it',
      given: { faults: [fault('min is no number')] },
      message: 'min is no number; to mend it: write a number; nothing is in force',
    },
    {
      when: 'it has two faults and one before it',
      given: { faults: [fault('a'), fault('b')], blueprint: calmBlueprint() },
      message: 'a (1 of 2 faults); to mend it: write a number; version 1.0.0 stays in force',
    },
    {
      when: 'it has a fault and what was before cannot be read',
      given: { faults: [fault('a')], problems: ['kept versions'] },
      message: undefined,
    },
  ])('when $when: $message', ({ given, message }) => {
    const status = blueprintStatus(view(given), T);
    expect(status?.conditions?.[0]?.message).toBe(message);
    if (message === undefined) return;
    const isAccepted = given.faults === undefined;
    expect(status?.conditions).toEqual([
      {
        type: 'Accepted',
        status: isAccepted ? 'True' : 'False',
        reason: isAccepted ? 'Accepted' : 'OutOfRange',
        message,
        lastTransitionTime: '2026-01-05T12:00:00.000Z',
        observedGeneration: 2,
      },
    ]);
    expect([status?.observedVersion, status?.observedGeneration]).toEqual([given.blueprint?.version, 2]);
  });
});
