import { connect, type KubernetesCluster } from '../../src/adapters/kubernetes/connect.ts';
import { KubernetesMetrics } from '../../src/adapters/metrics/kubernetesMetrics.ts';
import { Executor } from '../../src/executor/executor.ts';
import { Observer } from '../../src/observe/observer.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { seededIds } from '../../src/testing/seededIds.ts';
import type { Cluster } from '../cluster/harness.ts';
import type { ShiftedClock } from './shiftedClock.ts';

export interface InProcess {
  readonly cluster: KubernetesCluster;
  readonly observer: Observer;
  readonly executor: Executor;
  readonly journal: MemoryJournal;
  close(): void;
}

/**
 * An executor over the real adapters, inside the test, so that its clock can be the test's. It trusts
 * whom the tests sign for.
 */
export async function openExecutor(cluster: Cluster, clock: ShiftedClock, seed: number): Promise<InProcess> {
  const ids = seededIds(seed);
  const connected = await connect({ kubeconfig: cluster.kubeconfig, clock, ids });
  if (!connected.ok) throw new Error(connected.error);
  const { records, workloads } = connected.value;
  // The API server's own time is the machine's: told in this one, as what it answers to a write.
  const reader = Object.assign(connected.value.reader, { serverNow: () => clock.now() });
  const metrics = clock.shifted(new KubernetesMetrics(reader));
  const stop = new AbortController();
  const observer = new Observer({ reader, metrics, clock, log: SILENT, ownNamespace: OWN });
  await observer.start(stop.signal);
  const journal = new MemoryJournal(clock, `executor-${seed}`);
  const executor = new Executor({
    observer,
    reader,
    records,
    workloads: clock.answered(workloads),
    journal,
    clock,
    ids,
    log: SILENT,
    ownNamespace: OWN,
    trust: PEOPLE.trust,
  });
  const close = (): void => {
    stop.abort();
    connected.value.close();
  };
  return { cluster: connected.value, observer, executor, journal, close };
}

const OWN = 'agent-system';
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
