import type { Ballot } from '../../src/approvals/vote.ts';
import type { ExecutorDeps } from '../../src/executor/deps.ts';
import { Executor } from '../../src/executor/executor.ts';
import { Observer } from '../../src/observe/observer.ts';
import type { Log } from '../../src/ports/log.ts';
import { blueprintFromObject } from '../../src/schema/blueprint/fromObject.ts';
import { NO_GLOBAL_RULES } from '../../src/schema/blueprint.ts';
import { Counters, type Hold } from '../../src/schema/counters.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { type DecisionSpec, DecisionStatus, type Phase } from '../../src/schema/records.ts';
import { DECISION_SPEC, deploymentObject } from '../../src/testing/contractObjects.ts';
import { ManualClock } from '../../src/testing/manualClock.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { seededIds } from '../../src/testing/seededIds.ts';
import { USUAL, usualGovernance } from '../../src/testing/usualBlueprint.ts';
import type { Load } from '../../src/world/load.ts';
import { worldPort } from '../../src/world/port.ts';
import { World } from '../../src/world/world.ts';

/** A pass of the observer comes this often; so do the scrapes. */
export const PASS_MS = 15_000;

export interface StageOptions {
  readonly replicas?: number;
  readonly load?: Load;
  readonly templateAnnotations?: Readonly<Record<string, string>>;
  readonly log?: Log;
  /** The observer knows how the API server did (G13); without it nobody counts. */
  readonly apiHealth?: boolean;
  /** Merged into the Blueprint's spec. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** The load of scenario 1: 85% of the request at two pods. */
export const HOT: Load = { rps: 100, cpu_m_per_rps: 1.7, latency_ms_base: 50 };
/** 30% at three pods. */
export const CALM: Load = { rps: 100, cpu_m_per_rps: 0.9, latency_ms_base: 50 };

export const SCALING = { ...USUAL.scaling, max_replicas: 6 };
export const VERIFICATION = USUAL.verification;

const SPEC = {
  version: '1.0.0',
  scaling: SCALING,
  performance: USUAL.performance,
  governance: {
    agent_authority: {
      ...usualGovernance('scale_within_limits', 'restart_pods').agent_authority,
      // Transcripts hold the hash of this blueprint.
      forbidden_operations: ['delete_deployment'],
    },
  },
  verification: VERIFICATION,
};

/** One service `shop/web` in a world, watched by a real observer; the executor under test is made from `deps`. */
export async function openStage(options: StageOptions = {}) {
  const { replicas = 2, templateAnnotations } = options;
  const clock = new ManualClock();
  const world = new World({ clock, seed: 1 });
  const port = worldPort(world);
  world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OWN }, spec: {} });
  world.apply(
    deploymentObject('shop', 'web', { replicas, ...(templateAnnotations !== undefined && { templateAnnotations }) }),
  );
  const blueprint: KubeObject = {
    apiVersion: KINDS.Blueprint.apiVersion,
    kind: KINDS.Blueprint.kind,
    metadata: { name: 'web', namespace: 'shop' },
    spec: { ...SPEC, ...options.spec },
  };
  const read = blueprintFromObject(blueprint, NO_GLOBAL_RULES);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  world.apply(blueprint);
  world.setLoad('shop/web', options.load ?? HOT);
  const stop = new AbortController();
  const { log = silent } = options;
  const observer = new Observer({
    reader: port.reader,
    metrics: port.metrics,
    clock,
    log,
    ownNamespace: OWN,
    ...(options.apiHealth === true && { apiHealth: () => port.health() }),
  });
  const journal = new MemoryJournal(clock);
  const deps: ExecutorDeps = {
    observer,
    reader: port.reader,
    records: port.records,
    workloads: port.workloads,
    journal,
    clock,
    ids: seededIds(1),
    log,
    ownNamespace: OWN,
  };
  await observer.start(stop.signal);
  const object = (kind: keyof typeof KINDS, name: string): KubeObject | undefined =>
    world.get(KINDS[kind], 'shop', name);
  /** Moves time, then observes. */
  const observe = async (ms: number): Promise<void> => {
    await world.advance(ms);
    await observer.pass();
  };
  const first = new Executor(deps);
  const stage = {
    clock,
    world,
    port,
    observer,
    journal,
    deps,
    hash: read.value.hash,
    executor: first,
    observe,
    /** Observes every 15 s and lets the executor pass each time. */
    async run(ms: number, executor: Executor = first): Promise<void> {
      for (let left = ms; left > 0; left -= PASS_MS) {
        await observe(Math.min(PASS_MS, left));
        await executor.pass();
      }
    },
    /** A person's comes through the gateway, which signs for them. */
    async wish(name: string, spec: Partial<DecisionSpec>): Promise<void> {
      const metadata = { name, namespace: 'shop' };
      const blueprint = { name: 'web', version: '1.0.0', hash: read.value.hash };
      world.apply({
        apiVersion: KINDS.Decision.apiVersion,
        kind: KINDS.Decision.kind,
        metadata,
        spec: PEOPLE.asked(metadata, { ...DECISION_SPEC, blueprint, ...spec }, clock.now()),
      });
      await world.advance(1);
    },
    /** Puts signed votes beside an ApprovalRequest, as the gateway does; without any, one person's yes. */
    async vote(
      name: string,
      ...votes: readonly { readonly by?: string; readonly ballot?: Partial<Ballot> }[]
    ): Promise<void> {
      world.edit(KINDS.ApprovalRequest, 'shop', name, (draft) => {
        const all = votes.length === 0 ? [{}] : votes;
        const cast = all.map(({ by = 'omar', ballot }) => PEOPLE.vote(draft, by, clock.now(), ballot));
        draft['votes'] = [...((draft['votes'] as readonly unknown[] | undefined) ?? []), ...cast];
      });
      await world.advance(1);
    },
    /** What a person sets on the service's CircuitBreaker. */
    hold(holds: readonly Partial<Hold>[]): void {
      const { apiVersion, kind } = KINDS.CircuitBreaker;
      world.apply({ apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, spec: { holds } });
    },
    status(name: string): DecisionStatus {
      return DecisionStatus.parse(object('Decision', name)?.status);
    },
    /** Pending until the executor first wrote it. */
    phase(name: string): Phase {
      return object('Decision', name)?.status === undefined ? 'Pending' : stage.status(name).phase;
    },
    breaker(): Counters | undefined {
      return object('CircuitBreaker', 'web')?.status === undefined ? undefined : stage.counters();
    },
    counters(): Counters {
      return Counters.parse(object('CircuitBreaker', 'web')?.status);
    },
    replicas(): number {
      return Number((object('Deployment', 'web')?.spec as { replicas?: unknown } | undefined)?.replicas);
    },
    /** Patches of the Deployment that were no dry runs. */
    writes(): number {
      return port.calls.filter(({ verb, path }) => verb === 'patch' && !path.includes('dryRun')).length;
    },
    /** Notes of our Events on the Deployment, oldest first, by reason. */
    told(): readonly { readonly reason: string; readonly note: string }[] {
      return world.objects
        .list(KINDS.Event, 'shop')
        .filter((event) => String(event['reportingController']).startsWith('fairlead'))
        .map((event) => ({ reason: String(event['reason']), note: String(event['note']) }));
    },
    close: () => stop.abort(),
  };
  // Enough passes for two consecutive samples over the alarm.
  for (let pass = 0; pass < 6; pass++) await observe(PASS_MS);
  return stage;
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

const OWN = 'agent-system';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
