import { describe, expect, it } from 'vitest';
import { changeRecord, type GivenDecision, heldDecision } from '../../test/stages/executorParts.ts';
import { FIELD_MANAGER, type KubeObject } from '../schema/kube.ts';
import type { DecisionSpec } from '../schema/records.ts';
import { NOON } from '../testing/gateInput.ts';
import { rejectedLately } from './approvals/rejectedLately.ts';
import { paceOf } from './pace.ts';
import { approvedAt, pacing, readDecision } from './records/heldDecision.ts';
import { clockDiffers } from './serverTime.ts';

const iso = (ms: number): string => new Date(NOON + ms).toISOString();

describe('the clock of the API server', () => {
  const answer = (...times: readonly (string | undefined)[]): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      managedFields: times.map((time) => ({
        manager: FIELD_MANAGER,
        operation: 'Apply',
        ...(time !== undefined && { time }),
      })),
    },
  });
  it.each<{ what: string; object: KubeObject; wroteAt?: string; differs: boolean }>([
    { what: 'that says nothing', object: { ...answer(), metadata: { name: 'web' } }, differs: false },
    { what: 'of an entry without a time', object: answer(undefined), differs: false },
    { what: 'of an entry whose time cannot be read', object: answer('soon'), differs: false },
    { what: 'that is 30 s behind', object: answer(iso(-30_000)), differs: false },
    { what: 'that is 30.001 s behind', object: answer(iso(-30_001)), differs: true },
    { what: 'that is 30 s ahead', object: answer(iso(30_000)), differs: false },
    { what: 'that is 30.001 s ahead', object: answer(iso(30_001)), differs: true },
    { what: 'whose newest entry is of now', object: answer(iso(-3_600_000), iso(0), iso(-90_000)), differs: false },
    { what: 'of the entry of the change before', object: answer(iso(-90_000)), wroteAt: iso(-90_000), differs: false },
    { what: '5 s after the change before', object: answer(iso(-85_000)), wroteAt: iso(-90_000), differs: false },
    { what: '5.001 s after the change before', object: answer(iso(-84_999)), wroteAt: iso(-90_000), differs: true },
    { what: '5.001 s before the change before', object: answer(iso(-95_001)), wroteAt: iso(-90_000), differs: true },
    { what: 'with a change before of no time', object: answer(iso(-90_000)), wroteAt: 'once', differs: true },
  ])('$what differs: $differs', ({ object, wroteAt, differs }) => {
    const before = wroteAt === undefined ? undefined : { ...LAST, at: wroteAt };
    expect(clockDiffers(object, before, NOON) !== undefined).toBe(differs);
  });

  it('of another manager says nothing', () => {
    const { metadata } = answer(iso(-3_600_000));
    const managedFields = metadata.managedFields?.map((entry) => ({ ...entry, manager: 'kubectl' })) ?? [];
    expect(clockDiffers({ ...answer(), metadata: { ...metadata, managedFields } }, undefined, NOON)).toBeUndefined();
  });

  it('and ours are told, with what to do', () => {
    expect(clockDiffers(answer(iso(-3_600_000)), undefined, NOON)).toBe(
      "the clock here says 2026-01-05T12:00:00.000Z and the API server's says 2026-01-05T11:00:00.000Z: nothing but an undo is done until they agree to 30 s; set the clock of this node, then restart this process",
    );
  });
});

const LAST = {
  id: 'web-b.1',
  decision: 'web-b',
  did: 'scale 3 to 2',
  kind: 'scale',
  before: '3',
  after: '2',
  log: '',
  undo: false,
} as const;

describe('a pace', () => {
  const seen = { uid: 'uid-web', replicas: 4, at: iso(0) };
  const PARENT: GivenDecision = {
    name: 'web-p',
    spec: { arguments: { replicas: 2 } },
    status: { phase: 'Verifying', changes: [changeRecord({ id: 'web-p.1', before: '8', after: '4' })] },
  };
  const asked = (args: DecisionSpec['arguments'], given: GivenDecision = {}) =>
    heldDecision({ name: 'web-c', ...given, spec: { tool: 'pace', parent: 'web-p', arguments: args, seen } });
  const parent = ({ spec, status }: GivenDecision = {}) =>
    heldDecision({ ...PARENT, spec: { ...PARENT.spec, ...spec }, status: { ...PARENT.status, ...status } });

  it.each<{ args: DecisionSpec['arguments']; pace: object }>([
    { args: { replicas: 3 }, pace: { replicas: 3, waitMs: 0 } },
    { args: { wait_seconds: 1 }, pace: { waitMs: 1_000 } },
    { args: { wait_seconds: 300 }, pace: { waitMs: 300_000 } },
    { args: { replicas: 3, wait_seconds: 20 }, pace: { replicas: 3, waitMs: 20_000 } },
  ])('of $args is taken after the last step', ({ args, pace }) => {
    expect(paceOf(asked(args), parent(), NOON)).toStrictEqual({
      ok: true,
      value: { by: 'web-c', after: 'web-p.1', ...pace },
    });
  });

  it.each<{
    when: string;
    args?: DecisionSpec['arguments'];
    of?: GivenDecision;
    now?: number;
    code: string;
    message: string;
  }>([
    {
      when: 'its parent is over',
      of: { status: { phase: 'Failed' } },
      code: 'ParentNotOpen',
      message: 'web-p has no next step: it is Failed',
    },
    {
      when: 'its parent has failed and is to be undone',
      of: { status: { verification: { phase: 'done', startedAt: NOON, widened: false, checks: [], outcome: 'fail' } } },
      code: 'ParentNotOpen',
      message: 'web-p has no next step: it is Verifying',
    },
    {
      when: 'its parent is taken back',
      of: { status: { undoAskedBy: 'web-u' } },
      code: 'ParentNotOpen',
      message: 'web-p has no next step: it is Verifying',
    },
    {
      when: 'people approved its parent',
      of: { status: { approval: 'web-p' } },
      code: 'ApprovedWhole',
      message: 'what people approved of web-p is one step',
    },
    {
      when: 'its parent has not begun',
      of: { status: { changes: [] } },
      code: 'NoStepYet',
      message: 'web-p has written no step that another could follow',
    },
    {
      when: 'its parent does not scale',
      of: { spec: { tool: 'restart_pods', arguments: {} } },
      code: 'NoStepYet',
      message: 'web-p has written no step that another could follow',
    },
    {
      when: 'its parent is there',
      of: { status: { changes: [changeRecord({ after: '2' })] } },
      code: 'NoStepsLeft',
      message: 'web-p is at 2 already',
    },
    { when: 'it is 60.001 s old', now: NOON + 60_001, code: 'PaceExpired', message: 'it was asked for over 60 s ago' },
    {
      when: 'it saw another step',
      of: { status: { changes: [changeRecord({ after: '6' })] } },
      code: 'PaceExpired',
      message: 'it was asked for at another step than that to 6',
    },
    {
      when: 'there is one',
      of: { status: { pace: { by: 'web-x', after: 'web-p.1', waitMs: 0 } } },
      code: 'PacedAlready',
      message: 'that step has the pace of web-x: one is all',
    },
    { when: 'it waits too long', args: { wait_seconds: 301 }, code: 'TooLong', message: '301 s is longer than 300 s' },
    {
      when: 'it stops at the end',
      args: { replicas: 2, wait_seconds: 5 },
      code: 'NotSmaller',
      message: 'a step from 4 on the way to 2 is made neither smaller nor later by it',
    },
    {
      when: 'it asks for nothing',
      args: {},
      code: 'NotSmaller',
      message: 'a step from 4 on the way to 2 is made neither smaller nor later by it',
    },
  ])('is refused when $when', ({ args = { replicas: 3 }, of, now = NOON, code, message }) => {
    expect(paceOf(asked(args), parent(of), now)).toEqual({ ok: false, error: { code, message } });
  });

  it('is taken 60 s after it was asked for, and after one of an earlier step', () => {
    const pace = { by: 'web-x', after: 'web-p.0', waitMs: 0 };
    expect(paceOf(asked({ replicas: 3 }), parent({ status: { pace } }), NOON + 60_000).ok).toBe(true);
  });

  it.each<{ when: string; status: GivenDecision['status']; due?: object }>([
    { when: 'there is none', status: {} },
    { when: 'its step is not due', status: { pace: { by: 'c', after: 'web-p.1', waitMs: 9 }, history: [] } },
    {
      when: 'it is of another step',
      status: {
        pace: { by: 'c', after: 'web-p.0', waitMs: 9 },
        history: [{ phase: 'Pending', at: 7, reason: 'NextStep' }],
      },
    },
    {
      when: 'its step is due',
      status: {
        pace: { by: 'c', after: 'web-p.1', waitMs: 9 },
        history: [
          { phase: 'Pending', at: 5, reason: 'NextStep' },
          { phase: 'Verifying', at: 6, reason: 'NextStep' },
          { phase: 'Pending', at: 7, reason: 'NextStep' },
          { phase: 'Pending', at: 8, reason: 'Approved' },
        ],
      },
      due: { by: 'c', notBefore: 16 },
    },
  ])('holds the next step back as far as told when $when', ({ status, due }) => {
    expect(pacing(parent({ ...(status !== undefined && { status }) }).status)).toStrictEqual(due);
  });
});

describe('when something was approved', () => {
  it.each<{ row: readonly (readonly ['Pending' | 'AwaitingApproval', string])[]; at?: number }>([
    { row: [] },
    { row: [['AwaitingApproval', 'Restricted']] },
    {
      row: [
        ['AwaitingApproval', 'Restricted'],
        ['Pending', 'Approved'],
        ['Pending', 'NextStep'],
      ],
      at: 1,
    },
    {
      row: [
        ['AwaitingApproval', 'Restricted'],
        ['Pending', 'Approved'],
        ['AwaitingApproval', 'Restricted'],
      ],
    },
    { row: [['Pending', 'Approved']], at: 0 },
  ])('of $row is $at', ({ row, at }) => {
    expect(approvedAt({ history: row.map(([phase, reason], n) => ({ phase, at: n, reason })) })).toBe(at);
  });
});

describe('a Decision that cannot be read', () => {
  it.each([
    ['its spec', { spec: { tool: 7 } }, /^spec: [a-z]+[\w.]*: \S/],
    ['its status', { spec: heldDecision().spec, status: { phase: 'Lost' } }, /^status: phase: \S/],
  ] as const)('says what of %s is wrong', (_, parts, words) => {
    const read = readDecision({ apiVersion: 'a', kind: 'Decision', metadata: { name: 'web-b' }, ...parts }, undefined);
    expect(read).toMatchObject({ ok: false, error: expect.stringMatching(words) as string });
  });
});

describe('a wish that people rejected', () => {
  const no = (given: GivenDecision = {}, at = NOON - 1_000) =>
    heldDecision({
      name: 'web-a',
      ...given,
      status: {
        phase: 'Rejected',
        message: 'rejected by omar',
        history: [{ phase: 'Rejected', at, reason: 'Rejected' }],
        ...given.status,
      },
    });
  it.each<{ what: string; before: ReturnType<typeof heldDecision>; held?: GivenDecision; no: boolean }>([
    { what: 'is not asked for again by an agent', before: no(), no: true },
    { what: 'is by a person', before: no(), held: { person: true }, no: false },
    { what: 'is when its own asker took it back', before: no({ status: { reason: 'TakenBack' } }), no: false },
    { what: 'is when it was not rejected', before: no({ status: { phase: 'Expired' } }), no: false },
    { what: 'is as the same one', before: no({ name: 'web-b' }), no: false },
    {
      what: 'is for another service',
      before: no({ spec: { target: { kind: 'Deployment', namespace: 'shop', name: 'db' } } }),
      no: false,
    },
    { what: 'is for another number', before: no({ spec: { arguments: { replicas: 4 } } }), no: false },
    { what: 'is with another tool', before: no({ spec: { tool: 'restart_pods' } }), no: false },
    { what: 'is not 29 min 59.999 s later', before: no({}, NOON - 1_799_999), no: true },
    { what: 'is half an hour later', before: no({}, NOON - 1_800_000), no: false },
    {
      what: 'is half an hour after it was made where nobody knows when it was rejected',
      before: no({ status: { history: [] }, createdAt: NOON - 1_800_000 }),
      no: false,
    },
  ])('$what', ({ before, held, no: isNo }) => {
    expect(rejectedLately(heldDecision(held), [before], NOON) !== undefined).toBe(isNo);
  });

  it('is told when it may be asked for again', () => {
    expect(rejectedLately(heldDecision(), [no({}, NOON)], NOON)).toBe(
      'web-a asked for the same and was rejected by omar; an agent may ask again at 2026-01-05T12:30:00.000Z',
    );
  });
});
