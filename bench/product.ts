import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { FileJournal } from '../src/adapters/journal/fileJournal.ts';
import { connect } from '../src/adapters/kubernetes/connect.ts';
import { systemClock } from '../src/adapters/system/systemClock.ts';
import { systemIds } from '../src/adapters/system/systemIds.ts';
import { RulesPlanner } from '../src/agents/rulesPlanner.ts';
import { composeController, composeObserver } from '../src/compose.ts';
import { Executor } from '../src/executor/executor.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { ClusterReader, RecordWriter } from '../src/ports/cluster.ts';
import type { MetricsSource } from '../src/ports/metrics.ts';
import type { WorkloadWriter } from '../src/ports/workload.ts';
import { Loop } from '../src/roles/loop.ts';
import { KINDS } from '../src/schema/kube.ts';
import type { DecisionStatus } from '../src/schema/records.ts';
import type { UsageSample } from '../src/schema/samples.ts';
import { PEOPLE } from '../src/testing/people.ts';
import type { Backend } from './backends.ts';

export const OWN = 'agent-system';
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The machine's time, which can skip what nobody wants to wait for. */
export class SkippingClock implements Clock {
  #skipped = 0;
  readonly sleep = systemClock.sleep;
  now(): number {
    return systemClock.now() + this.#skipped;
  }
  skip(ms: number): void {
    this.#skipped += ms;
  }
}

/** What the metrics say of a Deployment now; CPU in millicores of one pod. */
export interface Measured {
  readonly cpu: number;
  readonly latencyMs: number;
}

/** Controller and executor over a backend's HTTP API, as `fairlead up` runs them, with journals on disk. */
export async function openProduct(backend: Backend, clock: SkippingClock, measured: (deployment: string) => Measured) {
  // The connection keeps the machine's time: to a skipping one every watch would look silent.
  const connected = await connect({ kubeconfig: backend.kubeconfig, clock: systemClock, ids: systemIds });
  if (!connected.ok) throw new Error(connected.error);
  const cluster = connected.value;
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-bench-journals-'));
  const journalOf = async (writer: string): Promise<FileJournal> => {
    const opened = await FileJournal.open({ dir, writer, clock, redact: (value) => value, version: 'bench' });
    if (!opened.ok) throw new Error(opened.error.message);
    return opened.value;
  };
  const journals = await Promise.all([journalOf('controller'), journalOf('executor')]);
  const [controllers, executors] = journals;
  if (controllers === undefined || executors === undefined) throw new Error('no journals');
  const counted = counting(cluster.records, cluster.workloads);
  const wiring = {
    reader: cluster.reader,
    records: counted.records,
    metrics: metricsOf(cluster.reader, clock, measured),
    clock,
    ids: systemIds,
    log: SILENT,
    ownNamespace: OWN,
    apiHealth: () => cluster.health(),
  };
  const observer = composeObserver(wiring);
  const controller = composeController(wiring, observer, controllers, new RulesPlanner());
  const executor = new Executor({
    ...wiring,
    observer,
    workloads: counted.workloads,
    journal: executors,
    trust: PEOPLE.trust,
  });
  const stop = new AbortController();
  const acting = new Loop({ clock: systemClock, log: SILENT, look: () => executor.pass(), intervalMs: 1_000 });
  await observer.start(stop.signal);
  observer.onChange((kind) => {
    if (kind === 'Decision' || kind === 'CircuitBreaker') acting.wake();
  });
  const loop = acting.run(stop.signal);
  return {
    cluster,
    observer,
    controller,
    wake: () => acting.wake(),
    writes: counted.writes,
    heard: counted.heard,
    /** One pass of the controller's side. */
    async pass(): Promise<void> {
      await controller.pass(await observer.pass());
    },
    async close(): Promise<void> {
      stop.abort();
      await loop;
      await controller.stop();
      await Promise.all(journals.map((journal) => journal.close()));
      cluster.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export type Product = Awaited<ReturnType<typeof openProduct>>;

/** A write that was answered: a phase of a Decision, or `patch` of a Deployment. */
interface Heard {
  readonly what: string;
  readonly subject: string;
}

/** Counts writes, and tells when one was answered. */
function counting(records: RecordWriter, workloads: WorkloadWriter) {
  let writes = 0;
  const waiting = new Set<{ readonly matches: (heard: Heard) => boolean; readonly tell: (at: number) => void }>();
  const tell = (heard: Heard): void => {
    for (const one of waiting) {
      if (!one.matches(heard)) continue;
      waiting.delete(one);
      one.tell(performance.now());
    }
  };
  return {
    writes: () => writes,
    /** When (performance.now) such a write was answered; rejects after half a minute. */
    heard: (what: string, subject: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${what} of ${subject} in 30 s`)), 30_000);
        waiting.add({
          matches: (heard) => heard.what === what && heard.subject.startsWith(subject),
          tell: (at) => {
            clearTimeout(timer);
            resolve(at);
          },
        });
      }),
    records: {
      create: (kind, object) => {
        writes += 1;
        return records.create(kind, object);
      },
      replace: (kind, object) => {
        writes += 1;
        return records.replace(kind, object);
      },
      replaceStatus: async (kind, object) => {
        writes += 1;
        const result = await records.replaceStatus(kind, object);
        const { phase } = (object.status ?? {}) as Partial<DecisionStatus>;
        if (result.ok && kind === KINDS.Decision && phase !== undefined)
          tell({ what: phase, subject: object.metadata.name });
        return result;
      },
      delete: (kind, namespace, name) => {
        writes += 1;
        return records.delete(kind, namespace, name);
      },
    } satisfies RecordWriter,
    workloads: {
      apply: async (permit, change, options) => {
        writes += 1;
        const result = await workloads.apply(permit, change, options);
        if (result.ok && !options.dryRun) tell({ what: change.undo ? 'undo' : 'patch', subject: permit.terms.name });
        return result;
      },
    } satisfies WorkloadWriter,
  };
}

/** One list of pods a read, as the resource metrics API is one; numbers as told, of this moment. */
const metricsOf = (reader: ClusterReader, clock: Clock, measured: (deployment: string) => Measured): MetricsSource => ({
  read: async (targets) => {
    const at = clock.now();
    const pods = await reader.list(KINDS.Pod, 'shop');
    const usage: UsageSample[] = (pods.ok ? pods.value.items : []).map(({ metadata }) => {
      const { cpu } = measured(metadata.labels?.['app'] ?? '');
      return { namespace: 'shop', pod: metadata.name, container: 'app', cpu, memory: 1_000_000, at, windowMs: 15_000 };
    });
    const objects = targets.flatMap(({ namespace, deployment, metrics }) =>
      metrics.map((metric) => {
        const { latencyMs } = measured(deployment);
        const value = metric.includes('latency') ? latencyMs / 1_000 : metric.includes('error') ? 0 : 100;
        return { namespace, deployment, metric, value, at, windowMs: 15_000 };
      }),
    );
    return { source: 'bench', usage, objects, failures: [] };
  },
});
