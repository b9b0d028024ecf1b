import { NEW_COUNTERS } from '../../src/schema/counters.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import type { DecisionSpec, Phase } from '../../src/schema/records.ts';
import { CALM, HOT, SCALING, type Stage, type StageOptions, VERIFICATION } from '../stages/executorStage.ts';

export const A = 'web-aaaaaaaaaa';
export const B = 'web-bbbbbbbbbb';

/** How a course ends, however often somebody was killed. */
export interface End {
  /** In order of the Decisions' names. */
  readonly phases: readonly Phase[];
  readonly replicas: number;
  readonly writes: number;
  readonly breaker: { readonly state: 'open' | 'closed'; readonly failures: number; readonly opens: number };
  readonly optionalFailures: number;
}

export interface Course {
  readonly name: string;
  readonly stage: StageOptions;
  /** A controller runs beside the executor and proposes by the rules. */
  readonly proposes?: boolean;
  /** People have voted for whatever is asked. */
  readonly approves?: boolean;
  /** Of what is asked for, before anybody may be killed. */
  readonly begin: (stage: Stage) => Promise<void>;
  /** What happens on the way, each once and in this order, as soon as its time has come. */
  readonly events?: readonly {
    readonly when: (stage: Stage) => boolean;
    readonly happens: (stage: Stage) => unknown;
  }[];
  /** Observer passes of 15 s until the end, undisturbed. */
  readonly passes: number;
  readonly end: End;
}

const CLOSED = { state: 'closed', failures: 0, opens: 0 } as const;
const ONCE = { state: 'closed', failures: 1, opens: 0 } as const;
const ALICE: Partial<DecisionSpec> = { requester: { kind: 'person', name: 'alice' } };
const SLOW = { ...CALM, latency_ms_base: 280 };

const ask =
  (spec: Partial<DecisionSpec>) =>
  (stage: Stage): Promise<void> =>
    stage.wish(A, { ...ALICE, ...spec });
const written = (stage: Stage): boolean => stage.writes() > 0;
const hurts = (stage: Stage): void => stage.world.setLoad('shop/web', SLOW);
const STOP = { kind: 'stop', what: 'all', by: 'alice', reason: 'nothing at all', at: '2026-01-05T00:00:00Z' } as const;

const REPAIRS: StageOptions = {
  replicas: 3,
  load: CALM,
  templateAnnotations: { team: 'web' },
  spec: {
    scaling: SCALING,
    resources: {
      cpu: { min: '50m', max: '1', target: '100m' },
      memory: { min: '64Mi', max: '1Gi', target: '128Mi' },
    },
    governance: {
      agent_authority: {
        allowed_operations: ['restart_pods', 'rollback', 'adjust_resources_within_bounds', 'scale_within_limits'],
      },
    },
  },
};
const RESTART: Partial<DecisionSpec> = { tool: 'restart_pods', operation: 'restart_pods', arguments: {} };
const RESOURCES: Partial<DecisionSpec> = {
  tool: 'adjust_resources',
  operation: 'adjust_resources_within_bounds',
  arguments: { memory_request: '96Mi' },
};

/** A person's new version, whose pods all crash, seen failing for two minutes. */
async function brokenVersion(stage: Stage): Promise<void> {
  const object = stage.world.get(KINDS.Deployment, 'shop', 'web');
  if (object === undefined) throw new Error('no Deployment');
  const spec = structuredClone(object.spec) as {
    template: { metadata: { annotations?: object }; spec: { containers: { image: string }[] } };
  };
  spec.template.metadata.annotations = { 'fake/state': 'CrashLoopBackOff' };
  for (const container of spec.template.spec.containers) container.image = 'registry.example/app:2';
  stage.world.apply({ ...object, spec });
  for (let pass = 0; pass < 8; pass++) await stage.observe(15_000);
}

/** The breaker has opened and its time has come: the next change is its trial. */
function halfOpen(stage: Stage): void {
  const { apiVersion, kind } = KINDS.CircuitBreaker;
  const breaker = { state: 'open', failures: 3, until: stage.clock.now() - 1_000, opens: 1 } as const;
  const object: KubeObject = {
    apiVersion,
    kind,
    metadata: { name: 'web', namespace: 'shop' },
    spec: { holds: [] },
    status: { ...NEW_COUNTERS, breaker },
  };
  stage.world.apply(object);
}

export const COURSES: readonly Course[] = [
  {
    name: 'a scale-up that is verified',
    stage: {},
    begin: ask({ arguments: { replicas: 3 } }),
    passes: 12,
    end: { phases: ['Succeeded'], replicas: 3, writes: 1, breaker: CLOSED, optionalFailures: 0 },
  },
  {
    name: 'a scale-up that the controller proposes',
    stage: {},
    proposes: true,
    begin: async () => undefined,
    passes: 16,
    end: { phases: ['Succeeded'], replicas: 3, writes: 1, breaker: CLOSED, optionalFailures: 0 },
  },
  {
    name: 'a scale-up in two steps',
    stage: {
      load: { rps: 100, cpu_m_per_rps: 8, latency_ms_base: 50 },
      spec: { scaling: { ...SCALING, max_replicas: 12 } },
    },
    begin: ask({ arguments: { replicas: 12 } }),
    passes: 24,
    end: { phases: ['Succeeded'], replicas: 12, writes: 2, breaker: CLOSED, optionalFailures: 0 },
  },
  {
    name: 'a forbidden wish',
    stage: {},
    begin: ask({ tool: 'delete_deployment', arguments: { sent: '{}' } }),
    passes: 6,
    end: { phases: ['Refused'], replicas: 2, writes: 0, breaker: CLOSED, optionalFailures: 0 },
  },
  {
    name: 'a scale-down that hurts and is undone',
    stage: { replicas: 3, load: CALM },
    begin: ask({ arguments: { replicas: 2 } }),
    events: [{ when: written, happens: hurts }],
    passes: 14,
    end: { phases: ['RolledBack'], replicas: 3, writes: 2, breaker: ONCE, optionalFailures: 0 },
  },
  {
    name: 'a scale-down that passes, hurts in phase 2 and is undone',
    stage: { replicas: 3, load: CALM },
    begin: ask({ arguments: { replicas: 2 } }),
    events: [{ when: (stage) => stage.phase(A) === 'Succeeded', happens: hurts }],
    passes: 20,
    end: { phases: ['RolledBack'], replicas: 3, writes: 2, breaker: ONCE, optionalFailures: 0 },
  },
  {
    name: 'a scale-up superseded by a larger one under pressure',
    // Longer than a newcomer needs to see the pressure for itself.
    stage: { spec: { verification: { ...VERIFICATION, stabilization_period: '240s' } } },
    begin: ask({ arguments: { replicas: 3 } }),
    events: [
      { when: written, happens: (stage) => stage.world.setLoad('shop/web', { ...HOT, rps: 250 }) },
      {
        when: (stage) => stage.phase(A) === 'Verifying',
        happens: (stage) => stage.wish(B, { ...ALICE, arguments: { replicas: 6 } }),
      },
    ],
    passes: 36,
    end: { phases: ['Superseded', 'Succeeded'], replicas: 6, writes: 2, breaker: CLOSED, optionalFailures: 0 },
  },
  {
    name: 'a scale-up that is stopped before its write, then let go',
    stage: {},
    begin: async (stage) => {
      stage.hold([STOP]);
      await ask({ arguments: { replicas: 3 } })(stage);
    },
    events: [{ when: (stage) => stage.phase(A) === 'Deferred', happens: (stage) => stage.hold([]) }],
    passes: 14,
    end: { phases: ['Succeeded'], replicas: 3, writes: 1, breaker: CLOSED, optionalFailures: 0 },
  },
  {
    name: 'an undo that is stopped, then let go',
    stage: { replicas: 3, load: CALM },
    begin: ask({ arguments: { replicas: 2 } }),
    events: [
      { when: written, happens: hurts },
      { when: () => true, happens: (stage) => stage.hold([STOP]) },
      {
        when: (stage) => stage.told().some(({ reason }) => reason === 'FairleadAlert'),
        happens: (stage) => stage.hold([]),
      },
    ],
    passes: 16,
    end: { phases: ['RolledBack'], replicas: 3, writes: 2, breaker: ONCE, optionalFailures: 0 },
  },
  {
    name: 'the trial of a half-open breaker, which closes it',
    stage: {},
    begin: async (stage) => {
      halfOpen(stage);
      await ask({ arguments: { replicas: 3 } })(stage);
    },
    passes: 12,
    end: { phases: ['Succeeded'], replicas: 3, writes: 1, breaker: CLOSED, optionalFailures: 0 },
  },
  {
    name: 'the trial of a half-open breaker, which fails and is undone',
    stage: { replicas: 3, load: CALM },
    begin: async (stage) => {
      halfOpen(stage);
      await ask({ arguments: { replicas: 2 } })(stage);
    },
    events: [{ when: written, happens: hurts }],
    passes: 14,
    end: {
      phases: ['RolledBack'],
      replicas: 3,
      writes: 2,
      breaker: { state: 'open', failures: 4, opens: 2 },
      optionalFailures: 0,
    },
  },
  {
    name: 'a restart that hurts and is taken back',
    stage: REPAIRS,
    begin: ask(RESTART),
    events: [{ when: written, happens: hurts }],
    passes: 24,
    end: { phases: ['RolledBack'], replicas: 3, writes: 2, breaker: ONCE, optionalFailures: 0 },
  },
  {
    name: 'other resources that hurt and are taken back',
    stage: REPAIRS,
    begin: ask(RESOURCES),
    events: [{ when: written, happens: hurts }],
    passes: 24,
    end: { phases: ['RolledBack'], replicas: 3, writes: 2, breaker: ONCE, optionalFailures: 0 },
  },
  {
    name: 'a rollback of a version whose pods crash',
    stage: REPAIRS,
    begin: async (stage) => {
      await brokenVersion(stage);
      await ask({ tool: 'rollback', operation: 'rollback', arguments: { revision: 1 } })(stage);
    },
    passes: 24,
    end: { phases: ['Succeeded'], replicas: 3, writes: 1, breaker: CLOSED, optionalFailures: 0 },
  },
  {
    name: 'a scale-up beyond limits that people approve',
    stage: { replicas: 6, load: { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 50 } },
    approves: true,
    begin: ask({ arguments: { replicas: 8 }, operation: 'scale_beyond_limits' }),
    passes: 14,
    end: { phases: ['Succeeded'], replicas: 8, writes: 1, breaker: CLOSED, optionalFailures: 0 },
  },
];
