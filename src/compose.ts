import type { z } from 'zod';
import { type Agent, agentOf } from './agents/agent.ts';
import { type Agents, RULE_AGENTS } from './agents/agents.ts';
import { GuardedModel, type GuardOptions } from './agents/model/guardedModel.ts';
import { DEFAULT_BUDGET, ModelBudget } from './agents/model/modelBudget.ts';
import type { Proposer } from './agents/proposer.ts';
import { blueprintParser } from './agents/roles/blueprintParser.ts';
import { DecisionEngine, loadDecisionPrompt } from './agents/roles/decisionEngine.ts';
import { executionEngine } from './agents/roles/executionEngine.ts';
import { governanceEnforcer } from './agents/roles/governanceEnforcer.ts';
import { loadRolePrompt, type Role } from './agents/roles/role.ts';
import { verificationEngine } from './agents/roles/verificationEngine.ts';
import { RulesPlanner } from './agents/rulesPlanner.ts';
import { withFallback } from './agents/withFallback.ts';
import type { Trust } from './approvals/tally.ts';
import type { Config } from './config.ts';
import { Controller } from './controller/controller.ts';
import type { Retention } from './executor/deps.ts';
import { Executor } from './executor/executor.ts';
import { NoticeDesk } from './gateway/notices/noticeDesk.ts';
import type { NoticeDeps } from './gateway/notices/notices.ts';
import type { NoticeRoutes } from './gateway/notices/routes.ts';
import { TimerQueue } from './gateway/notices/timerQueue.ts';
import { redact } from './kernel/redact.ts';
import { modelFor } from './modelSettings.ts';
import type { RouteSettings } from './noticeSettings.ts';
import { Observer } from './observe/observer.ts';
import { redactedRecords } from './observe/redactedRecords.ts';
import type { AlertSink } from './ports/alertSink.ts';
import type { ApiHealthSource } from './ports/apiHealth.ts';
import type { Clock } from './ports/clock.ts';
import type { ClusterReader, RecordWriter } from './ports/cluster.ts';
import type { Ids } from './ports/ids.ts';
import type { Journal } from './ports/journal.ts';
import type { Log } from './ports/log.ts';
import type { MetricsSource } from './ports/metrics.ts';
import type { ChatModel } from './ports/model.ts';
import type { ModelTrace } from './ports/modelTrace.ts';
import type { NoticeSink } from './ports/noticeSink.ts';
import type { PodLogs } from './ports/podLogs.ts';
import type { WorkloadWriter } from './ports/workload.ts';
import type { DecisionObject } from './schema/decisionObject.ts';
import { MODEL_ROLES, type ModelRole } from './schema/modelRole.ts';
import { MODELS_NOTE } from './schema/modelState.ts';

/** What every role is given. Whether a role can write a workload is decided here and by its RBAC, nowhere else. */
export interface Wiring {
  readonly reader: ClusterReader;
  /** Absent: no agent reads logs. */
  readonly logs?: PodLogs;
  readonly records: RecordWriter;
  readonly metrics: MetricsSource;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly ownNamespace: string;
  /** Where the executor's alerts go besides Event, journal and log. */
  readonly alerts?: readonly AlertSink[];
  /** Values that no record of ours may hold. */
  readonly secrets?: readonly string[];
  /** How the API server did for this process; absent: nobody counts. */
  readonly apiHealth?: ApiHealthSource;
  /** Whose signatures the executor believes; absent: nobody's. */
  readonly trust?: Trust;
  /** How long the executor keeps Decisions that are over; absent: as usual. */
  readonly retention?: Retention | undefined;
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
  agents: Agents = RULE_AGENTS,
): Controller {
  const { reader, clock, ids, log, logs, ownNamespace } = wiring;
  const records = redactedRecords(wiring.records, wiring.secrets);
  const decisions = (): DecisionObject[] => {
    const created = (d: DecisionObject): string => d.metadata.creationTimestamp ?? '';
    return (observer.decisions() as DecisionObject[]).toSorted((a, b) => (created(a) < created(b) ? -1 : 1));
  };
  const parts = { reader, records, journal, clock, ids, log, ownNamespace, proposer, agents, decisions };
  return new Controller({ ...parts, ...(logs && { logs }) });
}

export function composeExecutor(
  wiring: Wiring,
  observer: Observer,
  journal: Journal,
  workloads: WorkloadWriter,
): Executor {
  const { reader, records, clock, ids, log, ownNamespace, alerts = [], trust, retention } = wiring;
  const parts = { observer, reader, records, workloads, journal, clock, ids, log, ownNamespace, alerts };
  return new Executor({ ...parts, ...(trust && { trust }), ...(retention && { retention }) });
}

/** Longer than the model's own limit for a run, so that the run ends by itself. */
const PATIENCE_MS = 130_000;

export type ModelGuard = Partial<Pick<GuardOptions, 'budget' | 'prices' | 'trace' | 'redact'>>;

interface AgentParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly promptsDir: string;
  readonly passMs: number;
  readonly guard?: ModelGuard | undefined;
  /** Put around whoever proposes, beneath what stands in for it: for those who watch. */
  readonly around?: (proposer: Proposer) => Proposer;
}

/** Nobody waits for an explanation of a blueprint. */
const EXPLAIN_WITHIN_MS = 90_000;
/** The executor goes on without them; what comes while a step is verified is in time for the next. */
const FOLLOW_UP_WITHIN_MS = 45_000;

/** The agents besides the proposer, each with the model of its role, or rules alone. Throws when a prompt is not what its role fills in. */
export function composeAgents(models: (role: ModelRole) => ChatModel | undefined, parts: AgentParts): Agents {
  const { clock, log, promptsDir, passMs } = parts;
  const agent = <V extends z.ZodObject, Facts, Conclusion>(
    role: Role<V, Facts, Conclusion>,
    withinMs: number,
  ): Agent<Facts, Conclusion> => {
    const model = models(role.id);
    if (model === undefined) return agentOf(role);
    const prompt = loadRolePrompt(role, promptsDir);
    return agentOf(role, { model: guarded(model, parts), prompt, clock, log, withinMs });
  };
  return {
    enforcer: agent(governanceEnforcer, passMs),
    parser: agent(blueprintParser, EXPLAIN_WITHIN_MS),
    execution: agent(executionEngine, FOLLOW_UP_WITHIN_MS),
    verification: agent(verificationEngine, FOLLOW_UP_WITHIN_MS),
  };
}

const guarded = (model: ChatModel, { clock, log, guard }: AgentParts): GuardedModel =>
  model instanceof GuardedModel
    ? model
    : new GuardedModel(model, { clock, log, budget: new ModelBudget(DEFAULT_BUDGET), ...guard });

/**
 * Rules alone, or a model with the rules behind it. A needed scale-up waits for a model no longer than one pass. A model
 * that is not guarded yet gets a guard of its own, with what `guard` says of it.
 */
export function composeProposer(model: ChatModel | undefined, parts: AgentParts): Proposer {
  const { clock, log, promptsDir, passMs, around = (proposer) => proposer } = parts;
  if (model === undefined) return around(new RulesPlanner());
  const engine = new DecisionEngine({ model: guarded(model, parts), prompt: loadDecisionPrompt(promptsDir), clock });
  return withFallback({ model: around(engine), clock, log, deadlineMs: passMs, patienceMs: PATIENCE_MS });
}

/** Where the numbers come from: Prometheus first where one is set up, else the metrics APIs of Kubernetes alone. */
export async function composeMetrics(
  { prometheus }: Pick<Config, 'prometheus'>,
  reader: Pick<ClusterReader, 'raw'>,
  clock: Clock,
  ids: Pick<Ids, 'random'>,
): Promise<MetricsSource> {
  const { KubernetesMetrics } = await import('./adapters/metrics/kubernetesMetrics.ts');
  const apis = new KubernetesMetrics(reader);
  if (prometheus === undefined) return (await import('./adapters/metrics/withoutQueries.ts')).withoutQueries(apis);
  const { CombinedMetrics } = await import('./adapters/metrics/combinedMetrics.ts');
  const { PrometheusClient } = await import('./adapters/prometheus/client.ts');
  const { PrometheusMetrics } = await import('./adapters/prometheus/prometheusMetrics.ts');
  const first = new PrometheusMetrics(new PrometheusClient(prometheus, { ids }), prometheus.windowMs);
  return new CombinedMetrics(first, apis, clock);
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

/**
 * The models the settings name, by role, guarded: one breaker an endpoint and model, whatever roles share it, and one budget
 * for all. `undefined` for a role without one.
 */
export async function composeModels(
  config: Config,
  parts: { clock: Clock; log: Log; trace?: ModelTrace },
): Promise<(role: ModelRole) => ChatModel | undefined> {
  const { clock, log, trace } = parts;
  const budget = new ModelBudget(config.models.budget);
  const guards = new Map<string, GuardedModel>();
  const byRole = new Map<ModelRole, GuardedModel>();
  for (const role of MODEL_ROLES) {
    const model = await composeModel(config, clock, role);
    if (model === undefined) continue;
    const settings = modelFor(config.models, role);
    const same = JSON.stringify(settings);
    const guard =
      guards.get(same) ??
      new GuardedModel(model, {
        clock,
        log,
        budget,
        redact: (text) => redact(text, config.secrets),
        ...(settings?.prices && { prices: settings.prices }),
        ...(trace && { trace }),
      });
    guards.set(same, guard);
    byRole.set(role, guard);
  }
  return (role) => byRole.get(role);
}

/** What the controller's Lease says of the models: of each whether it is asked, and nothing where there is none. */
export function modelNotes(models: (role: ModelRole) => ChatModel | undefined): Record<string, string | undefined> {
  const guards = new Set(MODEL_ROLES.map(models));
  const states = [...guards].flatMap((model) => (model instanceof GuardedModel ? model.standing() : []));
  return { [MODELS_NOTE]: states.length === 0 ? undefined : JSON.stringify(states) };
}

/** The model the settings name for a role, unguarded; its package is loaded only when there is one. */
export async function composeModel(
  config: Config,
  clock: Clock,
  role: ModelRole = 'decision-engine',
): Promise<ChatModel | undefined> {
  const settings = modelFor(config.models, role);
  if (settings === undefined) return undefined;
  const { OpenAiModel } = await import('./adapters/openai/openaiModel.ts');
  const { url, name, key } = settings;
  return new OpenAiModel({ baseUrl: url, model: name, apiKey: key, clock });
}

/** What keeps and sends notices about approvals, ready to be started: a queue desk for the pages, and a look for a Loop. */
export interface NoticeProcess extends Pick<NoticeDesk, 'start' | 'look' | 'state' | 'retry' | 'close'> {}

export interface NoticeParts
  extends Pick<NoticeDeps, 'observer' | 'reader' | 'clock' | 'log' | 'trust' | 'url' | 'nudge'> {
  /** The state of the queue is another one now: pages look again. */
  readonly changed?: () => void;
  /** A Redis of this process, as `demo` has one. */
  readonly socket?: string;
  readonly sureForMs?: number;
}

/**
 * The notices of one gateway: on the Redis that the settings name or that was given, else by timers of this process. A
 * Redis that cannot be reached holds nothing up: timers go on meanwhile.
 */
export async function composeNotices(config: Config, parts: NoticeParts): Promise<NoticeProcess> {
  const { socket, changed, sureForMs, ...deps } = parts;
  const how = { ...(changed && { changed }), ...(sureForMs !== undefined && { sureForMs }) };
  const routes = await noticeRoutes(config, parts);
  const { redis } = config.notices;
  const place = redis === undefined ? socket && { socket } : { url: redis };
  const because = place
    ? 'Timers of this process stand in.'
    : 'No Redis is set up (REDIS_URL): timers of this process send notices and reminders, late or twice when it restarts.';
  const timers = new TimerQueue(deps.clock, `${because} Requests are shown and decided as always.`);
  if (!place) return new NoticeDesk({ ...deps, routes }, { queue: timers, ...how });
  const { BullNotices } = await import('./adapters/bullmq/bullNotices.ts');
  const queue = new BullNotices({ place, clock: deps.clock, log: deps.log, cluster: deps.trust.cluster });
  return new NoticeDesk({ ...deps, routes }, { queue, spare: timers, ...how });
}

async function noticeRoutes(config: Config, parts: { clock: Clock }): Promise<NoticeRoutes> {
  const { alerts, notices } = config;
  const { slackNotices } = await import('./adapters/alerts/slackNotices.ts');
  const { webhookNotices } = await import('./adapters/alerts/webhookNotices.ts');
  const options = { clock: parts.clock, redact: (text: string): string => redact(text, config.secrets) };
  const sink = (route: string, { url, secret = '' }: RouteSettings): NoticeSink =>
    route.startsWith('slack')
      ? slackNotices({ ...options, route, url })
      : webhookNotices({ ...options, route, url, secret });
  return {
    byName: new Map(Object.entries(notices.routes).map(([route, settings]) => [route, sink(route, settings)])),
    otherwise: [
      ...(alerts.slack ? [sink('slack', alerts.slack)] : []),
      ...(alerts.webhook ? [sink('webhook', alerts.webhook)] : []),
    ],
    groups: notices.groups,
  };
}
