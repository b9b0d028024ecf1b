import { describe, expect, it } from 'vitest';
import { CALM, HOT, SCALING, type StageOptions, VERIFICATION } from '../../test/stages/executorStage.ts';
import { openTranscript, type Told } from '../../test/stages/executorTranscript.ts';
import { KINDS } from '../schema/kube.ts';
import type { DecisionSpec } from '../schema/records.ts';

const A = 'web-aaaaaaaaaa';
const B = 'web-bbbbbbbbbb';
const MINUTE = 60_000;
const ANN: DecisionSpec['requester'] = { kind: 'person', name: 'ann' };
const DOWN: Partial<DecisionSpec> = { arguments: { replicas: 2 }, requester: ANN };
const SLOW = { ...CALM, latency_ms_base: 280 };
const CALM_THREE: StageOptions = { replicas: 3, load: CALM };
const RESTART: Partial<DecisionSpec> = { tool: 'restart_pods', operation: 'restart_pods', arguments: {} };
const REPAIRS = {
  resources: {
    cpu: { min: '50m', max: '1', target: '100m' },
    memory: { min: '64Mi', max: '1Gi', target: '128Mi' },
  },
  governance: {
    agent_authority: {
      allowed_operations: ['restart_pods', 'rollback', 'adjust_resources_within_bounds', 'scale_within_limits'],
    },
  },
};

/** A person's scale-down that turns out to hurt. */
async function harmfulDown({ stage, executor, now }: Told): Promise<void> {
  await stage.wish(A, DOWN);
  await executor.pass();
  now('the service gets slow');
  stage.world.setLoad('shop/web', SLOW);
}

/** One whose harm cannot be told from what a load that grew does. */
async function unclearDown({ stage, executor, run }: Told): Promise<void> {
  await stage.wish(A, DOWN);
  await executor.pass();
  stage.world.setLoad('shop/web', { ...SLOW, rps: 130 });
  await run(105_000);
}

function stop({ stage, now }: Told): void {
  now('ann stops all');
  stage.hold([{ kind: 'stop', what: 'all', by: 'ann', reason: 'look', at: '2026-01-05T00:00:00Z' }]);
}

interface Course {
  readonly of: string;
  readonly on?: StageOptions;
  readonly play: (told: Told) => Promise<unknown>;
}

/** `npx vitest run --project unit src/executor/transcripts -u` writes them anew; what it changes is to be read. */
describe('what the executor does, call by call, in', () => {
  it.each<Course>([
    {
      of: 'scaleUp',
      play: async ({ stage, run }) => {
        await stage.wish(A, { arguments: { replicas: 3 } });
        await run(2 * MINUTE);
      },
    },
    {
      of: 'twoSteps',
      on: { load: { ...HOT, cpu_m_per_rps: 8 }, spec: { scaling: { ...SCALING, max_replicas: 12 } } },
      play: async ({ stage, run }) => {
        await stage.wish(A, { arguments: { replicas: 12 } });
        await run(5 * MINUTE);
      },
    },
    {
      of: 'downUndone',
      on: CALM_THREE,
      play: async (told) => {
        await harmfulDown(told);
        await told.run(2 * MINUTE);
      },
    },
    {
      of: 'downUndoneLater',
      on: CALM_THREE,
      play: async ({ stage, run, now }) => {
        await stage.wish(A, DOWN);
        await run(4 * MINUTE);
        now('the service gets slow');
        stage.world.setLoad('shop/web', SLOW);
        await run(2 * MINUTE);
      },
    },
    {
      of: 'restartUndone',
      on: { ...CALM_THREE, spec: REPAIRS, templateAnnotations: { team: 'web' } },
      play: async ({ stage, run, executor }) => {
        await stage.wish(A, { ...RESTART, requester: ANN });
        await executor.pass();
        stage.world.setLoad('shop/web', SLOW);
        await run(4 * MINUTE);
      },
    },
    {
      of: 'resourcesThatNoPodCanHave',
      on: { ...CALM_THREE, spec: REPAIRS, templateAnnotations: { 'fake/node': 'n1' } },
      play: async ({ stage, run, executor }) => {
        await stage.wish(A, {
          tool: 'adjust_resources',
          operation: 'adjust_resources_within_bounds',
          arguments: { memory_request: '96Mi' },
          requester: ANN,
        });
        await executor.pass();
        stage.world.setReadyAfter('shop/web', 600 * MINUTE);
        await run(12 * MINUTE);
      },
    },
    {
      of: 'undoWithoutEffect',
      on: CALM_THREE,
      play: async (told) => {
        const { stage, run, now } = told;
        await stage.wish(A, DOWN);
        await told.executor.pass();
        stage.world.setReadyAfter('shop/web', 600 * MINUTE);
        stage.world.setLoad('shop/web', SLOW);
        await run(10 * MINUTE);
        stage.world.setReadyAfter('shop/web', 5_000);
        stage.world.setLoad('shop/web', CALM);
        await stage.wish(B, { arguments: { replicas: 4 }, requester: ANN });
        await run(3 * MINUTE);
        now('ann resumes');
        const record = stage.world.get(KINDS.CircuitBreaker, 'shop', 'web');
        if (record === undefined) throw new TypeError('no record');
        const resumed = { change: `${A}.1.undo`, by: 'ann', at: '2026-01-05T00:00:00Z' };
        stage.world.apply({ ...record, spec: { holds: [], resumed } });
        await run(3 * MINUTE);
      },
    },
    {
      of: 'undoForbidden',
      on: {
        ...CALM_THREE,
        spec: { verification: { ...VERIFICATION, rollback: { ...VERIFICATION.rollback, enabled: false } } },
      },
      play: async (told) => {
        await harmfulDown(told);
        await told.run(90_000);
      },
    },
    {
      of: 'undoStopped',
      on: CALM_THREE,
      play: async (told) => {
        await harmfulDown(told);
        stop(told);
        await told.run(90_000);
        told.now('and lifts it');
        told.stage.hold([]);
        await told.run(MINUTE);
      },
    },
    {
      of: 'undoGivenUp',
      on: CALM_THREE,
      play: async (told) => {
        await harmfulDown(told);
        stop(told);
        await told.run(13 * MINUTE);
      },
    },
    {
      of: 'notJudged',
      on: CALM_THREE,
      play: async (told) => {
        await unclearDown(told);
        await told.run(2 * MINUTE);
      },
    },
    {
      of: 'undoOnRequest',
      on: CALM_THREE,
      play: async (told) => {
        await unclearDown(told);
        await told.stage.wish(B, { parent: A, tool: 'undo', operation: 'undo', arguments: {} });
        await told.stage.wish('web-c', { parent: A, tool: 'undo', operation: 'undo', arguments: {} });
        await told.run(MINUTE);
      },
    },
    {
      of: 'undoOnRequestGivenUp',
      on: CALM_THREE,
      play: async (told) => {
        await unclearDown(told);
        await told.stage.wish(B, { parent: A, tool: 'undo', operation: 'undo', arguments: {} });
        stop(told);
        await told.run(13 * MINUTE);
      },
    },
    {
      of: 'pace',
      on: { replicas: 8, load: CALM, spec: { scaling: { ...SCALING, max_replicas: 10 } } },
      play: async ({ stage, run, executor }) => {
        await stage.wish(A, DOWN);
        await executor.pass();
        const uid = stage.world.get(KINDS.Deployment, 'shop', 'web')?.metadata.uid ?? '';
        const seen = { uid, replicas: stage.replicas(), at: '2026-01-05T00:00:00Z' };
        const pace = { parent: A, tool: 'pace', operation: 'pace', seen } as const;
        await stage.wish(B, { ...pace, arguments: { replicas: 3, wait_seconds: 120 } });
        await stage.wish('web-c', { ...pace, arguments: { wait_seconds: 900 } });
        await stage.wish('web-d', { ...pace, parent: 'web-nobody', arguments: { wait_seconds: 5 } });
        await run(5 * MINUTE);
      },
    },
    {
      of: 'retry',
      on: CALM_THREE,
      play: async (told) => {
        await harmfulDown(told);
        await told.run(2 * MINUTE);
        await told.stage.wish('web-1', { parent: A, arguments: { replicas: 1 } });
        await told.stage.wish('web-2', { parent: A, arguments: { replicas: 2 } });
        await told.run(30_000);
      },
    },
    {
      of: 'overtaken',
      play: async ({ stage, run }) => {
        await stage.wish(A, { arguments: { replicas: 3 } });
        await stage.executor.pass();
        stage.world.setLoad('shop/web', { ...HOT, rps: 250 });
        await run(MINUTE);
        await stage.wish(B, { arguments: { replicas: 6 } });
        await run(2 * MINUTE);
      },
    },
    {
      of: 'putBack',
      on: { load: { ...HOT, rps: 110 } },
      play: async ({ stage, run }) => {
        for (let round = 1; round <= 4; round++) {
          await stage.wish(`web-aaaaaaaaa${round}`, { arguments: { replicas: 3 } });
          await run(30_000);
          stage.world.scaleByHand('shop/web', 2);
          await run(90_000);
        }
      },
    },
    {
      of: 'rollbackUndone',
      on: { ...CALM_THREE, spec: REPAIRS },
      play: async ({ stage, run, executor, from }) => {
        stage.world.edit(KINDS.Deployment, 'shop', 'web', (draft) => {
          const { template, ...spec } = draft.spec as { template: { spec: { containers: object[] } } };
          const containers = template.spec.containers.map((one) => ({ ...one, image: 'registry.example/app:2' }));
          draft.spec = { ...spec, template: { ...template, spec: { ...template.spec, containers } } };
        });
        await run(18 * MINUTE);
        from();
        await stage.wish(A, { tool: 'rollback', operation: 'rollback', arguments: {}, requester: ANN });
        await executor.pass();
        stage.world.setLoad('shop/web', SLOW);
        await run(4 * MINUTE);
      },
    },
    {
      of: 'resourcesUndone',
      on: { ...CALM_THREE, spec: REPAIRS },
      play: async ({ stage, run, executor }) => {
        await stage.wish(A, {
          tool: 'adjust_resources',
          operation: 'adjust_resources_within_bounds',
          arguments: { memory_request: '96Mi' },
          requester: ANN,
        });
        await executor.pass();
        stage.world.setLoad('shop/web', SLOW);
        await run(4 * MINUTE);
      },
    },
    {
      of: 'upThatDoesNotHelp',
      on: { load: { ...HOT, latency_ms_base: 300 } },
      play: async ({ stage, run }) => {
        await stage.wish(A, { arguments: { replicas: 3 } });
        await run(3 * MINUTE);
      },
    },
    {
      of: 'withoutVerification',
      on: { ...CALM_THREE, spec: { verification: { ...VERIFICATION, enabled: false } } },
      play: async ({ stage, run }) => {
        await stage.wish(A, DOWN);
        await run(45_000);
      },
    },
    {
      of: 'watchedToItsEnd',
      on: CALM_THREE,
      play: async ({ stage, run, now, from }) => {
        await stage.wish(A, DOWN);
        await run(2 * MINUTE);
        from();
        await run(3 * MINUTE);
        now('load grows, and the service gets slow');
        stage.world.setLoad('shop/web', { ...SLOW, rps: 150 });
        await run(8 * MINUTE);
      },
    },
    {
      of: 'watchEndedByHand',
      on: CALM_THREE,
      play: async ({ stage, run }) => {
        await stage.wish(A, DOWN);
        await run(2 * MINUTE);
        stage.world.scaleByHand('shop/web', 4);
        await run(30_000);
      },
    },
    {
      of: 'watchEndedByTheNext',
      on: CALM_THREE,
      play: async ({ stage, run }) => {
        await stage.wish(A, DOWN);
        await run(2 * MINUTE);
        await stage.wish(B, { ...RESTART, requester: ANN });
        await run(10 * MINUTE);
      },
    },
    {
      of: 'changedByHandMeanwhile',
      on: CALM_THREE,
      play: async (told) => {
        await told.stage.wish(A, DOWN);
        await told.run(30_000);
        told.stage.world.scaleByHand('shop/web', 4);
        await told.run(30_000);
      },
    },
  ])('$of', async ({ of, on, play }) => {
    const told = await openTranscript(on);
    try {
      await play(told);
    } finally {
      told.stage.close();
    }
    await expect(told.text()).toMatchFileSnapshot(`transcripts/${of}.txt`);
  });
});
