import type { Proposer } from './agents/proposer.ts';
import { DecisionEngine, loadDecisionPrompt } from './agents/roles/decisionEngine.ts';
import { RulesPlanner } from './agents/rulesPlanner.ts';
import { withFallback } from './agents/withFallback.ts';
import type { Config } from './config.ts';
import { Controller } from './controller/controller.ts';
import { Executor } from './executor/executor.ts';
import { redact } from './kernel/redact.ts';
import { Observer } from './observe/observer.ts';
import type { AlertSink } from './ports/alertSink.ts';
import type { ApiHealthSource } from './ports/apiHealth.ts';
import type { Clock } from './ports/clock.ts';
import type { ClusterReader, RecordWriter } from './ports/cluster.ts';
import type { Ids } from './ports/ids.ts';
import type { Journal } from './ports/journal.ts';
import type { Log } from './ports/log.ts';
import type { MetricsSource } from './ports/metrics.ts';
import type { ChatModel } from './ports/model.ts';
import type { WorkloadWriter } from './ports/workload.ts';
import type { DecisionObject } from './schema/decisionObject.ts';

/** What every role is given. Whether a role can write a workload is decided here and by its RBAC, nowhere else. */
export interface Wiring {
  readonly reader: ClusterReader;
  readonly records: RecordWriter;
  readonly metrics: MetricsSource;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly ownNamespace: string;
  /** Where the executor's alerts go besides Event, journal and log. */
  readonly alerts?: readonly AlertSink[];
  /** How the API server did for this process; absent: nobody counts. */
  readonly apiHealth?: ApiHealthSource;
}

export function composeObserver(wiring: Wiring): Observer {
  const { reader, metrics, clock, ids, log, ownNamespace, apiHealth } = wiring;
  const random = (): number => ids.random();
  return new Observer({ reader, metrics, clock, log, ownNamespace, random, ...(apiHealth && { apiHealth }) });
}

export function composeController(
  wiring: Wiring,
  observer: Observer,
  journal: Journal,
  proposer: Proposer,
): Controller {
  const { reader, records, clock, ids, log, ownNamespace } = wiring;
  const decisions = (): DecisionObject[] => {
    const created = (d: DecisionObject): string => d.metadata.creationTimestamp ?? '';
    return (observer.decisions() as DecisionObject[]).toSorted((a, b) => (created(a) < created(b) ? -1 : 1));
  };
  return new Controller({ reader, records, journal, clock, ids, log, ownNamespace, proposer, decisions });
}

export function composeExecutor(
  wiring: Wiring,
  observer: Observer,
  journal: Journal,
  workloads: WorkloadWriter,
): Executor {
  const { reader, records, clock, ids, log, ownNamespace, alerts = [] } = wiring;
  return new Executor({ observer, reader, records, workloads, journal, clock, ids, log, ownNamespace, alerts });
}

/** Longer than the model's own limit for a run, so that the run ends by itself. */
const PATIENCE_MS = 130_000;
const TOKENS_PER_HOUR = 500_000;

/** Rules alone, or a model with the rules behind it. A needed scale-up waits for a model no longer than one pass. */
export function composeProposer(
  model: ChatModel | undefined,
  parts: { clock: Clock; log: Log; promptsDir: string; passMs: number },
): Proposer {
  if (model === undefined) return new RulesPlanner();
  const { clock, log, promptsDir, passMs } = parts;
  const engine = new DecisionEngine({ model, prompt: loadDecisionPrompt(promptsDir), clock });
  return withFallback({
    model: engine,
    clock,
    log,
    deadlineMs: passMs,
    patienceMs: PATIENCE_MS,
    tokensPerHour: TOKENS_PER_HOUR,
  });
}

/** The sinks the settings name, loaded only when there are some. */
export async function composeAlerts(config: Config, parts: { clock: Clock; log: Log }): Promise<AlertSink[]> {
  const { webhook, slack } = config.alerts;
  const options = { log: parts.log, redact: (text: string): string => redact(text, config.secrets) };
  const sinks: AlertSink[] = [];
  if (webhook !== undefined) {
    const { webhookAlerts } = await import('./adapters/alerts/webhookAlerts.ts');
    sinks.push(webhookAlerts({ ...options, ...webhook, clock: parts.clock }));
  }
  if (slack !== undefined) {
    const { slackAlerts } = await import('./adapters/alerts/slackAlerts.ts');
    sinks.push(slackAlerts({ ...options, ...slack }));
  }
  return sinks;
}

/** The model the settings name, loaded only when there is one. */
export async function composeModel(config: Config, clock: Clock): Promise<ChatModel | undefined> {
  if (config.model === undefined) return undefined;
  const { OpenAiModel } = await import('./adapters/openai/openaiModel.ts');
  return new OpenAiModel({ baseUrl: config.model.url, model: config.model.name, apiKey: config.model.key, clock });
}
