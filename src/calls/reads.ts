import { show } from '../analysis/evidence.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { ClusterReader } from '../ports/cluster.ts';
import type { PodLogs } from '../ports/podLogs.ts';
import type { DecisionObject } from '../schema/decisionObject.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import type { FleetRead, ServiceRead } from '../schema/operation.ts';
import type { Request } from '../schema/request.ts';
import { resourcesText } from '../schema/resources.ts';
import { wishWords } from '../schema/wish.ts';
import { approvalsOf } from './approvalReads.ts';
import { diffed, validated } from './blueprintReads.ts';
import { logsOf } from './logReads.ts';

/** What the reads look at. Only `get_events`, `get_approval` and `get_logs` ask the API server; the rest is what the last pass saw. */
export interface ReadContext {
  readonly views: readonly ServiceView[];
  readonly decisions: readonly DecisionObject[];
  readonly reader: ClusterReader;
  /** Absent: logs cannot be read here. */
  readonly logs?: PodLogs;
}

const EVENTS = 10;
const DECISIONS = 5;

type Args = Request['args'];
type Answer = Result<unknown, string>;

const OF_FLEET: Readonly<Record<FleetRead, (args: Args, context: ReadContext) => unknown>> = {
  list_services: (_, { views }) => views.map(serviceLine),
  validate_blueprint: ({ yaml }) => validated(String(yaml)),
};

/** Reads that are answered by judging something. */
export type JudgingRead = 'what_if' | 'suggest_alternatives';

type Read = (view: ServiceView, args: Args, context: ReadContext) => Answer | Promise<Answer>;
const OF_SERVICE: Readonly<Record<Exclude<ServiceRead, JudgingRead>, Read>> = {
  get_service: (view) => ok(serviceOf(view)),
  get_metrics: (view) => ok(metricsOf(view)),
  get_workload: (view) => ok(workloadOf(view)),
  get_decisions: (view, _, { decisions }) => ok(decisionsOf(view, decisions)),
  get_events: (view, _, { reader }) => eventsOf(view, reader),
  get_approval: (view, _, { reader }) => approvalsOf(view, reader),
  get_logs: (view, args, { logs }) => logsOf(view, args, logs),
  diff_blueprint: (view, { yaml }) => diffed(view, String(yaml)),
};

/** The plain data of an allowed read, or why it could not be had. The caller fences it before a model sees it. */
export async function answerRead(
  { tool, args }: Pick<Request, 'tool' | 'args'>,
  view: ServiceView | undefined,
  context: ReadContext,
): Promise<Answer> {
  if (isOf(OF_FLEET, tool)) return ok(OF_FLEET[tool](args, context));
  if (view === undefined) return err('no blueprint governs that service');
  return isOf(OF_SERVICE, tool) ? OF_SERVICE[tool](view, args, context) : err(`no read is named ${tool}`);
}

const isOf = <Name extends string>(reads: Readonly<Record<Name, unknown>>, tool: string): tool is Name =>
  Object.hasOwn(reads, tool);

const serviceName = (view: ServiceView): string => `${view.namespace}/${view.name}`;

function serviceLine(view: ServiceView): string {
  const { workload, assessment, blueprint } = view;
  if (blueprint === undefined) return `${serviceName(view)}: its blueprint is not accepted`;
  if (workload === undefined) return `${serviceName(view)}: no Deployment ${blueprint.target.name}`;
  const breach = assessment?.breach ?? [];
  return `${serviceName(view)}: ${workload.ready} of ${workload.replicas} ready, ${breach.length > 0 ? `breached: ${breach.join(', ')}` : 'no objective missed'}`;
}

function serviceOf({ blueprint }: ServiceView): unknown {
  if (blueprint === undefined) return { blueprint: 'not accepted' };
  const { scaling, performance, authority, autonomy, version } = blueprint;
  return {
    version,
    autonomy,
    replicas: { min: scaling.minReplicas, max: scaling.maxReplicas },
    cpu: { target: scaling.targetCpu, up_above: scaling.upThreshold, down_below: scaling.downThreshold },
    objectives: { latency_p95_ms: performance.latencyP95Ms ?? null, error_rate: performance.errorRate ?? null },
    allowed: authority.allowed,
    needs_approval: authority.requiresApproval.map((rule) => rule.operation),
    forbidden: authority.forbidden,
  };
}

function metricsOf({ assessment }: ServiceView): unknown {
  if (assessment === undefined) return { signals: [], note: 'nothing measured yet' };
  return {
    signals: assessment.signals.map((signal) => ({
      name: signal.name,
      state: signal.state,
      value: signal.value === undefined || signal.state !== 'fresh' ? null : show(signal.name, signal.value),
      age_seconds: signal.sampleAt === undefined ? null : Math.round((assessment.at - signal.sampleAt) / 1000),
      says: signal.says,
    })),
    breach: assessment.breach,
    analysis: assessment.recommendation.reason,
  };
}

function workloadOf({ workload }: ServiceView): unknown {
  if (workload === undefined) return { deployment: 'not found' };
  const { replicas, ready, updated, image, rollout, owners, disruptionBudgets } = workload;
  return {
    replicas,
    ready,
    updated,
    image,
    rollout: { under_way: rollout.underWay, paused: rollout.paused },
    owned_by: owners.map((owner) => `${owner.kind} ${owner.name} (${owner.field})`),
    resources: workload.containers
      ?.slice(0, 5)
      .map(({ name, resources }) => `${name}: ${resourcesText(resources ?? null)}`),
    revisions: workload.revisions?.slice(0, 5).map(({ revision, hash, images, healthy }) => ({
      revision,
      image: images.slice(0, 200),
      current: hash === workload.current?.hash,
      seen_healthy: healthy,
    })),
    disruption_budgets: disruptionBudgets.map((budget) => budget.name),
    troubled_pods: workload.pods
      .filter((pod) => pod.trouble !== undefined)
      .slice(0, 5)
      .map((pod) => ({ pod: pod.name, trouble: pod.trouble, detail: pod.troubleDetail ?? '' })),
    restarts: workload.pods.reduce((sum, pod) => sum + pod.restarts, 0),
  };
}

function decisionsOf(view: ServiceView, decisions: readonly DecisionObject[]): unknown {
  return decisions
    .filter((d) => d.metadata.namespace === view.namespace && d.spec.blueprint.name === view.name)
    .slice(-DECISIONS)
    .map((d) => ({
      name: d.metadata.name,
      asked: d.metadata.creationTimestamp ?? '',
      what: wishWords(d.spec.tool, d.spec.arguments),
      phase: d.status?.phase ?? 'Pending',
      reason: d.status?.reason ?? '',
      ...(d.status?.phase === 'Rejected' && { answer: d.status.message }),
    }));
}

interface EventFields {
  reason?: string;
  note?: string;
  regarding?: { kind?: string; name?: string };
  eventTime?: string | null;
  deprecatedLastTimestamp?: string | null;
}

async function eventsOf(view: ServiceView, reader: ClusterReader): Promise<Result<unknown, string>> {
  const listed = await reader.list(KINDS.Event, view.namespace);
  if (!listed.ok) return err(listed.error.message);
  const name = view.blueprint?.target.name ?? view.name;
  const of = (event: KubeObject): EventFields => event as KubeObject & EventFields;
  const at = (event: KubeObject): string =>
    of(event).deprecatedLastTimestamp ?? of(event).eventTime ?? event.metadata.creationTimestamp ?? '';
  return ok(
    listed.value.items
      .filter((event) => {
        const { kind, name: regarding = '' } = of(event).regarding ?? {};
        if (kind === KINDS.Blueprint.kind) return false;
        return regarding === name || regarding.startsWith(`${name}-`);
      })
      .sort((a, b) => (at(a) < at(b) ? -1 : 1))
      .slice(-EVENTS)
      .map((event) => ({
        at: at(event),
        object: `${of(event).regarding?.kind ?? ''} ${of(event).regarding?.name ?? ''}`,
        reason: of(event).reason ?? '',
        note: (of(event).note ?? '').slice(0, 200),
      })),
  );
}
