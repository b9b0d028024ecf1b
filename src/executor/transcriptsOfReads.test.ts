import { describe, expect, it } from 'vitest';
import { CALM, HOT, type StageOptions, VERIFICATION } from '../../test/stages/executorStage.ts';
import { openTranscript, type Told } from '../../test/stages/executorTranscript.ts';
import { KINDS } from '../schema/kube.ts';
import type { DecisionSpec } from '../schema/records.ts';
import { deploymentObject } from '../testing/contractObjects.ts';

const A = 'web-aaaaaaaaaa';
const B = 'web-bbbbbbbbbb';
const ANN: DecisionSpec['requester'] = { kind: 'person', name: 'ann' };
const DOWN: Partial<DecisionSpec> = { arguments: { replicas: 2 }, requester: ANN };
const SLOW = { ...CALM, latency_ms_base: 280 };
const CALM_THREE: StageOptions = { replicas: 3, load: CALM };
const UNDO = { parent: A, tool: 'undo', operation: 'undo', arguments: {} } as const;

/** A person's scale-down with this load after it, for so long. */
const down =
  (ms: number, load: typeof CALM = CALM) =>
  async ({ stage, executor, run }: Told): Promise<void> => {
    await stage.wish(A, DOWN);
    await executor.pass();
    stage.world.setLoad('shop/web', load);
    if (ms > 0) await run(ms);
  };

interface Moment {
  readonly on: StageOptions;
  /** Up to the moment. */
  readonly play: (told: Told) => Promise<unknown>;
  /** Right after the fault is there. */
  readonly next?: (told: Told) => Promise<unknown>;
}

const MOMENTS: Readonly<Record<string, Moment>> = {
  asked: { on: CALM_THREE, play: ({ stage }) => stage.wish(A, DOWN) },
  converging: { on: CALM_THREE, play: down(0) },
  stabilising: { on: CALM_THREE, play: down(15_000) },
  aboutToBeUndone: { on: CALM_THREE, play: down(30_000, SLOW) },
  undone: { on: CALM_THREE, play: down(45_000, SLOW) },
  watched: {
    on: CALM_THREE,
    play: async (told) => {
      await down(120_000)(told);
      told.stage.world.setLoad('shop/web', SLOW);
      await told.run(15_000);
    },
  },
  takenBackOnRequest: {
    on: CALM_THREE,
    play: down(105_000, { ...SLOW, rps: 130 }),
    next: ({ stage }) => stage.wish(B, UNDO),
  },
  takenBackAfterItsEnd: {
    on: CALM_THREE,
    play: down(165_000, { ...SLOW, rps: 130 }),
    next: ({ stage }) => stage.wish(B, UNDO),
  },
  putToPeople: {
    on: { replicas: 6, load: { ...HOT, cpu_m_per_rps: 5.2 } },
    play: async ({ stage, run }) => {
      await stage.wish(A, { arguments: { replicas: 8 }, operation: 'scale_beyond_limits' });
      await run(15_000);
    },
  },
  approved: {
    on: { replicas: 6, load: { ...HOT, cpu_m_per_rps: 5.2 } },
    play: async ({ stage, run }) => {
      await stage.wish(A, { arguments: { replicas: 8 }, operation: 'scale_beyond_limits' });
      await run(15_000);
      await stage.vote(A);
    },
  },
  overtaken: {
    on: { spec: { verification: { ...VERIFICATION, stabilization_period: '180s' } } },
    play: async ({ stage, executor, run }) => {
      await stage.wish(A, { arguments: { replicas: 3 } });
      await executor.pass();
      stage.world.setLoad('shop/web', { ...HOT, rps: 250 });
      await run(60_000);
    },
    next: ({ stage }) => stage.wish(B, { arguments: { replicas: 6 } }),
  },
};

const unread =
  (kind: keyof typeof KINDS, verb: 'get' | 'list', times: number) =>
  ({ stage }: Told): void =>
    void stage.port.failNext({ verb, kind, code: 'unavailable', times });

const FAULTS: Readonly<Record<string, (told: Told) => void>> = {
  podsUnread: unread('Pod', 'list', 2),
  targetUnread: unread('Deployment', 'get', 2),
  countersUnread: unread('CircuitBreaker', 'get', 3),
  decisionUnread: unread('Decision', 'get', 3),
  blueprintChanged: (told) => {
    told.stage.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => {
      const governance = { agent_authority: { allowed_operations: ['restart_pods'] } };
      draft.spec = { ...(draft.spec as object), version: '1.0.1', governance };
    });
    unread('ControllerRevision', 'get', 1)(told);
  },
  targetDeleted: ({ stage }) => stage.world.remove(KINDS.Deployment, 'shop', 'web'),
  targetMadeAgain: ({ stage }) => {
    stage.world.remove(KINDS.Deployment, 'shop', 'web');
    stage.world.apply(deploymentObject('shop', 'web', { replicas: 3 }));
  },
  blueprintDeleted: ({ stage }) => stage.world.remove(KINDS.Blueprint, 'shop', 'web'),
  logFull: ({ stage }) => {
    stage.journal.unwritable = 'no space left on device';
  },
  slotTaken: ({ stage }) => {
    stage.port.failNext({ verb: 'update', kind: 'CircuitBreaker', path: '/web/status', code: 'conflict', times: 5 });
  },
  answerLost: ({ stage }) => {
    const lost = { code: 'unavailable', message: 'connection reset', uncertain: true } as const;
    stage.port.failNext({ verb: 'patch', kind: 'Deployment', sparesDryRuns: true, ...lost });
    stage.port.failNext({ verb: 'get', kind: 'Deployment', ...lost, times: 2 });
  },
};

/** Each of these at each moment of a course, for two passes. */
describe.each(Object.entries(MOMENTS))(
  'what the executor does of a change that is %s',
  (moment, { on, play, next }) => {
    it.each(Object.entries(FAULTS))('where %s', async (name, fault) => {
      const told = await openTranscript(on);
      try {
        await play(told);
        told.from();
        fault(told);
        await next?.(told);
        await told.run(30_000);
      } finally {
        told.stage.close();
      }
      await expect(told.text()).toMatchFileSnapshot(`transcripts/moments/${moment}-${name}.txt`);
    });
  },
);
