import fc from 'fast-check';
import { type Attack, type Call, type Lies, LOADS, type Step } from './steps.ts';
import { BLUEPRINTS, GLOBALS } from './terms.ts';

const keys = <T extends string>(record: Readonly<Record<T, unknown>>): T[] => Object.keys(record) as T[];
const oneOf = <const T>(...values: readonly T[]) => fc.constantFrom(...values);

const replicas = fc.oneof(
  { weight: 6, arbitrary: oneOf(1, 2, 3, 4, 5, 6) },
  { weight: 3, arbitrary: oneOf(0, 7, 8, 9, 10, 12, 40, 41) },
  { weight: 1, arbitrary: oneOf(-1, 2.5, 500, 10_000, 1_000_000_000) },
);
const quantity = oneOf(
  '0',
  '-1',
  '1m',
  '50m',
  '64Mi',
  '96Mi',
  '128Mi',
  '200Mi',
  '256Mi',
  '300Mi',
  '2Gi',
  '1e30',
  'NaN',
  '100m',
  '200m',
  '400m',
  '4',
);
const resources = fc.record(
  { cpu_request: quantity, cpu_limit: quantity, memory_request: quantity, memory_limit: quantity },
  { requiredKeys: [] },
);
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 8, arbitrary: replicas.map((n) => ({ tool: 'scale', args: { replicas: n } })) },
  { weight: 2, arbitrary: fc.constant({ tool: 'restart_pods', args: {} }) },
  { weight: 2, arbitrary: resources.map((args) => ({ tool: 'adjust_resources', args })) },
  {
    weight: 2,
    arbitrary: oneOf('128Mi', '96Mi', '256Mi', '64Mi').map((memory) => ({
      tool: 'adjust_resources',
      args: { memory_request: memory, memory_limit: memory },
    })),
  },
  {
    weight: 1,
    arbitrary: oneOf({}, { revision: 0 }, { revision: 1 }, { revision: 2 }, { revision: 1e9 }).map((args) => ({
      tool: 'rollback',
      args,
    })),
  },
  { weight: 1, arbitrary: fc.constant({ tool: 'scale_to_zero', args: {} }) },
  // Of another Decision: its next step held or stretched, its change taken back, its wish again and again.
  {
    weight: 2,
    arbitrary: fc
      .tuple(replicas, oneOf(0, 60, 300, 301, 1_000_000_000))
      .map(([n, wait]) => ({ tool: 'pace', args: { replicas: n, wait_seconds: wait } })),
  },
  { weight: 2, arbitrary: oneOf('undo', 'retry').map((tool) => ({ tool, args: {} })) },
  {
    weight: 2,
    arbitrary: oneOf(
      'delete_deployment',
      'modify_namespace',
      'change_rbac',
      'undo',
      'exec',
      'request_approval',
      '__proto__',
      '',
    ).map((tool) => ({ tool, args: { replicas: 0 } })),
  },
  {
    weight: 1,
    arbitrary: oneOf('get_metrics', 'get_logs', 'get_events', 'what_if', 'list_services').map((tool) => ({
      tool,
      args: {},
    })),
  },
);

const honest: Lies = { as: 'agent', namespace: 'shop', target: 'web', parent: 'none', seen: 'none' };
const lies: fc.Arbitrary<Lies> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(honest) },
  {
    weight: 2,
    arbitrary: fc.record({
      as: oneOf('agent', 'person'),
      namespace: fc.oneof(
        { weight: 6, arbitrary: oneOf('shop') },
        { weight: 1, arbitrary: oneOf('kube-system', 'agent-system', '*', '') },
      ),
      target: fc.oneof(
        { weight: 6, arbitrary: oneOf('web') },
        { weight: 1, arbitrary: oneOf('db', 'coredns', '*', '') },
      ),
      parent: oneOf('none', 'none', 'oldest', 'newest'),
      seen: oneOf('none', 'none', 'stale', 'other', 'now'),
    }),
  },
);

const which = fc.nat({ max: 5 });
const many = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });
const pass = fc.record({ do: oneOf('pass'), times: oneOf(1, 1, 2, 2, 3, 5) });

/** What a model, and whoever can write our records, may do; and what happens to the processes. */
const asking = [
  many(14, pass),
  many(12, fc.record({ do: oneOf('forge'), call, lies })),
  many(6, fc.record({ do: oneOf('model'), call })),
  many(4, fc.record({ do: oneOf('person'), call })),
  many(
    4,
    fc.record({ do: oneOf('replay'), which, status: oneOf('none', 'copied', 'approved', 'executing', 'failed') }),
  ),
  many(3, fc.record({ do: oneOf('vote'), which, vote: oneOf('approved', 'approved', 'rejected') })),
  many(1, fc.record({ do: oneOf('copyApproval'), which })),
  many(3, fc.record({ do: oneOf('breaker'), how: oneOf('delete', 'blank', 'fresh', 'emptied', 'garbage') })),
  many(4, fc.record({ do: oneOf('kill'), at: fc.integer({ min: 1, max: 40 }), moment: oneOf('before', 'after') })),
  many(2, fc.record({ do: oneOf('crash'), role: oneOf('executor', 'all') })),
  many(2, fc.constant({ do: 'second' })),
  many(
    2,
    fc.record({
      do: oneOf('api'),
      verb: oneOf('patch', 'update', 'create', 'get'),
      code: oneOf('conflict', 'unavailable'),
      lost: fc.boolean(),
    }),
  ),
];

/** What people, the weather and the clocks do beside it. */
const disturbing = [
  many(
    2,
    fc.record({
      do: oneOf('hold'),
      of: oneOf('service', 'fleet'),
      kind: oneOf('pause', 'stop', 'breaker'),
      what: oneOf('all', 'downs', 'ups'),
    }),
  ),
  many(1, fc.constant({ do: 'lift' })),
  many(2, fc.record({ do: oneOf('scaleByHand'), replicas: oneOf(0, 1, 2, 3, 5, 6, 9, 20) })),
  many(
    2,
    fc.record({
      do: oneOf('people'),
      what: oneOf('image', 'badImage', 'restart', 'recreate', 'forgedAnnotation', 'unlabel'),
    }),
  ),
  many(4, fc.record({ do: oneOf('blueprint'), name: oneOf(...keys(BLUEPRINTS)) })),
  many(2, fc.record({ do: oneOf('global'), name: oneOf(...keys(GLOBALS)) })),
  many(5, fc.record({ do: oneOf('load'), name: oneOf(...keys(LOADS)) })),
  many(2, fc.record({ do: oneOf('metrics'), what: oneOf('missing', 'frozen', 'absurd', 'failing', 'well') })),
  many(
    2,
    fc.record({
      do: oneOf('clock'),
      ms: oneOf(-7_200_000, -3_600_000, -60_000, -1000, 1000, 59_000, 61_000, 900_000, 3_601_000),
    }),
  ),
  many(1, fc.constant({ do: 'disk' })),
  many(1, fc.constant({ do: 'autoscaler' })),
  many(1, fc.constant({ do: 'disruptionBudget' })),
  many(1, fc.record({ do: oneOf('wait'), passes: oneOf(2, 4, 5, 31) })),
];

const undisturbed = fc.array(fc.oneof(...asking), { minLength: 2, maxLength: 7 });
const disturbed = fc.array(fc.oneof(...asking, ...disturbing), { minLength: 2, maxLength: 7 });

/** A change that fails is undone in the middle of an attack. */
const undone = fc
  .tuple(
    fc.oneof(
      fc.constant<Call>({ tool: 'restart_pods', args: {} }),
      oneOf('96Mi', '128Mi').map((memory): Call => ({ tool: 'adjust_resources', args: { memory_limit: memory } })),
    ),
    fc.array(fc.oneof(...asking), { maxLength: 3 }),
    oneOf('slow', 'failing'),
  )
  .map(
    ([wish, steps, load]): Attack => ({
      replicas: 3,
      load: 'even',
      blueprint: 'everything',
      warm: 2,
      steps: [
        { do: 'person', call: wish },
        { do: 'pass', times: 1 },
        { do: 'load', name: load },
        { do: 'pass', times: 4 },
        ...steps,
        { do: 'pass', times: 4 },
      ],
    }),
  );

/** A long way down in steps, and children that want it otherwise. */
const stepped = fc
  .tuple(
    fc.array(fc.record({ do: oneOf('forge'), call, lies }), { minLength: 1, maxLength: 4 }),
    oneOf('calm', 'slow', 'hot'),
  )
  .map(
    ([children, load]): Attack => ({
      replicas: 8,
      load: 'calm',
      blueprint: 'wide',
      warm: 2,
      steps: [
        { do: 'person', call: { tool: 'scale', args: { replicas: 2 } } },
        { do: 'pass', times: 1 },
        ...children.map((step): Step => ({ ...step, lies: { ...step.lies, parent: 'oldest', seen: 'now' } })),
        { do: 'pass', times: 4 },
        { do: 'load', name: load },
        { do: 'pass', times: 5 },
      ],
    }),
  );

/** One wish after the other as fast as it goes, to be let through once too often. */
const spending = fc.tuple(fc.array(fc.oneof(...asking.slice(6)), { maxLength: 3 }), fc.integer({ min: 5, max: 9 })).map(
  ([between, rounds]): Attack => ({
    replicas: 2,
    load: 'flood',
    blueprint: 'wide',
    warm: 2,
    steps: [
      { do: 'global', name: 'noCooldown' },
      ...Array.from({ length: 2 * rounds }, (_, n): Step[] => [
        { do: 'forge', call: { tool: 'scale', args: { replicas: 3 + n } }, lies: honest },
        ...(n === rounds ? between : []),
        { do: 'pass', times: 1 },
      ]).flat(),
    ],
  }),
);

/** People said yes to something, and that is to be stretched. */
const approved = fc
  .tuple(
    oneOf('asksForAll', 'proposes', 'usual'),
    oneOf(0, 3, 4, 7, 9),
    fc.array(fc.oneof(...asking), { maxLength: 4 }),
    oneOf('hot', 'flood', 'spike'),
  )
  .map(
    ([blueprint, replicas, between, load]): Attack => ({
      replicas: 2,
      load,
      blueprint,
      warm: 2,
      steps: [
        { do: 'forge', call: { tool: 'scale', args: { replicas } }, lies: honest },
        { do: 'pass', times: 1 },
        ...between,
        { do: 'vote', which: 0, vote: 'approved' },
        { do: 'pass', times: 2 },
      ],
    }),
  );

const free = fc.record({
  replicas: oneOf(2, 2, 2, 3, 3, 4, 6),
  load: oneOf('hot', 'hot', 'spike', 'spike', 'spike', 'even', 'calm', 'slow', 'failing'),
  blueprint: fc.oneof(
    { weight: 4, arbitrary: oneOf('usual', 'everything', 'wide') },
    { weight: 1, arbitrary: oneOf(...keys(BLUEPRINTS)) },
  ),
  warm: fc.oneof({ weight: 30, arbitrary: oneOf(2) }, { weight: 1, arbitrary: oneOf(33) }),
  steps: fc.oneof({ weight: 2, arbitrary: undisturbed }, { weight: 1, arbitrary: disturbed }),
});

/** A few steps at a service that is mostly in trouble, since a calm one lets nothing happen. */
export const attacks: fc.Arbitrary<Attack> = fc.oneof(
  { weight: 60, arbitrary: free },
  { weight: 6, arbitrary: approved },
  { weight: 2, arbitrary: undone },
  { weight: 3, arbitrary: stepped },
  { weight: 1, arbitrary: spending },
);
