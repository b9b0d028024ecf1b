import { describe, expect, it } from 'vitest';
import { type CalmOverrides, calmInput, said, undoInput } from '../../testing/gateInput.ts';
import { decide } from '../decide.ts';

const at = (namespace: string, name: string): CalmOverrides => ({
  request: { target: { namespace, name } },
  blueprint: { namespace, target: { kind: 'Deployment', namespace, name } },
  workload: { namespace, name },
});

const ROWS: { when: string; overrides: CalmOverrides; expected: string[] }[] = [
  { when: 'one object matches', overrides: {}, expected: [] },
  { when: 'none matches', overrides: { matches: 0 }, expected: ['forbid NoTarget'] },
  { when: 'two match', overrides: { matches: 2 }, expected: ['forbid SeveralTargets'] },
  { when: 'a count is not a number', overrides: { matches: Number.NaN }, expected: ['forbid NoTarget'] },
  { when: 'the name is a wildcard', overrides: at('shop', '*'), expected: ['forbid NotOneTarget'] },
  { when: 'the name is empty', overrides: at('shop', ''), expected: ['forbid NotOneTarget'] },
  { when: 'the namespace is empty', overrides: at('', 'web'), expected: ['forbid NotOneTarget'] },
  { when: 'the name is a path', overrides: at('shop', '../web'), expected: ['forbid NotOneTarget'] },
  { when: 'it lies in a system namespace', overrides: at('kube-public', 'web'), expected: ['forbid SystemNamespace'] },
  {
    when: 'the blueprint governs another one',
    overrides: { blueprint: { target: { kind: 'Deployment', namespace: 'shop', name: 'api' } } },
    expected: ['forbid NotGoverned'],
  },
  {
    when: 'the blueprint lies in another namespace',
    overrides: { blueprint: { namespace: 'other' } },
    expected: ['forbid NotGoverned'],
  },
  { when: 'another object was observed', overrides: { workload: { name: 'api' } }, expected: ['forbid WrongTarget'] },
  { when: 'it has no UID', overrides: { workload: { uid: '' } }, expected: ['forbid NoData'] },
  { when: 'it was not read', overrides: { workload: null }, expected: ['forbid NoData'] },
  { when: 'it is being deleted', overrides: { workload: { deleting: true } }, expected: ['forbid TargetGone'] },
  { when: 'it is not labelled', overrides: { workload: { managed: false } }, expected: ['forbid NotManaged'] },
  {
    when: 'it is not labelled and no admission policy would refuse',
    overrides: { admission: false, workload: { managed: false } },
    expected: ['note NotManaged'],
  },
];

describe('G14 the target must be one', () => {
  it.each(ROWS)('says $expected when $when, to an undo too (GATE-G14-1)', ({ overrides, expected }) => {
    expect(said(decide(calmInput(overrides)).verdict, 'G14')).toEqual(expected);
    expect(said(decide(undoInput({}, overrides)).verdict, 'G14')).toEqual(expected);
  });

  it.each(ROWS.filter(({ overrides }) => overrides.workload === undefined))(
    'says $expected of a read when $when (GATE-G14-2)',
    ({ overrides, expected }) => {
      const request = { ...overrides.request, tool: 'get_service', effect: 'read' as const, args: {} };
      expect(said(decide(calmInput({ ...overrides, request })).verdict, 'G14')).toEqual(expected);
    },
  );

  it('asks nothing of the object for a read (GATE-G14-2)', () => {
    const request = { tool: 'get_service', effect: 'read' as const, args: {} };
    expect(decide(calmInput({ request, workload: { managed: false } })).verdict.findings).toEqual([]);
    expect(decide(calmInput({ request, workload: null })).verdict.authority).toBe('allowed');
  });
});

describe('G22 protected things must be left', () => {
  it.each<{ when: string; overrides: CalmOverrides; expected: string[] }>([
    {
      when: 'a hostile blueprint targets kube-system',
      overrides: at('kube-system', 'coredns'),
      expected: ['forbid ProtectedNamespace'],
    },
    {
      when: 'it targets our own namespace',
      overrides: at('agent-system', 'fairlead'),
      expected: ['forbid ProtectedNamespace'],
    },
    {
      when: 'our own namespace has another name',
      overrides: { ...at('ops', 'x'), ownNamespace: 'ops' },
      expected: ['forbid ProtectedNamespace'],
    },
    {
      when: 'the blueprint stands in our own namespace',
      overrides: { blueprint: { namespace: 'agent-system' } },
      expected: ['forbid ProtectedNamespace'],
    },
    { when: 'our own namespace is unknown', overrides: { ownNamespace: '' }, expected: ['forbid NoData'] },
    { when: 'the target is a service', overrides: {}, expected: [] },
  ])('says $expected when $when, to reads and an undo too (GATE-G22-1)', ({ overrides, expected }) => {
    expect(said(decide(calmInput(overrides)).verdict, 'G22')).toEqual(expected);
    expect(said(decide(undoInput({}, overrides)).verdict, 'G22')).toEqual(expected);
    const request = { ...overrides.request, tool: 'get_service', effect: 'read' as const };
    expect(said(decide(calmInput({ ...overrides, request })).verdict, 'G22')).toEqual(expected);
  });

  it.each([
    'delete_pvc',
    'exec',
    'port_forward',
    'read_secrets',
    'change_rbac',
    'patch_webhook',
    'drain_node',
    'applyCRD',
  ])('calls %s not expressible, however much is granted (GATE-G22-2)', (tool) => {
    const granted = { allowed: ['scale_within_limits', 'rollback'] as const, requiresApproval: [], forbidden: [] };
    const { verdict, permit } = decide(
      calmInput({ request: { tool, effect: 'unknown', args: {} }, blueprint: { authority: granted } }),
    );
    expect(said(verdict, 'G22')).toEqual(['forbid NotExpressible']);
    expect([verdict.authority, permit]).toEqual(['forbidden', undefined]);
  });
});
