import { describe, expect, it } from 'vitest';
import type { ContainerResources } from '../schema/resources.ts';
import type { CheckedApproval, GateInput, RuleId } from '../schema/verdict.ts';
import {
  type CalmOverrides,
  calmInput,
  NOON,
  OUR_DOWN,
  RESTART,
  said,
  scaleTo,
  undoInput,
} from '../testing/gateInput.ts';
import { FAILING, podOf, resourcesTo, rollbackTo, templateChange, watched } from '../testing/templateChanges.ts';
import { decide } from './decide.ts';

const resources = (amounts: Parameters<typeof resourcesTo>[0], overrides: CalmOverrides = {}): GateInput =>
  calmInput(templateChange(resourcesTo(amounts), overrides));
const container = (resources: ContainerResources) => ({ containers: [{ name: 'app', main: true, resources }] });
const at = (namespace: string, name: string): GateInput =>
  calmInput({
    request: { target: { namespace, name } },
    blueprint: { namespace, target: { kind: 'Deployment', namespace, name } },
    workload: { namespace, name },
  });
const WANTED = 'cpu 500m/1, memory 256Mi/768Mi';
const had = (what: string) => ({ at: NOON - 60_000, what });
const NO_QUOTA = { quotas: [{ name: 'q', key: 'limits.memory' as const, left: 0 }] };
const { trouble: _none, ...WELL } = podOf({ ready: true });
const approvalOf = (replicas: number): CheckedApproval => ({
  name: 'web-ok',
  operation: 'scale_beyond_limits',
  args: scaleTo(replicas).args ?? {},
  blueprintHash: 'b'.repeat(64),
});
/** Names that reach for what nobody may hand to a model: each word of the rule once. */
const REACHING = [
  'delete_pod',
  'remove_it',
  'destroy',
  'exec',
  'attach',
  'port_forward',
  'port-forward',
  'portforward',
  'secrets',
  'rbac',
  'roles',
  'service_account',
  'serviceaccount',
  'webhook',
  'admission',
  'crd',
  'custom_resource',
  'customresource',
  'node',
  'namespace',
  'cordon',
  'drain',
];

describe('what a rule says at its edge', () => {
  it.each<{ rule: RuleId; when: string; input: GateInput; says: string[] }>([
    { rule: 'G14', when: 'nothing governs it', input: calmInput({ blueprint: null }), says: [] },
    ...['-shop', 'shop-', 'Shop', 's'.repeat(64), 'shop.a'].map((namespace) => ({
      rule: 'G14' as const,
      when: `the namespace is ${namespace}`,
      input: at(namespace, 'web'),
      says: ['forbid NotOneTarget'],
    })),
    ...['-web', 'web-', 'w'.repeat(254)].map((name) => ({
      rule: 'G14' as const,
      when: `the name is ${name}`,
      input: at('shop', name),
      says: ['forbid NotOneTarget'],
    })),
    ...[at('s', 'w'), at('s'.repeat(63), 'w'.repeat(253)), at('shop', 'web.v2')].map((input) => ({
      rule: 'G14' as const,
      when: `${input.request.target.namespace}/${input.request.target.name} is asked for`,
      input,
      says: [],
    })),
    {
      rule: 'G14',
      when: 'a service is read that has no name',
      input: calmInput({
        request: { tool: 'get_service', effect: 'read', args: {}, target: { namespace: '', name: '' } },
      }),
      says: ['forbid NotOneTarget', 'forbid NotGoverned'],
    },
    {
      rule: 'G14',
      when: 'the fleet is listed under the name of a service that is not there',
      input: calmInput({ matches: 0, request: { tool: 'list_services', effect: 'read', args: {} } }),
      says: ['forbid NoTarget'],
    },
    ...[
      { cpu: '100m', to: '150m', what: 'at its least bound', says: ['forbid DrivesSizing'] },
      { cpu: '2', to: '1', what: 'at its greatest bound', says: ['forbid DrivesSizing'] },
      { cpu: '500m', to: '600m', what: 'inside its bounds', says: ['forbid DrivesSizing'] },
      { cpu: '3', to: '2', what: 'above its bounds', says: [] },
    ].map(({ cpu, to, what, says }) => ({
      rule: 'G15' as const,
      when: `no pod is ready and the CPU request is ${what}`,
      input: resources({ cpu_request: to }, { workload: { ready: 0, ...container({ requests: { cpu } }) } }),
      says,
    })),
    {
      rule: 'G15',
      when: 'no pod is ready and there are no bounds',
      input: resources({ cpu_request: '600m' }, { blueprint: { resources: {} }, workload: { ready: 0 } }),
      says: ['forbid DrivesSizing'],
    },
    {
      rule: 'G15',
      when: 'no pod is ready and there was no CPU request',
      input: resources({ cpu_request: '600m' }, { workload: { ready: 0, ...container({}) } }),
      says: ['forbid DrivesSizing'],
    },
    {
      rule: 'G16',
      when: 'the counters are lost',
      input: resources({ memory_limit: '768Mi' }, { counters: null }),
      says: ['forbid NoData'],
    },
    {
      rule: 'G16',
      when: 'one of two values that could not be had is this one',
      input: resources({ memory_limit: '768Mi' }, { counters: { infeasible: [had('cpu 1/2'), had(WANTED)] } }),
      says: ['forbid InfeasibleBefore'],
    },
    {
      rule: 'G16',
      when: 'only another value could not be had',
      input: resources({ memory_limit: '768Mi' }, { counters: { infeasible: [had('cpu 1/2')] } }),
      says: [],
    },
    {
      rule: 'G16',
      when: 'CPU goes down by exactly a fifth',
      input: resources({ cpu_limit: '800m' }, { assessment: watched(100) }),
      says: [],
    },
    {
      rule: 'G16',
      when: 'CPU goes down before a day was watched',
      input: resources({ cpu_limit: '800m' }),
      says: ['forbid NoHistory'],
    },
    {
      rule: 'G16',
      when: 'memory goes up and stays below the peak',
      input: resources({ memory_limit: '600Mi' }, { assessment: watched(700) }),
      says: [],
    },
    {
      rule: 'G16',
      when: 'a rollout that fails is repaired by a rollback',
      input: calmInput(templateChange(rollbackTo(2), { workload: { ...FAILING, ...NO_QUOTA } })),
      says: [],
    },
    {
      rule: 'G16',
      when: 'a rollout that fails is repaired by other resources',
      input: resources({ memory_limit: '768Mi' }, { workload: { ...FAILING, ...NO_QUOTA } }),
      says: ['forbid QuotaTooSmall'],
    },
    {
      rule: 'G16',
      when: 'pods are restarted that no node of now could take',
      input: calmInput(templateChange(RESTART, { workload: { nodes: [{ cpu: 1, memory: 1 }] } })),
      says: [],
    },
    {
      rule: 'G17',
      when: 'the load of now alone is known',
      input: undoInput({ direction: 'up', loadNow: 2 }),
      says: ['forbid NoData'],
    },
    ...['x3', '3x', '123456'].map((before) => ({
      rule: 'G17' as const,
      when: `${before} stood there before`,
      input: undoInput({ before }),
      says: ['forbid NoData'],
    })),
    {
      rule: 'G18',
      when: 'another request left the number that is found',
      input: calmInput({
        request: { seen: { uid: 'uid-web', replicas: 4, at: NOON } },
        workload: { lastChange: OUR_DOWN },
        counters: { lastChangeId: OUR_DOWN.id },
      }),
      says: ['forbid StalePlan'],
    },
    { rule: 'G18', when: 'the counters are lost', input: calmInput({ counters: null }), says: [] },
    {
      rule: 'G18',
      when: 'an undo goes by the name of the change it takes back',
      input: undoInput({}, { request: { id: OUR_DOWN.decision } }),
      says: [],
    },
    {
      rule: 'G20',
      when: 'agents only propose and people are asked already',
      input: calmInput({ request: scaleTo(12), blueprint: { autonomy: 'propose' } }),
      says: [],
    },
    {
      rule: 'G20',
      when: 'agents only propose and people have approved already',
      input: calmInput({ request: scaleTo(12), blueprint: { autonomy: 'propose' }, approval: approvalOf(12) }),
      says: [],
    },
    {
      rule: 'G21',
      when: 'an objective is missed and more is asked for',
      input: calmInput({ assessment: { breach: ['latency_p95'] } }),
      says: [],
    },
    {
      rule: 'G21',
      when: 'a rollback is asked for and all pods are well',
      input: calmInput(templateChange(rollbackTo(2), { workload: { pods: [WELL] } })),
      says: ['forbid NoEvidence'],
    },
    {
      rule: 'G22',
      when: 'it is in kube-system and nothing governs it',
      input: calmInput({ blueprint: null, request: { target: { namespace: 'kube-system', name: 'dns' } } }),
      says: ['forbid ProtectedNamespace'],
    },
    {
      rule: 'G22',
      when: 'a read has a name that reaches for secrets, which G0 refuses',
      input: calmInput({ request: { tool: 'read_secrets', effect: 'read', args: {} } }),
      says: [],
    },
    {
      rule: 'G22',
      when: 'an unknown call reaches for nothing',
      input: calmInput({ request: { tool: 'make_coffee', effect: 'unknown', args: {} } }),
      says: [],
    },
    ...REACHING.map((tool) => ({
      rule: 'G22' as const,
      when: `it is called ${tool}`,
      input: calmInput({ request: { tool, effect: 'unknown', args: {} } }),
      says: ['forbid NotExpressible'],
    })),
  ])('$rule says $says when $when (GATE-2)', ({ rule, input, says }) => {
    expect(said(decide(input).verdict, rule)).toEqual(says);
  });
});
