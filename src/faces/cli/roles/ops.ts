import type { Registry } from 'prom-client';
import { meteredApiCalls } from '../../../adapters/promclient/apiCalls.ts';
import { dataFolderGauges } from '../../../adapters/promclient/dataFolder.ts';
import { JournalMeters } from '../../../adapters/promclient/journalMeters.ts';
import { meteredMetrics } from '../../../adapters/promclient/meteredMetrics.ts';
import { meteredRecords } from '../../../adapters/promclient/meteredRecords.ts';
import { ModelMeters } from '../../../adapters/promclient/modelMeters.ts';
import { PassMeters } from '../../../adapters/promclient/passes.ts';
import { processMetrics } from '../../../adapters/promclient/processMetrics.ts';
import { type State, StateGauges } from '../../../adapters/promclient/stateGauges.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import type { Observer } from '../../../observe/observer.ts';
import type { ApiCallListener } from '../../../ports/apiCall.ts';
import type { RecordWriter } from '../../../ports/cluster.ts';
import type { Journal } from '../../../ports/journal.ts';
import type { MetricsSource } from '../../../ports/metrics.ts';
import type { ModelTrace } from '../../../ports/modelTrace.ts';
import type { Look } from '../../../roles/loop.ts';
import { Probes } from '../../../roles/probes.ts';
import type { QueueState } from '../../../schema/api/records.ts';
import type { DecisionObject } from '../../../schema/decisionObject.ts';
import { opsApp } from '../../http/opsApp.ts';
import { type Listening, listen } from '../../http/server.ts';
import type { Io } from '../io.ts';
import { VERSION } from '../version.ts';
import { stateOf } from './opsState.ts';

export interface OpsFlags {
  readonly opsPort?: string;
  readonly opsHost?: string;
}

interface Watched {
  readonly observer: Pick<Observer, 'views' | 'decisions' | 'approvals'>;
  /** Whether this process holds each Lease of its roles, by the Lease's name. */
  readonly leases: () => State['leases'];
  /** Of a gateway: the queue of its notices. */
  readonly queue?: () => Promise<QueueState>;
}

/** What puts itself around the parts of a process to count them: each answers as the part does by itself. */
export interface Ops {
  readonly called?: ApiCallListener;
  /** A line that says where it is, or nothing. */
  readonly words: string;
  journal(journal: Journal, role: string): Journal;
  records(records: RecordWriter): RecordWriter;
  metrics(source: MetricsSource): MetricsSource;
  trace(trace: ModelTrace | undefined): ModelTrace | undefined;
  /** A loop that turns in this process, from now on; after the first turn of `observe` it is started. */
  look(name: LoopName, look: Look): Look;
  /** From now on the state of the records is told as well. */
  watch(watched: Watched): void;
  close(): Promise<void>;
}

export type LoopName = 'observe' | 'executor' | 'gateway' | 'lease';

/** Nothing is counted, and nobody can ask. */
const NO_OPS: Ops = {
  words: '',
  journal: (journal) => journal,
  records: (records) => records,
  metrics: (source) => source,
  trace: (trace) => trace,
  look: (_, look) => look,
  watch: () => undefined,
  close: async () => undefined,
};

/** What exporters of OpenTelemetry use: nothing of ours has to be told where it is. */
const USUAL_PORT = 9464;
/** Both families where there are both; a machine without the sixth says so at once. */
const EVERYWHERE = ['::', '0.0.0.0'];
/** Well inside what Prometheus gives a scrape. */
const QUEUE_MS = 3_000;

interface OpsGiven {
  readonly roles: readonly string[];
  readonly dataDir: string;
  /** Without a flag: open the usual port, and go on without one where that is taken. */
  readonly unasked: boolean;
}

/** Opens the port of metrics and probes. The error names the flag and what to write. */
export async function openOps(io: Io, flags: OpsFlags, given: OpsGiven): Promise<Result<Ops, string>> {
  const { opsPort = given.unasked ? String(USUAL_PORT) : '0', opsHost } = flags;
  const port = /^\d{1,5}$/.test(opsPort) ? Number(opsPort) : Number.NaN;
  if (!(port <= 65_535)) return err(`--ops-port ${opsPort}: write a whole number up to 65535; 0 opens none`);
  if (port === 0) return ok(NO_OPS);
  const ops = new MeteredOps(given);
  let opened: Result<Listening, string> = err('');
  for (const host of opsHost === undefined ? EVERYWHERE : [opsHost]) {
    opened = await listen({ host, port, clock: systemClock }, () => ops.answer);
    if (opened.ok || !/EAFNOSUPPORT|EADDRNOTAVAIL/.test(opened.error)) break;
  }
  if (opened.ok) {
    io.signal.addEventListener('abort', () => ops.probes.stopping(), { once: true });
    return ok(ops.on(opened.value));
  }
  if (flags.opsPort !== undefined) return err(`${opened.error}\n  fix: --ops-port names another; 0 opens none`);
  // Two roles on one machine: the second works as well without.
  io.err(`no metrics and no probes: ${opened.error}; --ops-port names another\n`);
  return ok(NO_OPS);
}

/** What a process counts. It opens no port by itself. */
export class MeteredOps implements Ops {
  readonly probes = new Probes(systemClock);
  readonly called: ApiCallListener;
  words = '';
  readonly answer: (request: Request) => Response | Promise<Response>;
  readonly #process;
  readonly #models: ModelMeters;
  readonly #journals: JournalMeters;
  readonly #passes: PassMeters;
  readonly #state: StateGauges;
  #watched: Watched | undefined;
  #listening: Listening | undefined;

  constructor({ roles, dataDir }: OpsGiven) {
    this.#process = processMetrics({ version: VERSION, roles: roles.join('+') });
    const { registry, clockStepped } = this.#process;
    systemClock.onStep(clockStepped);
    this.#models = new ModelMeters(registry);
    this.#journals = new JournalMeters({
      registry,
      clock: systemClock,
      models: this.#models,
      decision: (name) => this.#decision(name),
    });
    this.#passes = new PassMeters(registry, systemClock);
    this.#state = new StateGauges(registry);
    dataFolderGauges(registry, dataDir);
    const count = meteredApiCalls(registry);
    this.called = (call) => {
      count(call);
      this.probes.called(call);
    };
    this.answer = opsApp({ metrics: () => this.#text(), probes: this.probes }).fetch;
  }

  get registry(): Registry {
    return this.#process.registry;
  }

  on(listening: Listening): this {
    this.#listening = listening;
    this.words = `metrics and probes on port ${listening.port}\n`;
    return this;
  }

  journal(journal: Journal, role: string): Journal {
    return this.#journals.over(journal, role);
  }

  records(records: RecordWriter): RecordWriter {
    return meteredRecords(records, this.#journals);
  }

  metrics(source: MetricsSource): MetricsSource {
    return meteredMetrics(source, this.#process.registry, systemClock);
  }

  trace(trace: ModelTrace | undefined): ModelTrace {
    return this.#models.trace(trace);
  }

  look(name: LoopName, look: Look): Look {
    const counted = this.#passes.over(name, look);
    if (name !== 'observe') return counted;
    return async () => {
      const looked = await counted();
      this.probes.looked();
      return looked;
    };
  }

  watch(watched: Watched): void {
    this.#watched = watched;
  }

  async close(): Promise<void> {
    await this.#listening?.close();
  }

  async #text(): Promise<{ text: string; type: string }> {
    const { registry } = this.#process;
    if (this.#watched !== undefined) {
      const { observer, leases, queue } = this.#watched;
      const told = queue === undefined ? undefined : await inTime(queue());
      const notices = told && { state: told.state, jobs: told.counts, dead: told.dead.length };
      this.#state.set({ ...stateOf(observer, leases(), systemClock.now()), ...(notices && { notices }) });
    }
    return { text: await registry.metrics(), type: registry.contentType };
  }

  #decision(name: string): DecisionObject | undefined {
    const decisions = (this.#watched?.observer.decisions() ?? []) as readonly DecisionObject[];
    return decisions.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === name);
  }
}

async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  const done = new AbortController();
  try {
    return await Promise.race([work, systemClock.sleep(QUEUE_MS, done.signal).then(() => undefined)]);
  } finally {
    done.abort();
  }
}
