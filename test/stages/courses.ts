import { type DecisionSpec, FINAL } from '../../src/schema/records.ts';
import { CALM, SCALING, type Stage, type StageOptions } from './executorStage.ts';

/** Name of the Decision that every course is about. */
export const WISH = 'web-aaaaaaaaaa';

/** One operation from its wish to its end, as the executor stage plays it undisturbed. */
export interface Course {
  readonly when: string;
  readonly stage: StageOptions;
  readonly spec: Partial<DecisionSpec>;
  /** What happens to the service once the write is there, or once its Decision is in that phase. */
  readonly afterPhase?: string;
  readonly afterwards?: (stage: Stage) => void;
  /** From which pass on the process is mortal. */
  readonly passes: number;
  readonly end: {
    readonly phase: string;
    readonly replicas: number;
    readonly writes: number;
    readonly failures: number;
  };
}

export const COURSES: readonly Course[] = [
  {
    when: 'a scale-up that is verified',
    stage: {},
    spec: { arguments: { replicas: 3 } },
    passes: 12,
    end: { phase: 'Succeeded', replicas: 3, writes: 1, failures: 0 },
  },
  {
    when: 'a scale-down that hurts and is undone',
    stage: { replicas: 3, load: CALM },
    spec: { arguments: { replicas: 2 }, requester: { kind: 'person', name: 'alice' } },
    afterwards: (stage) => stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 }),
    passes: 14,
    end: { phase: 'RolledBack', replicas: 3, writes: 2, failures: 1 },
  },
  {
    when: 'a scale-down that passes, hurts in phase 2 and is undone',
    stage: { replicas: 3, load: CALM },
    spec: { arguments: { replicas: 2 }, requester: { kind: 'person', name: 'alice' } },
    afterPhase: 'Succeeded',
    afterwards: (stage) => stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 }),
    passes: 20,
    end: { phase: 'RolledBack', replicas: 3, writes: 2, failures: 1 },
  },
  {
    when: 'a scale-up in two steps',
    stage: {
      load: { rps: 100, cpu_m_per_rps: 8, latency_ms_base: 50 },
      spec: { scaling: { ...SCALING, max_replicas: 12 } },
    },
    spec: { arguments: { replicas: 12 } },
    passes: 24,
    end: { phase: 'Succeeded', replicas: 12, writes: 2, failures: 0 },
  },
  {
    when: 'a forbidden wish',
    stage: {},
    spec: { tool: 'delete_deployment', arguments: { sent: '{}' } },
    passes: 6,
    end: { phase: 'Refused', replicas: 2, writes: 0, failures: 0 },
  },
];

/** What passed phase 1 may still end otherwise. */
export const isOver = (stage: Stage, { end }: Course): boolean =>
  FINAL.has(stage.phase(WISH)) &&
  (stage.phase(WISH) !== 'Succeeded' || end.phase === 'Succeeded') &&
  (stage.breaker()?.inFlight ?? undefined) === undefined;
