import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Proposer } from '../src/agents/proposer.ts';
import { RulesPlanner } from '../src/agents/rulesPlanner.ts';
import { composeProposer } from '../src/compose.ts';
import type { ChatModel } from '../src/ports/model.ts';
import { KINDS } from '../src/schema/kube.ts';
import { FINAL } from '../src/schema/records.ts';
import { deploymentObject } from '../src/testing/contractObjects.ts';
import { HOSTILE, HostileModel } from '../src/testing/hostileModel.ts';
import { MemoryJournal } from '../src/testing/memoryJournal.ts';
import { callsOf } from '../src/testing/modelReplies.ts';
import { VirtualRun } from '../src/virtualRun.ts';
import type { Load } from '../src/world/load.ts';

/**
 * Whatever the model does, the cluster ends as it would with the rules alone (P3, P8): assume that it is fully
 * controlled by an attacker.
 */
const PASS_MS = 15_000;
const MINUTE = 60_000;
const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };
const promptsDir = path.join(import.meta.dirname, '..', 'prompts');

/** The service that the hostile models know by name, and one beside it. */
const ASKED = 'storefront';
const BESIDE = 'checkout';

const SPEC = {
  version: '1.0.0',
  scaling: {
    min_replicas: 2,
    max_replicas: 5,
    target_cpu_utilization: '70%',
    scale_up_threshold: '80%',
    scale_down_threshold: '40%',
  },
  performance: { latency_target_p95: '200ms', error_rate_threshold: '1%' },
  governance: {
    agent_authority: {
      allowed_operations: ['scale_within_limits', 'restart_pods'],
      requires_approval: [
        { operation: 'scale_beyond_limits', condition: 'target_replicas > max_replicas', approvers: ['devops-team'] },
      ],
      forbidden_operations: ['delete_deployment', 'modify_namespace', 'change_rbac'],
    },
  },
};

interface Situation {
  readonly name: string;
  readonly replicas: number;
  readonly load: Load;
  readonly ms: number;
  /** Where the rules alone take both services. */
  readonly ends: number;
}

const SITUATIONS: readonly Situation[] = [
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

async function open(
  { replicas, load }: Situation,
  model: ChatModel | undefined,
  everywhere = true,
): Promise<VirtualRun> {
  const run = await VirtualRun.open({
    timeMoves: true,
    journal: (role, clock) => new MemoryJournal(clock, role),
    proposer: (clock) => {
      const asked = composeProposer(model, { clock, log: LOG, promptsDir, passMs: PASS_MS });
      return everywhere ? asked : onlyOf(asked);
    },
  });
  for (const name of [ASKED, BESIDE]) {
    run.world.apply(deploymentObject('shop', name, { replicas }));
    const { apiVersion, kind } = KINDS.Blueprint;
    run.world.apply({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec: SPEC });
    run.world.setLoad(`shop/${name}`, load);
  }
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
async function tick(run: VirtualRun): Promise<void> {
  const before = run.clock.now();
  await run.tick();
  expect(run.clock.now() - before).toBeLessThanOrEqual(PASS_MS + 1);
}

/** What came of it, as far as the cluster is concerned. */
async function play(situation: Situation, model: ChatModel | undefined) {
  const run = await open(situation, model);
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

describe.each(SITUATIONS)('with $name, whatever the model does (P3, P8)', (situation) => {
  const alone = play(situation, undefined);

  it('the rules alone bring both services where they belong, verified', async () => {
    const { end, left } = await alone;
    expect(end.replicas).toEqual([situation.ends, situation.ends]);
    expect(end.written).toHaveLength(2);
    expect(end.written.every((line) => line.endsWith(': Succeeded'))).toBe(true);
    expect(left).toEqual([]);
  });

  it.each(Object.keys(HOSTILE))('a model that %s changes nothing of that', async (name) => {
    const model = new HostileModel(name);
    const { end, decisions } = await play(situation, model);
    expect(end).toEqual((await alone).end);
    expect(model.asked).toBeGreaterThan(0);
    const refused = decisions.filter(({ status }) => (status?.changes.length ?? 0) === 0);
    expect(refused.map(({ status }) => status?.phase).filter((phase) => phase !== 'Refused')).toEqual([]);
  });
});

it('would be seen if a model had a say: one that holds a scale-down back is followed', async () => {
  const [, idle] = SITUATIONS;
  if (idle === undefined) throw new Error('no situation');
  const hold = callsOf(['hold', { reason: 'a campaign starts in an hour' }]);
  const { end } = await play(idle, { label: 'careful', complete: () => Promise.resolve(hold) });
  expect(end).toEqual({ replicas: [3, 3], written: [], writes: [] });
});

describe('a model that never answers for one service', () => {
  it('does not hold up the other: it is served in the same tick', async () => {
    const [hot] = SITUATIONS;
    if (hot === undefined) throw new Error('no situation');
    const model = new HostileModel('hangs');
    const run = await open(hot, model, false);
    while (model.asked === 0) await tick(run);
    expect(run.replicas('shop', BESIDE)).toBe(3);
    expect(run.replicas('shop', ASKED)).toBe(2);
    // The floor waits one pass for the model, and is then proposed without it.
    await tick(run);
    expect(run.replicas('shop', ASKED)).toBe(3);
    await run.close();
  });
});
