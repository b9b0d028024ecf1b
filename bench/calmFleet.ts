import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Proposal, ProposalContext, Proposer } from '../src/agents/proposer.ts';
import { RulesPlanner } from '../src/agents/rulesPlanner.ts';
import { KINDS, type KubeObject } from '../src/schema/kube.ts';
import { deploymentObject } from '../src/testing/contractObjects.ts';
import { MemoryJournal } from '../src/testing/memoryJournal.ts';
import { VirtualRun } from '../src/virtualRun.ts';

/** One pass over services of which none wants anything. */
export interface CalmPass {
  /** Wall and CPU milliseconds of one pass of all roles. */
  readonly ms: number;
  readonly cpuMs: number;
  /** Calls to the cluster, metrics included, in one pass. */
  readonly calls: number;
  readonly modelCalls: number;
  /** What the product keeps, without the embedded cluster under it. Bytes. */
  readonly heap: number;
}

const PASSES = 5;
const PER_NAMESPACE = 100;
const SPEC = {
  version: '1.0.0',
  scaling: { min_replicas: 2, max_replicas: 6, target_cpu_utilization: '70%' },
  governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } },
};

/** Counts what a model would be asked: a calm service asks for nothing. */
class CountingProposer implements Proposer {
  readonly label = 'counted';
  readonly #rules = new RulesPlanner();
  asked = 0;

  propose(context: ProposalContext): Promise<Proposal> {
    this.asked += 1;
    return this.#rules.propose(context);
  }
}

export async function calmFleet(services: number): Promise<CalmPass> {
  const proposer = new CountingProposer();
  const run = await VirtualRun.open({ proposer, journal: (_role, clock) => new MemoryJournal(clock) });
  const deployments = Array.from({ length: services }, (_, i) => [`team-${Math.floor(i / PER_NAMESPACE)}`, `web-${i}`]);
  for (const [i, [namespace = '', name = '']] of deployments.entries()) {
    run.world.setLoad(`${namespace}/${name}`, { rps: 100, cpu_m_per_rps: 1.1, latency_ms_base: 50 });
    run.world.apply(deploymentObject(namespace, name, { replicas: 2 }));
    // Pods that run cost the embedded cluster nothing; all starting at once would.
    if (i % PER_NAMESPACE === 0) await run.world.advance(3_000);
  }
  // Every history is as long as it gets before anything is measured.
  for (let tick = 0; tick < 3; tick += 1) await run.tick();
  const without = heapUsed();
  for (const [namespace = '', name = ''] of deployments) run.world.apply(blueprint(namespace, name));
  for (let tick = 0; tick < 4; tick += 1) await run.tick();
  const heap = heapUsed() - without;
  const { asked } = proposer;
  const calls = run.port.calls.length;
  const started = performance.now();
  const cpu = process.cpuUsage();
  for (let pass = 0; pass < PASSES; pass += 1) {
    await run.controller.pass(await run.observer.pass());
    await run.executor.pass();
  }
  const { user, system } = process.cpuUsage(cpu);
  const measured: CalmPass = {
    ms: (performance.now() - started) / PASSES,
    cpuMs: (user + system) / 1000 / PASSES,
    calls: (run.port.calls.length - calls) / PASSES,
    modelCalls: (proposer.asked - asked) / PASSES,
    heap,
  };
  const governed = run.observer.views().filter(({ blueprint: accepted }) => accepted !== undefined).length;
  await run.close();
  if (governed !== services) throw new Error(`${governed} of ${services} services were governed`);
  return measured;
}

const blueprint = (namespace: string, name: string): KubeObject => ({
  apiVersion: KINDS.Blueprint.apiVersion,
  kind: 'Blueprint',
  metadata: { name, namespace },
  spec: SPEC,
});

/** After a full collection: what is kept, and not what was used. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this Node.js has no gc');
  collect();
  return process.memoryUsage().heapUsed;
}
