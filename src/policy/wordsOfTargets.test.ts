import type { Amounts, ContainerResources } from '../schema/resources.ts';
import type { GateInput } from '../schema/verdict.ts';
import { type CalmOverrides, calmInput, NOON, operation, scaleTo, undoInput } from '../testing/gateInput.ts';
import { tells } from '../testing/tells.ts';
import { resourcesTo, revisionOf, rollbackTo, templateChange, watched } from '../testing/templateChanges.ts';

const res = (amounts: Amounts, overrides: CalmOverrides = {}): GateInput =>
  calmInput(templateChange(resourcesTo(amounts), overrides));
const roll = (revision: number | null, overrides: CalmOverrides = {}): GateInput =>
  calmInput(templateChange(rollbackTo(revision), overrides));
const container = (resources: ContainerResources) => ({ containers: [{ name: 'app', main: true, resources }] });

tells('G14', [
  [
    'forbid NoData',
    'workload could not be read, so the worst is assumed',
    { input: 'workload' },
    calmInput({ workload: null }),
  ],
  [
    'forbid NotOneTarget',
    '"shop/*" does not name one object',
    { target: 'shop/*' },
    calmInput({ request: { target: { namespace: 'shop', name: '*' } } }),
  ],
  [
    'forbid NotGoverned',
    'the blueprint stands in shop and is for shop/web: shop/* needs its own, beside it',
    { target: 'shop/*', governs: 'shop/web' },
    calmInput({ request: { target: { namespace: 'shop', name: '*' } } }),
  ],
  [
    'forbid WrongTarget',
    'shop/web was observed, shop/* was asked for',
    { target: 'shop/*', found: 'shop/web' },
    calmInput({ request: { target: { namespace: 'shop', name: '*' } } }),
  ],
  [
    'forbid SystemNamespace',
    'kube-system is a system namespace',
    { namespace: 'kube-system' },
    calmInput({ request: { target: { namespace: 'kube-system', name: 'web' } } }),
  ],
  [
    'forbid NotGoverned',
    'the blueprint stands in shop and is for shop/web: kube-system/web needs its own, beside it',
    { target: 'kube-system/web', governs: 'shop/web' },
    calmInput({ request: { target: { namespace: 'kube-system', name: 'web' } } }),
  ],
  [
    'forbid WrongTarget',
    'shop/web was observed, kube-system/web was asked for',
    { target: 'kube-system/web', found: 'shop/web' },
    calmInput({ request: { target: { namespace: 'kube-system', name: 'web' } } }),
  ],
  [
    'forbid SeveralTargets',
    '2 objects match shop/web, exactly one has to',
    { target: 'shop/web', matches: '2' },
    calmInput({ matches: 2 }),
  ],
  [
    'forbid NoTarget',
    '0 objects match shop/web, exactly one has to',
    { target: 'shop/web', matches: '0' },
    calmInput({ matches: 0 }),
  ],
  [
    'forbid TargetGone',
    'shop/web is being deleted',
    { target: 'shop/web' },
    calmInput({ workload: { deleting: true } }),
  ],
  [
    'forbid NoData',
    'uid could not be read, so the worst is assumed',
    { input: 'uid' },
    calmInput({ workload: { uid: '' } }),
  ],
  [
    'forbid NotManaged',
    'shop/web does not carry the label fairlead.dev/managed: "true"',
    { target: 'shop/web' },
    calmInput({ workload: { managed: false } }),
  ],
  [
    'forbid WrongTarget',
    'shop/api was observed, shop/web was asked for',
    { target: 'shop/web', found: 'shop/api' },
    calmInput({ workload: { name: 'api' } }),
  ],
  [
    'forbid NotGoverned',
    'the blueprint stands in agent-system and is for shop/web: shop/web needs its own, beside it',
    { target: 'shop/web', governs: 'shop/web' },
    calmInput({ blueprint: { namespace: 'agent-system' } }),
  ],
]);

tells('G15', [
  [
    'forbid DrivesSizing',
    'the cpu request drives the number of replicas: it is not changed under it',
    { resource: 'cpu', before: '500', after: '600' },
    res({ cpu_request: '600m' }),
  ],
]);

tells('G16', [
  [
    'forbid OutsideBounds',
    "memory_limit 4294967296 is outside the blueprint's bounds (134217728 to 2147483648)",
    { name: 'memory_limit', value: '4294967296', range: '134217728 to 2147483648' },
    res({ memory_limit: '4Gi' }),
  ],
  [
    'forbid StepTooLarge',
    'memory_limit 536870912 to 4294967296: one step goes at most 20% down, and up to 1073741824',
    { name: 'memory_limit', old: '536870912', next: '4294967296', most: '1073741824' },
    res({ memory_limit: '4Gi' }),
  ],
  [
    'forbid OutsideBounds',
    "memory_limit 4294967296 is outside the blueprint's bounds (none)",
    { name: 'memory_limit', value: '4294967296', range: 'none' },
    res({ memory_limit: '4Gi' }, { blueprint: { resources: {} } }),
  ],
  [
    'forbid StepTooLarge',
    'memory_request 268435456 to 943718400: one step goes at most 20% down, and up to 536870912',
    { name: 'memory_request', old: '268435456', next: '943718400', most: '536870912' },
    res({ memory_request: '900Mi' }, { workload: container({ requests: { memory: '256Mi' } }) }),
  ],
  [
    'forbid NoHistory',
    'memory_request goes down only after a day was watched',
    { name: 'memory_request' },
    res({ memory_request: '250Mi' }),
  ],
  [
    'forbid BelowPeak',
    "memory_request 262144000 is below 1.2 x the day's peak 251658240",
    { name: 'memory_request', next: '262144000' },
    res({ memory_request: '250Mi' }, { assessment: watched(240) }),
  ],
  [
    'forbid InfeasibleBefore',
    'cpu 500m/1, memory 256Mi/768Mi could not be had within the last day',
    { text: 'cpu 500m/1, memory 256Mi/768Mi' },
    res(
      { memory_limit: '768Mi' },
      { counters: { infeasible: [{ at: NOON - 60_000, what: 'cpu 500m/1, memory 256Mi/768Mi' }] } },
    ),
  ],
  [
    'forbid OutsideBounds',
    "memory_limit (unreadable) is outside the blueprint's bounds (134217728 to 2147483648)",
    { name: 'memory_limit', range: '134217728 to 2147483648' },
    res({ memory_limit: '0'.repeat(90) + '800000000' }),
  ],
  [
    'forbid TooLongToRecord',
    'these quantities are longer than a record holds',
    {},
    res({ memory_limit: '0'.repeat(90) + '800000000' }),
  ],
  [
    'forbid QuotaTooSmall',
    'quota q has 1 limits.memory left: new pods of 805306368 each could not start, or not all of them',
    { quota: 'q', key: 'limits.memory', left: '1', next: '805306368', replicas: '2' },
    res({ memory_limit: '768Mi' }, { workload: { quotas: [{ name: 'q', key: 'limits.memory', left: 1 }] } }),
  ],
  ['forbid NoData', 'nodes could not be read, so the worst is assumed', { input: 'nodes' }, withoutNodes()],
]);

tells('G17', [
  [
    'forbid ChangedSince',
    'we wrote 2, it is 4 now: somebody else changed it',
    { wrote: '2', current: '4' },
    undoInput({}, { workload: { replicas: 4 } }),
  ],
  [
    'forbid NotTheLastChange',
    "the object's last change is none, not web-bbbbbbbbbb.1",
    { changeId: 'web-bbbbbbbbbb.1', lastChange: 'none' },
    withoutAnnotation(),
  ],
  [
    'forbid NotOurRecord',
    'our record names other.1, not web-bbbbbbbbbb.1',
    { changeId: 'web-bbbbbbbbbb.1', recorded: 'other.1' },
    undoInput({}, { counters: { lastChangeId: 'other.1' } }),
  ],
  [
    'forbid BeforeWasBroken',
    'the state before was itself missing an objective: it is not gone back to',
    {},
    undoInput({ beforeWasBreached: true, alreadyUndone: true }),
  ],
  [
    'forbid AlreadyUndone',
    'web-bbbbbbbbbb.1 was undone before: once is all',
    {},
    undoInput({ beforeWasBreached: true, alreadyUndone: true }),
  ],
  [
    'forbid LoadAsHigh',
    'load is 2.35, as high as the 2.00 it was scaled up for',
    { loadThen: '2', loadNow: '2.345' },
    undoInput({ direction: 'up', loadThen: 2, loadNow: 2.345 }),
  ],
  [
    'note ToNearestBound',
    "15 replicas lie outside the blueprint's range: back to 10, and a person is told",
    { before: '15', to: '10' },
    undoInput({ before: '15' }),
  ],
]);

tells('G18', [
  ['forbid NothingToChange', 'it has 2 replicas already', { replicas: '2' }, calmInput({ request: scaleTo(2) })],
  [
    'forbid NothingToChange',
    'revision 3 (hash3) is what stands there already',
    { before: 'revision 3 (hash3)' },
    roll(3),
  ],
  ['forbid NoSuchRevision', 'there is no such revision to go back to', {}, roll(9)],
  [
    'forbid NoOneContainer',
    'it is not clear which container this is about',
    {},
    res({ memory_limit: '768Mi' }, { workload: { containers: [] } }),
  ],
  [
    'forbid NotKnownHealthy',
    'revision 2 (hash2) was never seen with all its pods ready',
    { after: 'revision 2 (hash2)' },
    roll(2, { workload: { revisions: [revisionOf(3), revisionOf(2, { healthy: false })] } }),
  ],
  [
    'forbid OtherObject',
    'the target was made anew since it was seen: it has another UID',
    { seen: 'uid-old', found: 'uid-web' },
    calmInput({ request: { seen: { uid: 'uid-old', replicas: 2, at: NOON } } }),
  ],
  [
    'forbid StalePlan',
    'it had 4 replicas when this was asked for and has 2 now',
    { seen: '4', found: '2' },
    calmInput({ request: { seen: { uid: 'uid-web', replicas: 4, at: NOON } } }),
  ],
  [
    'forbid AlreadyDone',
    'web-aaaaaaaaaa has been carried out: the same request twice is one effect',
    {},
    calmInput({ counters: { operations: [operation(600_000, { decision: 'web-aaaaaaaaaa' })] } }),
  ],
]);

/** Nobody could list the nodes. */
function withoutNodes(): GateInput {
  const { workload, ...input } = res({ memory_limit: '768Mi' });
  if (workload === undefined) throw new TypeError('the input has no workload');
  const { nodes: _, ...rest } = workload;
  return { ...input, workload: rest };
}

/** Somebody took our annotation away. */
function withoutAnnotation(): GateInput {
  const { workload, ...input } = undoInput();
  if (workload === undefined) throw new TypeError('the input has no workload');
  const { lastChange: _, ...rest } = workload;
  return { ...input, workload: rest };
}
