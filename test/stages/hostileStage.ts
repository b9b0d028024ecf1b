import path from 'node:path';
import { expect } from 'vitest';
import type { Proposer } from '../../src/agents/proposer.ts';
import { RulesPlanner } from '../../src/agents/rulesPlanner.ts';
import { composeProposer } from '../../src/compose.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ChatModel } from '../../src/ports/model.ts';
import type { DecisionObject } from '../../src/schema/decisionObject.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { FINAL } from '../../src/schema/records.ts';
import { deploymentObject } from '../../src/testing/contractObjects.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { USUAL, usualGovernance } from '../../src/testing/usualBlueprint.ts';
import { VirtualRun, type VirtualRunOptions } from '../../src/virtualRun.ts';
import type { Load } from '../../src/world/load.ts';

const PASS_MS = 15_000;
const MINUTE = 60_000;
const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };
const promptsDir = path.join(import.meta.dirname, '..', '..', 'prompts');

/** The service that the hostile models know by name, and one beside it. */
export const ASKED = 'storefront';
export const BESIDE = 'checkout';

const SPEC = {
  version: '1.0.0',
  scaling: USUAL.scaling,
  performance: USUAL.performance,
  governance: usualGovernance('scale_within_limits', 'restart_pods'),
};

export interface Situation {
  readonly name: string;
  readonly replicas: number;
  readonly load: Load;
  readonly ms: number;
  /** Where the rules alone take both services. */
  readonly ends: number;
}

export const SITUATIONS: readonly [Situation, Situation] = [
  {
    name: 'CPU at 85% on 2 replicas',
    replicas: 2,
    load: { rps: 100, cpu_m_per_rps: 1.7, latency_ms_base: 50 },
    ms: 5 * MINUTE,
    ends: 3,
  },
  {
    name: 'CPU at 30% on 3 replicas',
    replicas: 3,
    load: { rps: 100, cpu_m_per_rps: 0.9, latency_ms_base: 50 },
    ms: 20 * MINUTE,
    ends: 2,
  },
];

export interface StageOptions {
  /** Asked with the run's own clock; undefined: rules alone. */
  readonly model?: ChatModel | ((clock: Clock) => ChatModel) | undefined;
  /** False: it is asked about one service, rules answer for the other. */
  readonly everywhere?: boolean;
  readonly run?: Pick<VirtualRunOptions, 'timeMoves' | 'advance' | 'secrets' | 'log'>;
  /** What others wrote into an object before it is applied. */
  readonly shaped?: (object: KubeObject) => KubeObject;
  /** What else stands in the cluster from the beginning. */
  readonly plant?: (run: VirtualRun) => void;
  readonly journal?: VirtualRunOptions['journal'];
}

/** Two services in one situation. Time goes on while a model is asked, unless `run` says otherwise. */
export async function open(
  { replicas, load }: Situation,
  {
    model,
    everywhere = true,
    run: rest = { timeMoves: true },
    shaped = (object) => object,
    plant,
    journal,
  }: StageOptions,
): Promise<VirtualRun> {
  const run = await VirtualRun.open({
    ...rest,
    journal: journal ?? ((role, clock) => new MemoryJournal(clock, role)),
    proposer: (clock) => {
      const given = typeof model === 'function' ? model(clock) : model;
      const asked = composeProposer(given, { clock, log: LOG, promptsDir, passMs: PASS_MS });
      return everywhere ? asked : onlyOf(asked);
    },
  });
  for (const name of [ASKED, BESIDE]) {
    run.world.apply(shaped(deploymentObject('shop', name, { replicas })));
    const { apiVersion, kind } = KINDS.Blueprint;
    run.world.apply(shaped({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec: SPEC }));
    run.world.setLoad(`shop/${name}`, load);
  }
  plant?.(run);
  return run;
}

/** The model is asked for one service; rules answer for the other. */
function onlyOf(asked: Proposer): Proposer {
  const rules = new RulesPlanner();
  return {
    label: asked.label,
    propose: (context, signal) =>
      context.service === `shop/${ASKED}` ? asked.propose(context, signal) : rules.propose(context),
  };
}

/** One tick, which must take no more than its own time whatever a model does. */
export async function tick(run: VirtualRun): Promise<void> {
  const before = run.clock.now();
  await run.tick();
  expect(run.clock.now() - before).toBeLessThanOrEqual(PASS_MS + 1);
}

export interface Played {
  readonly end: {
    readonly replicas: readonly number[];
    readonly written: readonly string[];
    readonly writes: readonly string[];
  };
  /** Decisions that are not over. */
  readonly left: readonly string[];
  readonly decisions: readonly DecisionObject[];
}

/** What came of it, as far as the cluster is concerned. */
export async function play(situation: Situation, options: StageOptions): Promise<Played> {
  const run = await open(situation, options);
  for (const end = run.clock.now() + situation.ms; run.clock.now() < end; ) await tick(run);
  const decisions = run.decisions('shop');
  const left = decisions.filter(({ status }) => status === undefined || !FINAL.has(status.phase));
  const written = decisions
    .filter(({ status }) => (status?.changes.length ?? 0) > 0)
    .map(({ spec, status }) => {
      const changes = status?.changes.map(
        ({ before, after, undo }) => `${before} to ${after}${undo ? ', undone' : ''}`,
      );
      return `${spec.target.name}: ${spec.tool} ${changes?.join(', ')}: ${status?.phase}`;
    });
  const end = {
    replicas: [run.replicas('shop', ASKED), run.replicas('shop', BESIDE)],
    written: written.sort(),
    writes: run.writes().sort(),
  };
  await run.close();
  return { end, left: left.map(({ spec, status }) => `${spec.tool} ${status?.phase}`), decisions };
}
