import { SAFETY_DEFAULTS } from '../blueprint.ts';
import { formatDuration, formatPercent, parsePercent } from '../units.ts';
import type { BlueprintDoc } from './doc.ts';
import { writtenPath } from './doc.ts';
import { pathText } from './fault.ts';

/** Values in force where a blueprint is silent. Every one is the careful choice. */
export const DEFAULT_TARGET_CPU = 0.7;
/** The thresholds keep the proportion of the usual 40, 70 and 80 percent when only the target is given. */
export const upThresholdFor = (target: number): number => Number(((target * 8) / 7).toFixed(4));
export const downThresholdFor = (target: number): number => Number(((target * 4) / 7).toFixed(4));
export const DEFAULT_TOLERANCE = 0.1;
export const DEFAULT_STABILIZATION_MS = 60_000;
export const APPROVAL_DEFAULTS = {
  quorum: 1,
  decideWithinMs: 30 * 60_000,
  executeWithinMs: 10 * 60_000,
  onApproval: 'update_blueprint',
} as const;
export const METRIC_DEFAULTS = {
  latencyP95: 'http_latency_p95_seconds',
  errorRate: 'http_error_ratio',
  requestsPerSecond: 'http_requests_per_second',
} as const;

/** No careful choice, and so not called one. */
const RAISED =
  'an approval beyond a limit raises the limit in the blueprint for good, unless whoever approves says once';

export interface DefaultInForce {
  /** As it would be written in the document's own form. */
  readonly path: string;
  readonly value: string;
  /** What the default means. */
  readonly why: string;
}

/** Every default that a document leaves in force, in the order of the document; for `fairlead validate -v`. */
export function defaultsInForce(doc: BlueprintDoc): DefaultInForce[] {
  const { spec } = doc;
  const { scaling, governance, verification } = spec;
  const found: DefaultInForce[] = [];
  const silent = (value: unknown, path: string, fallback: string, why = 'safe default'): void => {
    if (value !== undefined) return;
    const written = pathText(writtenPath(doc.form, path.split('.')));
    found.push({ path: written, value: fallback, why });
  };
  const target = parsePercent(scaling.target_cpu_utilization ?? '') ?? DEFAULT_TARGET_CPU;
  silent(spec.priority, 'priority', 'medium');
  silent(spec.criticality, 'criticality', 'standard');
  silent(spec.target?.name, 'target.name', doc.name);
  silent(spec.autonomy, 'autonomy', 'autonomous', 'the global rules may lower it');
  silent(scaling.target_cpu_utilization, 'scaling.target_cpu_utilization', formatPercent(DEFAULT_TARGET_CPU));
  silent(scaling.scale_up_threshold, 'scaling.scale_up_threshold', formatPercent(upThresholdFor(target)));
  silent(scaling.scale_down_threshold, 'scaling.scale_down_threshold', formatPercent(downThresholdFor(target)));
  silent(scaling.tolerance, 'scaling.tolerance', formatPercent(DEFAULT_TOLERANCE));
  silent(spec.resources?.cpu, 'resources.cpu', 'none', 'request and limit of CPU are never changed');
  silent(spec.resources?.memory, 'resources.memory', 'none', 'request and limit of memory are never changed');
  silent(spec.performance?.latency_target_p95, 'performance.latency_target_p95', 'none', 'latency is not watched');
  silent(spec.performance?.error_rate_threshold, 'performance.error_rate_threshold', 'none', 'errors are not watched');
  const authority = governance?.agent_authority;
  silent(authority?.allowed_operations, 'governance.agent_authority.allowed_operations', '[]', 'nothing is granted');
  silent(
    authority?.requires_approval,
    'governance.agent_authority.requires_approval',
    '[]',
    spec.autonomy === 'propose'
      ? 'what is allowed is put to admins first, and nothing beyond it can be approved'
      : 'nothing beyond what is allowed can be approved',
  );
  silent(
    authority?.forbidden_operations,
    'governance.agent_authority.forbidden_operations',
    '[]',
    'what is not granted is forbidden anyway',
  );
  silent(verification?.enabled, 'verification.enabled', 'true');
  silent(
    verification?.stabilization_period,
    'verification.stabilization_period',
    formatDuration(DEFAULT_STABILIZATION_MS),
  );
  silent(verification?.checks, 'verification.checks', defaultChecks(doc), 'one critical check for each objective');
  silent(verification?.rollback?.enabled, 'verification.rollback.enabled', 'true');
  silent(verification?.rollback?.automatic, 'verification.rollback.automatic', 'true');
  silent(
    verification?.rollback?.trigger_on_critical_failure,
    'verification.rollback.trigger_on_critical_failure',
    'true',
  );
  silent(spec.freeze, 'freeze', '[]');
  const safety = 'the global rules may set another';
  silent(spec.safety?.cooldown, 'safety.cooldown', formatDuration(SAFETY_DEFAULTS.cooldownMs), safety);
  silent(
    spec.safety?.operations_per_hour,
    'safety.operations_per_hour',
    String(SAFETY_DEFAULTS.operationsPerHour),
    safety,
  );
  silent(spec.safety?.downs_per_hour, 'safety.downs_per_hour', String(SAFETY_DEFAULTS.downsPerHour), safety);
  silent(spec.safety?.optional_per_hour, 'safety.optional_per_hour', String(SAFETY_DEFAULTS.optionalPerHour), safety);
  silent(spec.safety?.breaker_failures, 'safety.breaker_failures', String(SAFETY_DEFAULTS.breakerFailures), safety);
  silent(spec.safety?.freshness, 'safety.freshness', formatDuration(SAFETY_DEFAULTS.freshnessMs), safety);
  silent(spec.safety?.down_window, 'safety.down_window', formatDuration(SAFETY_DEFAULTS.downWindowMs), safety);
  silent(spec.metrics?.latency_p95, 'metrics.latency_p95', METRIC_DEFAULTS.latencyP95);
  silent(spec.metrics?.error_rate, 'metrics.error_rate', METRIC_DEFAULTS.errorRate);
  silent(spec.metrics?.requests_per_second, 'metrics.requests_per_second', METRIC_DEFAULTS.requestsPerSecond);
  silent(spec.notifications, 'notifications', 'none', 'nobody is told outside the records');
  silent(spec.approval?.quorum, 'approval.quorum', String(APPROVAL_DEFAULTS.quorum));
  silent(spec.approval?.decide_within, 'approval.decide_within', formatDuration(APPROVAL_DEFAULTS.decideWithinMs));
  silent(spec.approval?.execute_within, 'approval.execute_within', formatDuration(APPROVAL_DEFAULTS.executeWithinMs));
  silent(spec.approval?.on_approval, 'approval.on_approval', APPROVAL_DEFAULTS.onApproval, RAISED);
  silent(spec.logs, 'logs', 'denied', 'a model sees no logs');
  return found;
}

function defaultChecks(doc: BlueprintDoc): string {
  const { latency_target_p95: latency, error_rate_threshold: errors } = doc.spec.performance ?? {};
  const checks = [
    ...(latency === undefined ? [] : [`latency_p95 < ${latency}`]),
    ...(errors === undefined ? [] : [`error_rate < ${errors}`]),
  ];
  return `[${checks.join(', ')}]`;
}
