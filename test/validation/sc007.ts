import { Counters } from '../../src/schema/counters.ts';
import { KINDS } from '../../src/schema/kube.ts';
import type { VirtualRun } from '../../src/virtualRun.ts';
import type { Criterion, WorldCase } from './criterion.ts';
import { Expecting } from './expecting.ts';
import { timeText } from './outcome.ts';
import {
  addService,
  blueprintObject,
  holdObject,
  loadOf,
  MINUTE,
  type Product,
  SEED,
  type Service,
  withProduct,
} from './world.ts';

const MINUTES = 12;
const TROUBLE_AT = 2;
const SPIKE_S = 300;
/** It needs two pods for five minutes, and four from then on. */
const NEIGHBOUR: Service = {
  name: 'backend',
  replicas: 2,
  load: {
    rps: [
      [SPIKE_S - 1, 100],
      [SPIKE_S, 220],
    ],
    cpu_m_per_rps: 1.2,
    latency_ms_base: 50,
  },
};
const CALM = loadOf(120);
const FIRST: Service = { name: 'frontend', replicas: 2, load: CALM };

interface Trouble {
  /** What befalls the other service. */
  readonly what: string;
  readonly service?: Service;
  /** Two minutes after the start. */
  readonly begins: (run: VirtualRun) => void;
  /** Something to see that the trouble was there. */
  readonly seen: (product: Product) => string | undefined;
}

const frontend = { namespace: 'shop', name: 'frontend' };
const hold = (kind: string): object => ({
  kind,
  what: 'all',
  by: 'ann',
  reason: 'a drill',
  at: '2026-01-05T00:00:00Z',
});
const wrote = (product: Product): string | undefined => {
  const own = product.writes().filter(({ target }) => target === 'shop/frontend');
  return own.length === 0 ? undefined : `frontend went to ${own.map(({ replicas }) => replicas).join(', ')}`;
};
const phaseOf = ({ run }: Product, phase: string): string | undefined => {
  const found = run
    .decisions('shop')
    .filter(({ spec, status }) => spec.target.name === 'frontend' && status?.phase === phase);
  return found.length === 0 ? undefined : `frontend: ${phase}`;
};
const untouched = (product: Product): string | undefined =>
  wrote(product) === undefined ? 'frontend was not written' : undefined;
const breaker = ({ run }: Product): Counters | undefined =>
  Counters.safeParse(run.world.get(KINDS.CircuitBreaker, 'shop', 'frontend')?.status).data;

const authorityWith = (condition: string): Readonly<Record<string, unknown>> => ({
  governance: {
    agent_authority: {
      allowed_operations: ['scale_within_limits'],
      requires_approval: [{ operation: 'scale_beyond_limits', condition, approvers: ['devops-team'] }],
    },
  },
});

const TROUBLES: readonly Trouble[] = [
  { what: 'is hot at 85 %', begins: (run) => run.world.setLoad('shop/frontend', loadOf(170)), seen: wrote },
  {
    what: 'is flooded and ends at its maximum',
    begins: (run) => run.world.setLoad('shop/frontend', loadOf(900)),
    seen: (product) => phaseOf(product, 'AwaitingApproval'),
  },
  {
    what: 'gets worse with its scale-up, which is undone or counted as failed',
    begins: (run) =>
      run.world.setLoad(
        'shop/frontend',
        loadOf(170, {
          series: {
            error_rate_pct: [
              [179, 0],
              [181, 9],
            ],
          },
        }),
      ),
    seen: (product) => phaseOf(product, 'RolledBack') ?? phaseOf(product, 'Failed'),
  },
  {
    what: 'has no metrics',
    begins: (run) => void run.world.metricsFault({ target: 'shop/frontend', missing: true }),
    seen: untouched,
  },
  {
    what: 'has CPU that is not a number',
    begins: (run) =>
      void run.world.metricsFault({ target: 'shop/frontend', values: { cpu_utilization_pct: [Number.NaN] } }),
    seen: untouched,
  },
  {
    what: 'has absurd metrics: more CPU than a node has',
    begins: (run) =>
      void run.world.metricsFault({ target: 'shop/frontend', values: { cpu_utilization_pct: [900_000] } }),
    seen: untouched,
  },
  {
    what: 'is hot, with its breaker held open by a person',
    begins: (run) => {
      run.world.apply(holdObject(frontend, [hold('breaker')]));
      run.world.setLoad('shop/frontend', loadOf(170));
    },
    seen: (product) => untouched(product) && 'frontend was held',
  },
  {
    what: 'is hot and paused',
    begins: (run) => {
      run.world.apply(holdObject(frontend, [hold('pause')]));
      run.world.setLoad('shop/frontend', loadOf(170));
    },
    seen: (product) => untouched(product) && 'frontend was held',
  },
  {
    what: 'is hot and in a freeze window',
    service: {
      ...FIRST,
      load: loadOf(170),
      spec: { freeze: [{ cron: '* * * * *', duration: '2m', reason: 'holidays' }] },
    },
    begins: () => undefined,
    seen: untouched,
  },
  {
    what: 'gets a blueprint that cannot be',
    begins: (run) =>
      run.world.apply(blueprintObject({ name: 'frontend', spec: { ...authorityWith("service.matches('(a+)+$')") } })),
    seen: ({ run }) =>
      run.observer.views().some(({ name, faults = [] }) => name === 'frontend' && faults.length > 0)
        ? 'frontend: blueprint refused'
        : undefined,
  },
  {
    what: 'loses its blueprint',
    begins: (run) => run.world.remove(KINDS.Blueprint, 'shop', 'frontend'),
    seen: ({ run }) =>
      run.observer.views().some(({ name }) => name === 'frontend') ? undefined : 'frontend is governed no more',
  },
  {
    what: 'loses its Deployment',
    begins: (run) => run.world.remove(KINDS.Deployment, 'shop', 'frontend'),
    seen: ({ run }) =>
      run.world.get(KINDS.Deployment, 'shop', 'frontend') === undefined ? 'frontend is gone' : undefined,
  },
  {
    what: 'is scaled by somebody again and again',
    begins: (run) => run.world.scaleByHand('shop/frontend', 9),
    seen: ({ run }) =>
      run.replicas('shop', 'frontend') === 2 ? undefined : `frontend at ${run.replicas('shop', 'frontend')}`,
  },
  {
    what: 'has an hourly budget of one that is spent',
    service: { ...FIRST, spec: { safety: { operations_per_hour: 1 } } },
    begins: (run) =>
      run.world.setLoad('shop/frontend', {
        rps: [
          [240, 100],
          [241, 260],
          [480, 260],
          [481, 420],
        ],
        cpu_m_per_rps: 1.2,
        latency_ms_base: 50,
      }),
    seen: (product) => (breaker(product)?.operations.length === 1 ? 'frontend: one operation in its hour' : undefined),
  },
  {
    what: 'cannot be read one by one: its metrics source fails',
    begins: (run) => void run.world.metricsFault({ target: 'shop/frontend', failing: 'connection refused' }),
    seen: untouched,
  },
  {
    what: 'has pods that never get ready',
    begins: (run) => {
      run.world.setReadyAfter('shop/frontend', 60 * MINUTE);
      run.world.setLoad('shop/frontend', loadOf(170));
    },
    seen: wrote,
  },
  {
    what: 'is another of the same name, in another namespace, and hot',
    begins: (run) => addService(run, { ...NEIGHBOUR, namespace: 'other', load: loadOf(170) }),
    seen: (product) =>
      product.writes().some(({ target }) => target === 'other/backend') ? 'other/backend was scaled' : undefined,
  },
];

/** Everything that became of the neighbour: its writes and their times, its Decisions, its counters. */
interface Course {
  readonly writes: readonly string[];
  readonly decisions: readonly string[];
  readonly breaker: unknown;
}

function courseOf({ run, startedAt, writes }: Product): Course {
  const counters = Counters.parse(run.world.get(KINDS.CircuitBreaker, 'shop', 'backend')?.status);
  return {
    writes: writes()
      .filter(({ target }) => target === 'shop/backend')
      .map(({ at, replicas }) => `${replicas} at ${timeText(at - startedAt)}`),
    decisions: run
      .decisions('shop')
      .filter(({ spec }) => spec.target.name === 'backend')
      .map(({ spec, status }) => `${spec.tool} to ${spec.arguments.replicas}: ${status?.phase}`),
    breaker: [counters.breaker, counters.operations.length],
  };
}

let alone: Promise<Course> | undefined;
const courseAlone = (): Promise<Course> => {
  alone ??= withProduct([NEIGHBOUR], async (product) => {
    await product.play(MINUTES * MINUTE);
    return courseOf(product);
  });
  return alone;
};

const beside = ({ what, service = FIRST, begins, seen }: Trouble): WorldCase => ({
  checks: `The other service ${what}`,
  seed: SEED,
  async play() {
    const expecting = new Expecting();
    const wanted = await courseAlone();
    expecting.same('alone it is scaled once', wanted.writes.length, 1);
    return withProduct([service, NEIGHBOUR], async (product) => {
      await product.play(TROUBLE_AT * MINUTE);
      begins(product.run);
      await product.play((MINUTES - TROUBLE_AT) * MINUTE);
      const course = courseOf(product);
      expecting.same('writes of backend', course.writes, wanted.writes);
      expecting.same('decisions on backend', course.decisions, wanted.decisions);
      expecting.same('breaker and operations of backend', course.breaker, wanted.breaker);
      const trouble = seen(product);
      expecting.holds('the trouble was there', trouble !== undefined);
      return expecting.shown(`backend 2 to ${course.writes.join(', ')}, as alone; ${trouble}`, {
        virtualMs: MINUTES * MINUTE,
      });
    });
  },
});

export const INDEPENDENCE: Criterion = {
  id: 'SC-007',
  slug: 'multi-service-independence',
  title: 'Multi-service independence',
  atLeast: 15,
  unit: 'cases',
  means:
    'Whatever befalls one service, its neighbour is served as if it were alone: the same writes at the same instants, the same decisions, the same breaker and budget. The neighbour `backend` needs two more pods after five minutes; what becomes of it is compared with a run in which nothing else is there. The virtual time is that of the whole case.',
  cases: TROUBLES.map(beside),
  real: [],
};
