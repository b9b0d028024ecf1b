import type { Signal } from '../schema/assessment.ts';
import type { ApprovalRule } from '../schema/blueprint.ts';
import type { Operation } from '../schema/operation.ts';
import type { Amounts } from '../schema/resources.ts';
import type { GateInput } from '../schema/verdict.ts';
import {
  type CalmOverrides,
  calmInput,
  idleInput,
  NOON,
  operation,
  RESTART,
  scaleTo,
  signal,
} from '../testing/gateInput.ts';
import { tells } from '../testing/tells.ts';
import { resourcesTo, templateChange } from '../testing/templateChanges.ts';

const authority = (allowed: readonly Operation[], requiresApproval: readonly ApprovalRule[] = []) => ({
  authority: { allowed, requiresApproval, forbidden: [] },
});
const read = (tool: string) => ({ request: { tool, effect: 'read' as const, args: {} } });
const unknown = (tool: string) => ({ request: { tool, effect: 'unknown' as const, args: {} } });
const without = (key: 'sampleAt' | 'covered'): Signal => {
  const { [key]: _, ...rest } = cpu();
  return rest;
};
const low = [signal('latency_p95', { value: 60, says: 'down' }), signal('error_rate', { says: 'down' })];
const cpu = (overrides: Partial<Signal> = {}): Signal =>
  signal('cpu', { value: 0.2, says: 'down', covered: 6, ready: 6, ...overrides });
const res = (amounts: Amounts, overrides: CalmOverrides = {}): GateInput =>
  calmInput(templateChange(resourcesTo(amounts), overrides));

tells('G0', [
  ['forbid NoBlueprint', 'no blueprint governs shop/web', { target: 'shop/web' }, calmInput({ blueprint: null })],
  [
    'forbid NoData',
    'global could not be read, so the worst is assumed',
    { input: 'global' },
    calmInput({ global: null }),
  ],
  ['forbid UnknownRead', 'there is no read read_diary', { operation: 'read_diary' }, calmInput(read('read_diary'))],
  ['forbid LogsNotAllowed', 'the blueprint does not allow logs to be read', {}, calmInput(read('get_logs'))],
  [
    'forbid UnknownOperation',
    'there is no operation make_coffee',
    { operation: 'make_coffee' },
    calmInput(unknown('make_coffee')),
  ],
  [
    'forbid ForbiddenByBlueprint',
    'the blueprint forbids delete_deployment',
    { operation: 'delete_deployment' },
    calmInput(unknown('delete_deployment')),
  ],
  [
    'forbid NotExecutable',
    'no code exists that could carry out delete_deployment in this way',
    { operation: 'delete_deployment' },
    calmInput(unknown('delete_deployment')),
  ],
  [
    'forbid ForbiddenByGlobalRules',
    'the global rules forbid scale_within_limits',
    { operation: 'scale_within_limits' },
    calmInput({ global: { forbidden: ['scale_within_limits'] } }),
  ],
  [
    'forbid NotGranted',
    'the blueprint does not grant scale_beyond_limits; the conditions of its approval do not hold',
    { operation: 'scale_beyond_limits', allowed: 'scale_within_limits, restart_pods' },
    calmInput({ request: scaleTo(1) }),
  ],
  [
    'restrict ApprovalRequired',
    'scale_within_limits needs approval by sre when always',
    { operation: 'scale_within_limits', condition: '' },
    calmInput({
      blueprint: authority([], [{ operation: 'scale_within_limits', condition: '', approvers: ['sre'] }]),
    }),
    { approvers: ['sre'] },
  ],
  [
    'forbid NotGranted',
    'the blueprint does not grant restart_pods',
    { operation: 'restart_pods', allowed: 'rollback' },
    calmInput({ request: RESTART, blueprint: authority(['rollback']) }),
  ],
  [
    'restrict ApprovalRequired',
    'scale_within_limits needs approval by sre, devs when always',
    { operation: 'scale_within_limits', condition: 'always' },
    calmInput({
      blueprint: authority([], [{ operation: 'scale_within_limits', condition: 'always', approvers: ['sre', 'devs'] }]),
    }),
    { approvers: ['sre', 'devs'] },
  ],
  [
    'restrict ApprovalRequired',
    'scale_within_limits needs approval by admins (whether no_such_variable cannot be told: Unknown variable: no_such_variable)',
    { operation: 'scale_within_limits', condition: 'no_such_variable' },
    calmInput({
      blueprint: authority([], [{ operation: 'scale_within_limits', condition: 'no_such_variable', approvers: [] }]),
    }),
    { approvers: ['admins'] },
  ],
  [
    'restrict ApprovalRequired',
    'scale_within_limits needs approval by sre (whether target_replicas > 2 cannot be told: workload could not be read)',
    { operation: 'scale_within_limits', condition: 'target_replicas > 2' },
    calmInput({
      workload: null,
      blueprint: authority(
        [],
        [{ operation: 'scale_within_limits', condition: 'target_replicas > 2', approvers: ['sre'] }],
      ),
    }),
    { approvers: ['sre'] },
  ],
  [
    'restrict ApprovalRequired',
    'scale_beyond_limits needs approval by devops-team when target_replicas > max_replicas',
    { operation: 'scale_beyond_limits', condition: 'target_replicas > max_replicas' },
    calmInput({
      request: scaleTo(12),
      approval: {
        name: 'web-ok',
        operation: 'scale_beyond_limits',
        args: scaleTo(12).args,
        blueprintHash: 'b'.repeat(64),
      },
    }),
    { approvers: ['devops-team'] },
  ],
  [
    'note Approved',
    'approved by web-ok',
    { approval: 'web-ok', approved: 'scale_beyond_limits', operation: 'scale_beyond_limits' },
    calmInput({
      request: scaleTo(12),
      approval: {
        name: 'web-ok',
        operation: 'scale_beyond_limits',
        args: scaleTo(12).args,
        blueprintHash: 'b'.repeat(64),
      },
    }),
  ],
  [
    'note ApprovalDoesNotMatch',
    'approval web-ok is for something else, so it lifts nothing',
    { approval: 'web-ok', approved: 'scale_within_limits', operation: 'scale_beyond_limits' },
    calmInput({
      request: scaleTo(12),
      approval: {
        name: 'web-ok',
        operation: 'scale_within_limits',
        args: scaleTo(12).args,
        blueprintHash: 'b'.repeat(64),
      },
    }),
  ],
  [
    'forbid UnknownOperation',
    'there is no operation adjust_resources_outside_bounds',
    { operation: 'adjust_resources_outside_bounds' },
    res({ memory_limit: '4Gi' }),
  ],
  [
    'forbid UnknownOperation',
    'there is no operation read_secrets',
    { operation: 'read_secrets' },
    calmInput(unknown('read_secrets')),
  ],
]);

tells('G1', [
  [
    'forbid OwnedByOther',
    'HorizontalPodAutoscaler web, GitOps argocd steers replicas here: only a proposal to its bounds is possible',
    { field: 'replicas', owner: 'HorizontalPodAutoscaler web, GitOps argocd' },
    calmInput({
      workload: {
        owners: [
          { kind: 'HorizontalPodAutoscaler', name: 'web', field: 'replicas' },
          { kind: 'GitOps', name: 'argocd', field: 'replicas' },
        ],
      },
    }),
  ],
  [
    'wait ChangedByOther',
    'kubectl changed replicas from 4 to 2 less than 15 min ago',
    { field: 'replicas', manager: 'kubectl', from: '4', to: '2' },
    calmInput({
      assessment: { pressure: [] },
      workload: { foreignChanges: [{ field: 'replicas', at: NOON - 60_000, manager: 'kubectl', from: '4', to: '2' }] },
    }),
    { notBefore: NOON + 840_000 },
  ],
  [
    'forbid RevertedAgainAndAgain',
    'somebody put our change back 3 times in a row: a person decides what is right',
    { reverts: '3', limit: '3' },
    calmInput({ counters: { reverts: 3, operations: [operation(600_000)] } }),
  ],
]);

tells('G2', [
  [
    'forbid DisruptionBudget',
    'PodDisruptionBudget web allows no disruption with 5 of 5 ready: it needs 5',
    { budget: 'web', minAvailable: '90%', healthy: '5', needed: '5' },
    idleInput({ workload: { disruptionBudgets: [{ name: 'web', minAvailable: '90%' }] } }),
  ],
  [
    'forbid DisruptionBudget',
    'PodDisruptionBudget web allows no disruption with 5 of 5 ready: it needs 5',
    { budget: 'web', maxUnavailable: '0', healthy: '5', needed: '5' },
    idleInput({ workload: { disruptionBudgets: [{ name: 'web', maxUnavailable: '0' }] } }),
  ],
  [
    'forbid NoData',
    'PodDisruptionBudget web could not be read, so the worst is assumed',
    { input: 'PodDisruptionBudget web' },
    idleInput({ workload: { disruptionBudgets: [{ name: 'web', minAvailable: 'many' }] } }),
  ],
]);

tells('G3', [
  [
    'wait FutureEvidence',
    'the newest sample of cpu lies in the future',
    { signal: 'cpu' },
    idleInput({ assessment: { signals: [cpu({ sampleAt: NOON + 60_000 }), ...low] } }),
  ],
  [
    'wait StaleEvidence',
    'the newest sample of cpu is 119 s old, at most 45 s is allowed',
    { signal: 'cpu', ageMs: '119499', limitMs: '45000' },
    idleInput({ assessment: { signals: [cpu({ sampleAt: NOON - 119_499 }), ...low] } }),
  ],
  [
    'wait StaleEvidence',
    'the newest sample of cpu is of unknown age, at most 45 s is allowed',
    { signal: 'cpu', limitMs: '45000' },
    idleInput({ assessment: { signals: [without('sampleAt'), ...low] } }),
  ],
]);

tells('G4', [
  [
    'wait DirectionFlips',
    'with its missing pods counted the other way cpu turns round',
    { signal: 'cpu' },
    idleInput({ assessment: { signals: [cpu({ flips: true }), ...low] } }),
  ],
  [
    'wait NoData',
    'of how many ready pods cpu has samples is not known',
    { input: 'cpu coverage' },
    idleInput({ assessment: { signals: [without('covered'), ...low] } }),
  ],
  [
    'wait TooFewSamples',
    'cpu has samples of 4 of 6 ready pods, 80% are needed',
    { signal: 'cpu', covered: '4', ready: '6', needed: '80%' },
    idleInput({ assessment: { signals: [cpu({ covered: 4 }), ...low] } }),
  ],
]);

tells('G5', [
  [
    'wait NoData',
    'cpu has no value: no answer',
    { input: 'cpu' },
    idleInput({ assessment: { signals: [cpu({ state: 'missing', detail: 'no answer' }), ...low] } }),
  ],
  [
    'wait ImplausibleData',
    'cpu has an impossible value: below zero',
    { signal: 'cpu', value: '-1' },
    idleInput({ assessment: { signals: [cpu({ value: -1, detail: 'below zero' }), ...low] } }),
  ],
]);

tells('G6', [
  [
    'wait Distress',
    'low use here is distress, not idleness: p95 170 ms; an OOM kill',
    { distress: 'p95 170 ms; an OOM kill' },
    idleInput({ assessment: { distress: ['p95 170 ms', 'an OOM kill'] } }),
  ],
]);

tells('G7', [
  [
    'wait Rollout',
    'the rollout is paused',
    {},
    calmInput({
      workload: {
        rollout: { underWay: true, paused: true, newPods: 1, newPodsReady: 0, newPodsFailing: 0, failingPasses: 0 },
      },
    }),
  ],
  [
    'wait Rollout',
    'a rollout is under way',
    {},
    calmInput({
      workload: {
        rollout: { underWay: true, paused: false, newPods: 1, newPodsReady: 0, newPodsFailing: 0, failingPasses: 0 },
      },
    }),
  ],
  [
    'wait Rollout',
    'a rollout completed less than 120 s ago',
    {},
    calmInput({
      workload: {
        rollout: {
          underWay: false,
          paused: false,
          newPods: 1,
          newPodsReady: 0,
          newPodsFailing: 0,
          failingPasses: 0,
          completedAt: NOON - 60_000,
        },
      },
    }),
    { notBefore: NOON + 60_000 },
  ],
]);

tells('G8', [
  [
    'forbid NoData',
    'global could not be read, so the worst is assumed',
    { input: 'global' },
    calmInput({ global: null }),
  ],
  [
    'note Stepwise',
    'one write goes to 6, on the way from 2 to 12',
    { from: '2', to: '12', step: '6' },
    calmInput({
      request: scaleTo(12),
      blueprint: authority(
        ['scale_within_limits', 'restart_pods'],
        [{ operation: 'scale_beyond_limits', condition: 'target_replicas > 20', approvers: ['sre'] }],
      ),
    }),
  ],
  [
    'forbid ImpossibleReplicas',
    '10001 is no number of replicas from 0 to 10000',
    { replicas: '10001', most: '10000' },
    calmInput({ request: scaleTo(10_001) }),
  ],
  [
    'forbid AboveCeiling',
    '8 replicas are above the global ceiling of 6',
    { replicas: '8', ceiling: '6' },
    calmInput({ request: scaleTo(8), global: { ceilings: { maxReplicas: 6 } } }),
  ],
  ['note OneStep', 'one write: 2 to 3', { from: '2', to: '3', step: '3' }, calmInput()],
  [
    'note Stepwise',
    'one write goes to 6, on the way from 2 to 8',
    { from: '2', to: '8', step: '6' },
    calmInput({ request: scaleTo(8) }),
  ],
]);
