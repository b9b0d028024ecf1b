import { describe, expect, it } from 'vitest';
import type { StageOptions } from '../../test/stages/executorStage.ts';
import { openTranscript, type Told } from '../../test/stages/executorTranscript.ts';
import { KINDS } from '../schema/kube.ts';
import type { DecisionSpec } from '../schema/records.ts';

const A = 'web-aaaaaaaaaa';
const B = 'web-bbbbbbbbbb';
const MINUTE = 60_000;
const ANN: DecisionSpec['requester'] = { kind: 'person', name: 'ann' };
const GROWN: StageOptions = { replicas: 6, load: { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 50 } };
const ABOVE: Partial<DecisionSpec> = { arguments: { replicas: 8 }, operation: 'scale_beyond_limits' };

function stop({ stage, now }: Told): void {
  now('ann stops all');
  stage.hold([{ kind: 'stop', what: 'all', by: 'ann', reason: 'look', at: '2026-01-05T00:00:00Z' }]);
}

interface Course {
  readonly of: string;
  readonly on?: StageOptions;
  readonly play: (told: Told) => Promise<unknown>;
}

/** What is not done at once: it is put to people, refused, or waits. */
describe('what the executor does, call by call, of a wish that is', () => {
  it.each<Course>([
    {
      of: 'approved',
      on: GROWN,
      play: async ({ stage, run, now }) => {
        await stage.wish(A, ABOVE);
        await run(30_000);
        now('omar approves');
        await stage.vote(A);
        await run(2 * MINUTE);
      },
    },
    {
      of: 'approvedAndStopped',
      on: GROWN,
      play: async (told) => {
        await told.stage.wish(A, ABOVE);
        await told.executor.pass();
        stop(told);
        await told.stage.vote(A);
        await told.run(12 * MINUTE);
      },
    },
    {
      of: 'raiseThatNeverComes',
      on: GROWN,
      play: async ({ stage, run }) => {
        await stage.wish(A, ABOVE);
        await run(15_000);
        await stage.vote(A, { ballot: { choice: 'update_blueprint' } });
        await run(12 * MINUTE);
      },
    },
    {
      of: 'rejected',
      on: GROWN,
      play: async ({ stage, run }) => {
        await stage.wish(A, ABOVE);
        await run(15_000);
        await stage.vote(A, { ballot: { vote: 'reject', comment: 'the sale\nis over' } });
        await run(30_000);
        await stage.wish(B, ABOVE);
        await run(15_000);
      },
    },
    {
      of: 'unanswered',
      on: GROWN,
      play: async ({ stage, executor, run }) => {
        await stage.wish(A, ABOVE);
        await run(15_000);
        await stage.observe(30 * MINUTE);
        await executor.pass();
        await run(15_000);
      },
    },
    {
      of: 'askedAnew',
      on: GROWN,
      play: async ({ stage, run, now }) => {
        await stage.wish(A, ABOVE);
        await run(15_000);
        now('the blueprint changes, then omar approves what was asked before');
        stage.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => {
          draft.spec = { ...(draft.spec as object), version: '1.0.1' };
        });
        await stage.vote(A);
        await run(30_000);
        await stage.vote(`${A}-2`);
        await run(30_000);
      },
    },
    {
      of: 'refused',
      on: {
        load: { rps: 500, cpu_m_per_rps: 1.7, latency_ms_base: 300 },
        spec: { governance: { agent_authority: { allowed_operations: ['restart_pods'] } } },
      },
      play: async ({ stage, run }) => {
        await stage.wish(A, { arguments: { replicas: 3 } });
        await run(15_000);
        await stage.wish(B, { arguments: { replicas: 6 }, requester: ANN });
        await run(15_000);
      },
    },
    {
      of: 'waiting',
      play: async (told) => {
        stop(told);
        await told.stage.wish(A, { arguments: { replicas: 3 } });
        await told.run(MINUTE);
        await told.stage.wish(B, { arguments: { replicas: 4 } });
        await told.run(30 * MINUTE);
      },
    },
    {
      of: 'onlyObserved',
      on: { load: { rps: 500, cpu_m_per_rps: 1.7, latency_ms_base: 300 }, spec: { autonomy: 'observe' } },
      play: async ({ stage, run }) => {
        await stage.wish(A, { arguments: { replicas: 3 } });
        await run(15_000);
      },
    },
    {
      of: 'floorThatWaits',
      on: { load: { rps: 500, cpu_m_per_rps: 1.7, latency_ms_base: 300 } },
      play: async (told) => {
        const { stage, run } = told;
        stop(told);
        await stage.wish(A, { arguments: { replicas: 3 } });
        await run(7 * MINUTE);
        told.now('and lifts it, but no write is taken');
        stage.hold([]);
        stage.port.failNext({ verb: 'patch', code: 'denied', times: 3 });
        await run(MINUTE);
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
