import { describe, expect, it } from 'vitest';
import type { ApprovalRule } from '../../schema/blueprint.ts';
import { OPERATIONS, type Operation } from '../../schema/operation.ts';
import type { Request } from '../../schema/request.ts';
import {
  type CalmOverrides,
  calmBlueprint,
  calmInput,
  RESTART,
  said,
  scaleTo,
  undoInput,
} from '../../testing/gateInput.ts';
import { decide } from '../decide.ts';

const says = (overrides: CalmOverrides): string[] => said(decide(calmInput(overrides)).verdict, 'G0');
const authority = (
  allowed: readonly Operation[],
  requiresApproval: readonly ApprovalRule[] = [],
  forbidden: readonly Operation[] = [],
) => ({ authority: { allowed, requiresApproval, forbidden } });
const entry = (operation: Operation, condition = 'always', approvers = ['devops-team']): ApprovalRule => ({
  operation,
  condition,
  approvers,
});

/** A request whose effect is the operation. */
const ASKING: Readonly<Record<Operation, Partial<Request>>> = {
  scale_within_limits: scaleTo(3),
  scale_beyond_limits: scaleTo(12),
  scale_to_zero: scaleTo(0),
  restart_pods: RESTART,
  adjust_resources_within_bounds: { tool: 'adjust_resources_within_bounds', effect: 'unknown', args: {} },
  rollback: { tool: 'rollback', effect: 'unknown', args: {} },
  delete_deployment: { tool: 'delete_deployment', effect: 'unknown', args: {} },
  modify_namespace: { tool: 'modify_namespace', effect: 'unknown', args: {} },
  change_rbac: { tool: 'change_rbac', effect: 'unknown', args: {} },
};
const EXECUTABLE: ReadonlySet<Operation> = new Set([
  'scale_within_limits',
  'scale_beyond_limits',
  'scale_to_zero',
  'restart_pods',
]);

describe('G0 the operation must be granted (GATE-G0-1)', () => {
  it.each(OPERATIONS)('%s: every list decides', (operation) => {
    const request = ASKING[operation];
    const never = EXECUTABLE.has(operation) ? [] : ['forbid NotExecutable'];
    const isNever = ['delete_deployment', 'modify_namespace', 'change_rbac'].includes(operation);
    const unlisted = isNever ? [] : ['forbid NotGranted'];
    expect(says({ request, blueprint: authority([]) })).toEqual([...never, ...unlisted]);
    expect(says({ request, blueprint: authority([operation]) })).toEqual(never);
    expect(says({ request, blueprint: authority([], [entry(operation)]) })).toEqual([
      ...never,
      ...(isNever ? [] : ['restrict ApprovalRequired']),
    ]);
    expect(says({ request, blueprint: authority([operation], [], [operation]) })).toContain(
      'forbid ForbiddenByBlueprint',
    );
    expect(says({ request, blueprint: authority([operation]), global: { forbidden: [operation] } })).toContain(
      'forbid ForbiddenByGlobalRules',
    );
  });

  it.each<{ when: string; overrides: CalmOverrides; expected: string[] }>([
    { when: 'no blueprint governs', overrides: { blueprint: null }, expected: ['forbid NoBlueprint'] },
    {
      when: 'no blueprint governs, whatever else is unknown',
      overrides: { blueprint: null, global: null },
      expected: ['forbid NoBlueprint'],
    },
    { when: 'the global rules cannot be read', overrides: { global: null }, expected: ['forbid NoData'] },
    {
      when: 'the tool is unknown',
      overrides: { request: { tool: 'format_disk', effect: 'unknown', args: {} } },
      expected: ['forbid UnknownOperation'],
    },
    {
      when: 'a known tool asks for no effect',
      overrides: { request: { tool: 'rollback', args: {}, wanted: undefined as never } },
      expected: ['forbid NotExecutable', 'forbid NotGranted'],
    },
  ])('refuses when $when (GATE-G0-2)', ({ overrides, expected }) => {
    expect(says(overrides)).toEqual(expected);
    expect(decide(calmInput(overrides)).verdict.authority).toBe('forbidden');
  });

  it.each([
    { condition: 'always', replicas: 12, expected: ['restrict ApprovalRequired'] },
    { condition: '', replicas: 12, expected: ['restrict ApprovalRequired'] },
    { condition: 'target_replicas > max_replicas', replicas: 11, expected: ['restrict ApprovalRequired'] },
    { condition: 'target_replicas > max_replicas', replicas: 1, expected: ['forbid NotGranted'] },
    {
      condition: 'current_replicas == 2 && namespace == "shop"',
      replicas: 12,
      expected: ['restrict ApprovalRequired'],
    },
    { condition: '1 / (current_replicas - 2) > 0', replicas: 12, expected: ['restrict ApprovalRequired'] },
    { condition: 'no_such_variable', replicas: 12, expected: ['restrict ApprovalRequired'] },
  ])('$condition at $replicas replicas gives $expected (GATE-G0-3)', ({ condition, replicas, expected }) => {
    const blueprint = authority(['scale_within_limits'], [entry('scale_beyond_limits', condition)]);
    expect(says({ request: scaleTo(replicas), blueprint })).toEqual(expected);
  });

  it.each([
    { lists: [['a'], ['a', 'b']], expected: ['a'] },
    { lists: [['a'], ['b']], expected: ['a', 'b'] },
    { lists: [[]], expected: ['admins'] },
  ])('entries naming $lists are approved by $expected (GATE-G0-4)', ({ lists, expected }) => {
    const entries = lists.map((groups) => entry('scale_within_limits', 'always', groups));
    const { verdict } = decide(calmInput({ blueprint: authority([], entries) }));
    expect(verdict.authority).toBe('restricted');
    expect(verdict.approvers).toEqual(expected);
  });

  const hash = calmBlueprint().hash;
  const approval = { name: 'web-ok', operation: 'scale_beyond_limits', args: scaleTo(12).args, blueprintHash: hash };
  it.each([
    { when: 'it is for exactly this', given: approval, expected: 'allowed' },
    {
      when: 'it has its keys in another order',
      given: { ...approval, args: { replicas: 12, service: 'shop/web' } },
      expected: 'allowed',
    },
    { when: 'it names another number', given: { ...approval, args: scaleTo(13).args }, expected: 'restricted' },
    {
      when: 'it names one argument more',
      given: { ...approval, args: { ...approval.args, force: true } },
      expected: 'restricted',
    },
    {
      when: 'it names another operation',
      given: { ...approval, operation: 'scale_within_limits' },
      expected: 'restricted',
    },
    {
      when: 'it was given under another blueprint',
      given: { ...approval, blueprintHash: 'c' },
      expected: 'restricted',
    },
  ])('an approval makes it $expected when $when (GATE-G0-5)', ({ given, expected }) => {
    expect(decide(calmInput({ request: scaleTo(12), approval: given })).verdict.authority).toBe(expected);
  });

  it.each<{ tool: string; overrides: CalmOverrides; expected: string[] }>([
    { tool: 'get_metrics', overrides: {}, expected: [] },
    { tool: 'get_metrics', overrides: { blueprint: null }, expected: ['forbid NoBlueprint'] },
    { tool: 'list_services', overrides: {}, expected: [] },
    { tool: 'read_secret', overrides: {}, expected: ['forbid UnknownRead'] },
    { tool: 'scale', overrides: {}, expected: ['forbid UnknownRead'] },
    { tool: 'get_logs', overrides: {}, expected: ['forbid LogsNotAllowed'] },
    { tool: 'get_logs', overrides: { blueprint: { logs: 'allowed' } }, expected: [] },
  ])('the read $tool gives $expected (GATE-G0-6)', ({ tool, overrides, expected }) => {
    const request: Partial<Request> = { tool, effect: 'read', args: {} };
    const { verdict, permit } = decide(calmInput({ ...overrides, request }));
    expect(said(verdict, 'G0')).toEqual(expected);
    expect(permit).toBeUndefined();
  });

  it('lists the fleet without a target and without a blueprint (GATE-G0-6)', () => {
    const request: Partial<Request> = {
      tool: 'list_services',
      effect: 'read',
      args: {},
      target: { namespace: '', name: '' },
    };
    const { verdict } = decide(calmInput({ request, blueprint: null, workload: null, matches: 0 }));
    expect(verdict).toMatchObject({ authority: 'allowed', findings: [] });
  });

  it('an undo needs no grant, but a blueprint (GATE-G0-7)', () => {
    expect(said(decide(undoInput({}, { blueprint: authority([]) })).verdict, 'G0')).toEqual([]);
    expect(said(decide(undoInput({}, { blueprint: null })).verdict, 'G0')).toEqual(['forbid NoBlueprint']);
  });
});
