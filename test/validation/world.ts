import { RulesPlanner } from '../../src/agents/rulesPlanner.ts';
import type { JournalRecord } from '../../src/schema/journal.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { deploymentObject } from '../../src/testing/contractObjects.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { VirtualRun } from '../../src/virtualRun.ts';
import type { Load } from '../../src/world/load.ts';
import { SCALING, VERIFICATION } from '../stages/executorStage.ts';

export const SEED = 1;
export const MINUTE = 60_000;

/** Pods ask for 100m of CPU: so much of it is used by all together, in per cent of one pod's request. */
export const loadOf = (percent: number, more: Partial<Load> = {}): Load => ({
  rps: 100,
  cpu_m_per_rps: percent / 100,
  latency_ms_base: 50,
  ...more,
});

export interface Service {
  readonly namespace?: string;
  readonly name: string;
  readonly replicas: number;
  readonly load: Load;
  /** Laid over the usual blueprint's spec. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** 2 to 6 replicas at 70 %; scaling and restarts are granted, more than 6 is for the devops-team. */
export const USUAL_SPEC: Readonly<Record<string, unknown>> = {
  version: '1.0.0',
  scaling: SCALING,
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
  verification: VERIFICATION,
};

export const blueprintObject = ({
  namespace = 'shop',
  name,
  spec,
}: Pick<Service, 'namespace' | 'name' | 'spec'>): KubeObject => ({
  apiVersion: KINDS.Blueprint.apiVersion,
  kind: KINDS.Blueprint.kind,
  metadata: { name, namespace },
  spec: { ...USUAL_SPEC, ...spec },
});

export const organisation = (spec: object): KubeObject => ({
  apiVersion: KINDS.ClusterBlueprint.apiVersion,
  kind: KINDS.ClusterBlueprint.kind,
  metadata: { name: 'default' },
  spec,
});

/** What people set: on a service's CircuitBreaker, or on the fleet's for namespaces and the cluster. */
export function holdObject(
  where: { readonly namespace: string; readonly name: string },
  holds: readonly object[],
): KubeObject {
  const { apiVersion, kind } = KINDS.CircuitBreaker;
  return { apiVersion, kind, metadata: where, spec: { holds } };
}

export interface Product {
  readonly run: VirtualRun;
  readonly startedAt: number;
  /** Deployment writes that were no dry runs: when, which, to how many replicas. */
  writes(): readonly Write[];
  records(): readonly JournalRecord[];
  play(ms: number): Promise<void>;
}

export interface Write {
  readonly at: number;
  readonly target: string;
  readonly replicas: number;
}

/** The whole product on a few services in virtual time; it is closed when `use` has answered. */
export async function withProduct<T>(services: readonly Service[], use: (product: Product) => Promise<T>): Promise<T> {
  const journals: MemoryJournal[] = [];
  const kept = (journal: MemoryJournal): MemoryJournal => {
    journals.push(journal);
    return journal;
  };
  const run = await VirtualRun.open({
    journal: (role, clock) => kept(new MemoryJournal(clock, role)),
    gatewayJournal: (clock) => kept(new MemoryJournal(clock, 'gateway')),
    proposer: new RulesPlanner(),
    seed: SEED,
  });
  const startedAt = run.clock.now();
  for (const service of services) addService(run, service);
  try {
    return await use({
      run,
      startedAt,
      writes: () => writesIn(journals.flatMap(({ records }) => records)),
      records: () => journals.flatMap(({ records }) => records),
      play: async (ms) => void (await run.until(() => false, ms)),
    });
  } finally {
    await run.close();
  }
}

export function addService({ world }: VirtualRun, service: Service): void {
  const { namespace = 'shop', name, replicas, load } = service;
  world.apply(deploymentObject(namespace, name, { replicas }));
  world.apply(blueprintObject(service));
  world.setLoad(`${namespace}/${name}`, load);
}

/** As the journal has them: what was meant, once it is confirmed. */
function writesIn(records: readonly JournalRecord[]): Write[] {
  const applied = new Map(
    records
      .filter(({ kind }) => kind === 'applied')
      .map(({ data, at }) => [data['changeId'], Number(data['at'] ?? at)]),
  );
  return records.flatMap(({ kind, data }) => {
    if (kind !== 'intent') return [];
    const { namespace, name, change } = data['terms'] as {
      readonly namespace: string;
      readonly name: string;
      readonly change: { readonly to?: number };
    };
    const at = applied.get((data['change'] as { readonly id?: unknown }).id);
    return at === undefined ? [] : [{ at, target: `${namespace}/${name}`, replicas: Number(change.to) }];
  });
}
