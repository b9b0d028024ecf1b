import { describe, expect, it } from 'vitest';
import { CALM, HOT, SCALING, type Stage, type StageOptions } from '../../test/stages/executorStage.ts';
import { openTranscript, type Told } from '../../test/stages/executorTranscript.ts';
import { KINDS } from '../schema/kube.ts';
import type { DecisionSpec } from '../schema/records.ts';
import { deploymentObject } from '../testing/contractObjects.ts';

const A = 'web-aaaaaaaaaa';
const B = 'web-bbbbbbbbbb';
const ANN: DecisionSpec['requester'] = { kind: 'person', name: 'ann' };
const DOWN: Partial<DecisionSpec> = { arguments: { replicas: 2 }, requester: ANN };
const ABOVE: Partial<DecisionSpec> = { arguments: { replicas: 8 }, operation: 'scale_beyond_limits' };
const SLOW = { ...CALM, latency_ms_base: 280 };
const CALM_THREE: StageOptions = { replicas: 3, load: CALM };
const GROWN: StageOptions = { replicas: 6, load: { ...HOT, cpu_m_per_rps: 5.2 } };

/** A service of the same name in another namespace, and another one beside it; both come first. */
async function others({ world, observe }: Stage): Promise<void> {
  world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'art' }, spec: {} });
  const { apiVersion, kind } = KINDS.Blueprint;
  const governance = { agent_authority: { allowed_operations: ['restart_pods'] } };
  for (const [namespace, name] of [
    ['art', 'web'],
    ['shop', 'api'],
  ] as const) {
    world.apply(deploymentObject(namespace, name, { replicas: 4 }));
    world.setLoad(`${namespace}/${name}`, { rps: 100, cpu_m_per_rps: 3, latency_ms_base: 90 });
    const spec = { version: '3.0.0', scaling: SCALING, governance, approval: { execute_within: '20m' } };
    world.apply({ apiVersion, kind, metadata: { name, namespace }, spec });
  }
  for (let pass = 0; pass < 3; pass++) await observe(15_000);
}

interface Course {
  readonly of: string;
  readonly on?: StageOptions;
  readonly play: (told: Told) => Promise<unknown>;
}

describe('what the executor does, call by call, beside others', () => {
  it.each<Course>([
    {
      of: 'downUndoneBesideOthers',
      on: CALM_THREE,
      play: async ({ stage, executor, run }) => {
        await others(stage);
        await stage.wish(A, DOWN);
        await executor.pass();
        stage.world.setLoad('shop/web', SLOW);
        await run(75_000);
      },
    },
    {
      of: 'watchBesideOthers',
      on: CALM_THREE,
      play: async ({ stage, run, from }) => {
        await others(stage);
        await stage.wish(A, DOWN);
        await run(120_000);
        from();
        stage.world.setLoad('shop/web', SLOW);
        await run(60_000);
      },
    },
    {
      of: 'undoOnRequestBesideOthers',
      on: CALM_THREE,
      play: async ({ stage, executor, run, from }) => {
        await others(stage);
        await stage.wish(A, DOWN);
        await executor.pass();
        stage.world.setLoad('shop/web', { ...SLOW, rps: 130 });
        await run(105_000);
        from();
        await stage.wish(B, { parent: A, tool: 'undo', operation: 'undo', arguments: {} });
        await run(30_000);
      },
    },
    {
      of: 'approvalBesideOthers',
      on: GROWN,
      play: async (told) => {
        const { stage, executor, run } = told;
        await others(stage);
        await stage.wish(A, ABOVE);
        await executor.pass();
        stage.hold([{ kind: 'pause', what: 'all', by: 'ann', reason: 'look', at: '2026-01-05T00:00:00Z' }]);
        await stage.vote(A);
        await run(15_000);
        await stage.observe(11 * 60_000);
        await executor.pass();
      },
    },
    {
      of: 'severalAtOnce',
      on: CALM_THREE,
      play: async ({ stage, run }) => {
        await stage.wish('web-c', { tool: 'restart_pods', operation: 'restart_pods', arguments: {}, requester: ANN });
        await stage.wish(B, DOWN);
        await run(15_000);
        await stage.wish(A, { arguments: { replicas: 4 } });
        await run(45_000);
      },
    },
    {
      of: 'raised',
      on: GROWN,
      play: async ({ stage, run, executor, now }) => {
        await stage.wish(A, ABOVE);
        await executor.pass();
        await stage.vote(A, { ballot: { choice: 'update_blueprint' } });
        now('and the limit is raised at once');
        stage.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => {
          draft.spec = { ...(draft.spec as object), version: '1.1.0', scaling: { ...SCALING, max_replicas: 8 } };
        });
        await run(45_000);
      },
    },
    {
      of: 'askedTooOften',
      on: GROWN,
      play: async ({ stage, run, from }) => {
        await stage.wish(A, ABOVE);
        for (let version = 1; version <= 22; version++) {
          if (version === 19) from();
          await run(15_000);
          stage.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => {
            draft.spec = { ...(draft.spec as object), version: `1.0.${version}` };
          });
        }
        await run(30_000);
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

/** The log takes so many more lines, and then none for a while. */
describe('what the executor does, call by call, where the log fills up', () => {
  const filling = (lines: number) => (stage: Stage) => {
    let left = Number.POSITIVE_INFINITY;
    const { journal } = stage;
    const append: typeof journal.append = (entry) => {
      left -= 1;
      if (left >= 0) return journal.append(entry);
      return Promise.resolve({ ok: false, error: { code: 'JournalUnwritable', message: 'no space left on device' } });
    };
    const room = (more: number): void => {
      left = more;
    };
    return { fill: () => room(lines), empty: () => room(Number.POSITIVE_INFINITY), append };
  };

  it.each([
    ...[1, 2, 3].map((lines) => ({ what: 'a scale-down', lines })),
    ...[0, 1, 2, 3].map((lines) => ({ what: 'an undo', lines })),
    ...[1, 2].map((lines) => ({ what: 'an approval', lines })),
  ])('$what, after $lines lines', async ({ what, lines }) => {
    let log: ReturnType<ReturnType<typeof filling>> | undefined;
    const told = await openTranscript(what === 'an approval' ? GROWN : CALM_THREE, (stage) => {
      log = filling(lines)(stage);
      return { journal: { head: () => stage.journal.head(), close: () => stage.journal.close(), append: log.append } };
    });
    const { stage, executor, run } = told;
    await stage.wish(A, what === 'an approval' ? ABOVE : DOWN);
    if (what === 'an undo') {
      await executor.pass();
      stage.world.setLoad('shop/web', SLOW);
      await run(30_000);
      told.from();
    }
    log?.fill();
    await run(15_000);
    log?.empty();
    await run(30_000);
    stage.close();
    await expect(told.text()).toMatchFileSnapshot(`transcripts/faults/log-${what.replaceAll(' ', '-')}-${lines}.txt`);
  });
});
