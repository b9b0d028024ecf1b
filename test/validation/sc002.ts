import type { KubeObject } from '../../src/schema/kube.ts';
import { DecisionStatus } from '../../src/schema/records.ts';
import type { Load } from '../../src/world/load.ts';
import type { Criterion, WorldCase } from './criterion.ts';
import { Expecting } from './expecting.ts';
import { loadOf, MINUTE, SEED, withProduct } from './world.ts';

interface Situation {
  readonly what: string;
  readonly replicas: number;
  readonly load: Load;
  /** The number that arithmetic on paper gives; undefined: the right decision is to change nothing. */
  readonly wanted?: number;
  /** How that was reckoned. */
  readonly because: string;
  /** What the first decision must come to; by default it is carried out. */
  readonly ends?: 'AwaitingApproval';
  readonly minutes?: number;
  readonly fault?: 'no metrics';
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly also?: readonly KubeObject[];
}

const SITUATIONS: readonly Situation[] = [
  { what: '2 replicas at 85 %', replicas: 2, load: loadOf(170), wanted: 3, because: '170 / 70 = 2.4' },
  { what: '4 replicas at 100 %', replicas: 4, load: loadOf(400), wanted: 6, because: '400 / 70 = 5.7' },
  { what: '2 replicas at 150 %', replicas: 2, load: loadOf(300), wanted: 5, because: '300 / 70 = 4.3' },
  { what: '5 replicas at 82 %', replicas: 5, load: loadOf(410), wanted: 6, because: '410 / 70 = 5.9' },
  { what: '3 replicas at 75 %, under the alarm of 80 %', replicas: 3, load: loadOf(225), because: 'inside the band' },
  { what: '3 replicas at 45 %, over the 40 % for less', replicas: 3, load: loadOf(135), because: 'inside the band' },
  {
    what: '6 replicas at 15 %',
    replicas: 6,
    load: loadOf(90),
    wanted: 2,
    because: '90 / 70 = 1.3, a quarter at a time',
    minutes: 16,
  },
  {
    what: '6 replicas at 120 %, where 6 are the limit',
    replicas: 6,
    load: loadOf(720),
    wanted: 11,
    because: '720 / 70 = 10.3: people are asked',
    ends: 'AwaitingApproval',
  },
  { what: '1 replica, where 2 are the least', replicas: 1, load: loadOf(40), wanted: 2, because: 'the minimum' },
  {
    what: '3 replicas at 50 % with p95 280 ms',
    replicas: 3,
    load: loadOf(150, { latency_ms_base: 280 }),
    because: 'it is slow without load: more pods mend nothing',
  },
  {
    what: '5 replicas at 15 % with 5 % errors',
    replicas: 5,
    load: loadOf(75, { error_pct_base: 5 }),
    because: 'idle in distress is not idle',
    minutes: 12,
  },
  {
    what: '5 replicas at 15 %, and no metrics any more',
    replicas: 5,
    load: loadOf(75),
    because: 'no data is no reason',
    fault: 'no metrics',
    minutes: 12,
  },
];

function decided(situation: Situation): WorldCase {
  const { what, replicas, load, wanted, because, ends, minutes = 6, fault, spec } = situation;
  const right = wanted === undefined ? 'nothing is changed' : `${wanted} replicas`;
  return {
    checks: `${what}: ${right} (${because})`,
    seed: SEED,
    play: () =>
      withProduct([{ name: 'web', replicas, load, ...(spec && { spec }) }], async ({ run, play, writes }) => {
        const expecting = new Expecting();
        if (fault !== undefined) {
          await play(MINUTE);
          run.world.metricsFault({ target: 'shop/web', missing: true });
        }
        await play(minutes * MINUTE);
        const [first] = run.decisions('shop');
        const status = first === undefined ? undefined : DecisionStatus.parse(first.status);
        const last = run.replicas('shop', 'web');
        if (wanted === undefined) {
          expecting.same('writes', writes(), []);
          expecting.same('replicas', last, replicas);
        } else {
          expecting.same('the first decision is for', first?.spec.arguments.replicas, wanted);
          if (ends === undefined) expecting.same('replicas in the end', last, wanted);
          else expecting.same('it is', [status?.phase, writes().length], [ends, 0]);
        }
        const steps = writes().map((write) => `${write.replicas}`);
        const done = steps.length === 0 ? 'no write' : `${replicas} to ${steps.join(' to ')}`;
        const asked =
          first === undefined ? 'held' : `${first.spec.tool} to ${first.spec.arguments.replicas}: ${status?.phase}`;
        return expecting.shown(`${asked}; ${done}`, { virtualMs: minutes * MINUTE });
      }),
  };
}

export const DECISION_ACCURACY: Criterion = {
  id: 'SC-002',
  slug: 'decision-accuracy',
  title: 'Decision accuracy',
  atLeast: 10,
  unit: 'decisions',
  means:
    'In each situation the product decides what simple arithmetic on paper says, and changes nothing where there is nothing to change. The blueprint: 2 to 6 replicas, target 70 %, more above 80 %, less below 40 %. The rules planner decides, no model. The virtual time is that of the whole case.',
  cases: SITUATIONS.map(decided),
  real: [],
};
