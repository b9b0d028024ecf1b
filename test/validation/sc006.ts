import { Executor } from '../../src/executor/executor.ts';
import type { Seen } from '../../src/scenario/seen.ts';
import type { JournalRecord } from '../../src/schema/journal.ts';
import type { DecisionSpec } from '../../src/schema/records.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import type { Load } from '../../src/world/load.ts';
import { CALM, openStage, PASS_MS, type Stage, type StageOptions } from '../stages/executorStage.ts';
import type { Criterion, Shown, WorldCase } from './criterion.ts';
import { Expecting } from './expecting.ts';
import { timeText } from './outcome.ts';
import { TAKEN_BACK } from './realCases.ts';
import { scenarioCase } from './scenarioCase.ts';
import { MINUTE, SEED } from './world.ts';

const A = 'web-aaaaaaaaaa';
const SLOW: Load = { ...CALM, latency_ms_base: 280 };
const ENDED: ReadonlySet<string> = new Set(['RolledBack', 'Failed']);
const ALICE = { kind: 'person', name: 'alice' } as const;

interface Harm {
  readonly checks: string;
  readonly options?: StageOptions;
  readonly wish?: Partial<DecisionSpec>;
  /** What the change does to the service. */
  readonly harm: (stage: Stage) => void;
  /** What gets in the way of the undo. */
  readonly meanwhile?: (stage: Stage) => void;
  /** How long it does well before. */
  readonly wellMs?: number;
  readonly killed?: true;
  /** It is so before the change already. */
  readonly atFirst?: true;
}

/** How long from the verdict that the change failed to the write that undoes it, and what a person sees of it. */
const undone = ({ checks, options, wish, harm, meanwhile, wellMs = 0, killed, atFirst }: Harm): WorldCase => ({
  checks,
  seed: SEED,
  async play() {
    const expecting = new Expecting();
    const stage = await openStage({ replicas: 3, load: CALM, ...options });
    try {
      let executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
      const before = stage.replicas();
      if (atFirst) harm(stage);
      await stage.wish(A, { arguments: { replicas: 2 }, requester: ALICE, ...wish });
      await executor.pass();
      expecting.same('writes of the change', stage.writes(), 1);
      await stage.run(wellMs, executor);
      if (!atFirst) harm(stage);
      meanwhile?.(stage);
      if (killed) executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
      const harmed = stage.clock.now();
      const isUndone = (): boolean =>
        stage.status(A).changes.some((change) => change.undo && change.appliedAt !== undefined);
      let [realMs, passAt] = [0, harmed];
      for (let waited = 0; waited < 40 * MINUTE && !ENDED.has(stage.phase(A)); waited += PASS_MS) {
        await stage.observe(PASS_MS);
        const [done, began] = [isUndone(), performance.now()];
        if (!done) passAt = stage.clock.now();
        await executor.pass();
        if (!done) realMs = performance.now() - began;
      }
      expecting.same('phase', stage.phase(A), 'RolledBack');
      expecting.same('replicas', stage.replicas(), before);
      const undo = stage.status(A).changes.find((change) => change.undo);
      const undoneAt = undo?.appliedAt ?? Number.NaN;
      const told = stage.told().find(({ reason }) => reason === 'UndoneByFairlead')?.note ?? '';
      const [, why] = /\bundone, (.*?)(?:; Decision|$)/.exec(told) ?? [];
      expecting.holds(`an Event says why: ${told}${stage.status(A).message}`, why !== undefined);
      // Without a log there is no record of the verdict; it was reached in the pass that undid.
      const failedAt = failedIn(stage.journal.records) ?? passAt;
      return expecting.shown(`${why}; undone ${timeText(undoneAt - harmed)} after it began to hurt`, {
        virtualMs: undoneAt - failedAt,
        realMs,
      });
    } finally {
      stage.close();
    }
  },
});

/** When it was concluded that the change failed. */
const failedIn = (records: readonly JournalRecord[]): number | undefined =>
  records.find(({ kind, data }) => kind === 'verified' && data['outcome'] === 'fail')?.at;

/** The same of a run of a scenario: of its first undo. */
function undoIn(seen: Seen): Partial<Shown> {
  const undo = seen.effects.find(({ lastChange }) => lastChange?.undo === true);
  const records = seen.journals.flatMap((journal) => journal.records);
  const failed = records
    .filter(({ kind, data, at }) => kind === 'verified' && data['outcome'] === 'fail' && at <= (undo?.at ?? 0))
    .at(-1);
  if (undo === undefined || failed === undefined) return { faults: ['nothing was undone'] };
  return { virtualMs: undo.at - failed.at };
}

const memory = { memory: { min: '64Mi', max: '512Mi', target: '64Mi' } };
const GRANTS = {
  agent_authority: { allowed_operations: ['scale_within_limits', 'restart_pods', 'adjust_resources_within_bounds'] },
};

const NOT_UNDONE: WorldCase = {
  checks: 'What somebody else wrote in between is not undone: the change is superseded, and their number stays',
  seed: SEED,
  async play() {
    const expecting = new Expecting();
    const stage = await openStage({ replicas: 3, load: CALM });
    try {
      const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
      await stage.wish(A, { arguments: { replicas: 2 }, requester: ALICE });
      await executor.pass();
      stage.world.setLoad('shop/web', SLOW);
      stage.world.scaleByHand('shop/web', 5);
      await stage.run(90_000, executor);
      expecting.same(
        'replicas, writes, phase',
        [stage.replicas(), stage.writes(), stage.phase(A)],
        [5, 1, 'Superseded'],
      );
      return expecting.shown('5 replicas stay, one write, Superseded');
    } finally {
      stage.close();
    }
  },
};

const slow = (stage: Stage): void => stage.world.setLoad('shop/web', SLOW);

export const ROLLBACK: Criterion = {
  id: 'SC-006',
  slug: 'rollback',
  title: 'Rollback',
  atLeast: 10,
  unit: 'cases',
  means:
    'A change that hurts is taken back by itself, to exactly what stood there, as soon as a critical check says so: under a pause as well, with a full disk, by the next process when this one died, and against an API server that fails at first. Nobody is asked, no model is waited for. 0 ms of virtual time: in the same pass; 30 s where the API server refuses the first two tries.',
  target: { what: 'from the check that failed to the write that undoes the change', underMs: 60_000, aimMs: 1000 },
  cases: [
    undone({
      checks: '3 to 2 replicas, and p95 rises to 280 ms where 200 ms is the limit: back to 3 (scenario 4)',
      harm: slow,
    }),
    undone({
      checks: '3 to 2 replicas, and errors rise to 5 % where 1 % is the limit',
      harm: (stage) => stage.world.setLoad('shop/web', { ...CALM, error_pct_base: 5 }),
    }),
    undone({ checks: 'It does well for five minutes after it passed, and hurts then', wellMs: 5 * MINUTE, harm: slow }),
    undone({ checks: 'The process that made the change is gone; the next one undoes it', harm: slow, killed: true }),
    undone({
      checks: 'While the service is paused: a pause holds new changes, and no undo',
      harm: slow,
      meanwhile: (stage) =>
        stage.hold([{ kind: 'pause', what: 'all', by: 'alice', reason: 'a drill', at: '2026-01-05T00:00:00Z' }]),
    }),
    undone({
      checks: 'The disk of the log is full: the undo is made, and marked as not logged',
      harm: slow,
      meanwhile: (stage) => {
        stage.journal.unwritable = 'no space left on device';
      },
    }),
    undone({
      checks: 'The API server loses the answer to the undo: it is made once, and confirmed from the object',
      harm: slow,
      meanwhile: (stage) =>
        void stage.port.failNext({ verb: 'patch', code: 'unavailable', sparesDryRuns: true, afterApply: true }),
    }),
    undone({
      checks: 'The API server refuses the undo at first',
      harm: slow,
      meanwhile: (stage) =>
        void stage.port.failNext({ verb: 'patch', code: 'unavailable', sparesDryRuns: true, times: 2 }),
    }),
    undone({
      checks: 'New resources whose pods never get ready: the old ones are put back',
      options: { spec: { resources: memory, governance: GRANTS } },
      wish: {
        tool: 'adjust_resources',
        operation: 'adjust_resources_within_bounds',
        arguments: { memory_request: '128Mi' },
      },
      atFirst: true,
      harm: (stage) => stage.world.setReadyAfter('shop/web', 60 * MINUTE),
    }),
    undone({
      checks: 'A restart whose pods never get ready: the pods that served before stay',
      wish: { tool: 'restart_pods', operation: 'restart_pods', arguments: {} },
      atFirst: true,
      harm: (stage) => stage.world.setReadyAfter('shop/web', 60 * MINUTE),
    }),
    scenarioCase('auto-79-undone-once', {
      checks: 'The whole product, by itself: idle capacity goes, it gets slow, it comes back',
      also: undoIn,
    }),
    scenarioCase('fault-58-restart-in-verification', {
      checks: 'The whole product, killed between the change and its verdict',
      also: undoIn,
    }),
    NOT_UNDONE,
  ],
  real: [TAKEN_BACK],
};
