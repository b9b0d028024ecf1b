import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Autonomy, Blueprint, Check, FreezeWindow, GlobalRules, Safety } from '../blueprint.ts';
import { SAFETY_DEFAULTS } from '../blueprint.ts';
import { parseCpu, parseMemory } from '../quantity.ts';
import { parseDuration, parsePercent } from '../units.ts';
import { looserThanGlobal } from './ceilings.ts';
import { isSignal, parseCheckTarget } from './checkTarget.ts';
import {
  APPROVAL_DEFAULTS,
  DEFAULT_STABILIZATION_MS,
  DEFAULT_TARGET_CPU,
  DEFAULT_TOLERANCE,
  downThresholdFor,
  METRIC_DEFAULTS,
  upThresholdFor,
} from './defaults.ts';
import type { BlueprintDoc, GlobalDoc } from './doc.ts';
import type { BlueprintSpec, GlobalSpec } from './document.ts';
import type { Complaint, Fault } from './fault.ts';

/**
 * The blueprint in force: defaults filled in, units resolved, the autonomy ceiling applied. A document that is looser than
 * the global rules is refused, each fault naming both places (`globalDoc` gives the global one its file and line).
 */
export function effective(
  doc: BlueprintDoc,
  global: GlobalRules,
  namespace: string,
  globalDoc?: GlobalDoc,
): Result<Blueprint, Fault[]> {
  const { spec } = doc;
  const blueprint: Blueprint = {
    name: doc.name,
    namespace,
    version: spec.version,
    hash: documentHash(spec),
    priority: spec.priority ?? 'medium',
    criticality: spec.criticality ?? 'standard',
    target: { kind: 'Deployment', name: spec.target?.name ?? doc.name, namespace },
    autonomy: lower(spec.autonomy ?? 'autonomous', global.autonomy),
    scaling: scalingOf(spec.scaling),
    resources: resourcesOf(spec.resources),
    performance: performanceOf(spec.performance),
    authority: authorityOf(spec.governance),
    verification: verificationOf(spec),
    approval: approvalOf(spec.approval),
    safety: safetyOf(spec.safety, global.safety),
    freeze: [...freezeOf(spec.freeze), ...global.freeze],
    logs: spec.logs ?? 'denied',
    metrics: metricsOf(spec.metrics),
    ...routesOf(spec.notifications),
  };
  const looser = [...looserThanGlobal(doc, blueprint, global, globalDoc), ...foreignNamespace(doc, namespace)];
  return looser.length > 0 ? err(looser) : ok(blueprint);
}

/** The organisation's rules in force. Their safety values may also be looser than the built-in ones. */
export function effectiveGlobal(doc: GlobalDoc): GlobalRules {
  const { spec } = doc;
  return {
    hash: documentHash(spec),
    autonomy: spec.autonomy ?? 'autonomous',
    ceilings: amounts('maxReplicas', spec.ceilings?.max_replicas, spec.ceilings),
    forbidden: spec.forbidden_operations ?? [],
    capacity: amounts('replicas', spec.capacity?.replicas, spec.capacity),
    freeze: freezeOf(spec.freeze),
    safety: safetyOf(spec.safety, SAFETY_DEFAULTS),
  };
}

/** SHA-256 (hex) of the canonical JSON of a spec as written: the same in both forms, whatever the order of its keys. */
export function documentHash(spec: BlueprintSpec | GlobalSpec): string {
  return createHash('sha256')
    .update(canonicalize(spec) ?? '')
    .digest('hex');
}

const RANK: Readonly<Record<Autonomy, number>> = { observe: 0, propose: 1, autonomous: 2 };
const lower = (a: Autonomy, b: Autonomy): Autonomy => (RANK[a] <= RANK[b] ? a : b);

function foreignNamespace(doc: BlueprintDoc, namespace: string): Fault[] {
  const written = doc.spec.target?.namespace;
  if (written === undefined || written === namespace) return [];
  const complaint: Complaint = {
    code: 'TargetNamespace',
    path: ['target', 'namespace'],
    found: written,
    expected: `${namespace}, the namespace of the blueprint itself`,
    fix: 'leave target.namespace out, or put the blueprint into that namespace',
  };
  return [doc.origin.fault(complaint)];
}

function scalingOf(scaling: BlueprintSpec['scaling']): Blueprint['scaling'] {
  const target = percent(scaling.target_cpu_utilization) ?? DEFAULT_TARGET_CPU;
  return {
    minReplicas: scaling.min_replicas,
    maxReplicas: scaling.max_replicas,
    targetCpu: target,
    upThreshold: percent(scaling.scale_up_threshold) ?? upThresholdFor(target),
    downThreshold: percent(scaling.scale_down_threshold) ?? downThresholdFor(target),
    tolerance: percent(scaling.tolerance) ?? DEFAULT_TOLERANCE,
  };
}

function resourcesOf(resources: BlueprintSpec['resources']): Blueprint['resources'] {
  const resolve = (
    written: { min: string; max: string; target: string } | undefined,
    parse: (text: string) => number | undefined,
  ) =>
    written === undefined
      ? undefined
      : { min: known(parse(written.min)), max: known(parse(written.max)), target: known(parse(written.target)) };
  const cpu = resolve(resources?.cpu, parseCpu);
  const memory = resolve(resources?.memory, parseMemory);
  return { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
}

function performanceOf(performance: BlueprintSpec['performance']): Blueprint['performance'] {
  const latencyP95Ms = ms(performance?.latency_target_p95);
  const errorRate = percent(performance?.error_rate_threshold);
  return {
    ...(latencyP95Ms === undefined ? {} : { latencyP95Ms }),
    ...(errorRate === undefined ? {} : { errorRate }),
  };
}

function authorityOf(governance: BlueprintSpec['governance']): Blueprint['authority'] {
  const authority = governance?.agent_authority;
  return {
    allowed: authority?.allowed_operations ?? [],
    requiresApproval: (authority?.requires_approval ?? []).map((rule) => ({
      operation: rule.operation,
      condition: rule.condition ?? 'always',
      approvers: rule.approvers,
    })),
    forbidden: authority?.forbidden_operations ?? [],
  };
}

function verificationOf(spec: BlueprintSpec): Blueprint['verification'] {
  const { verification } = spec;
  return {
    enabled: verification?.enabled ?? true,
    stabilizationMs: ms(verification?.stabilization_period) ?? DEFAULT_STABILIZATION_MS,
    checks: verification?.checks?.map(checkOf) ?? objectiveChecks(spec.performance),
    rollback: {
      enabled: verification?.rollback?.enabled ?? true,
      automatic: verification?.rollback?.automatic ?? true,
      onCriticalFailure: verification?.rollback?.trigger_on_critical_failure ?? true,
    },
  };
}

type WrittenCheck = NonNullable<NonNullable<BlueprintSpec['verification']>['checks']>[number];

function checkOf(check: WrittenCheck): Check {
  const signal = check.signal ?? check.name;
  if (!isSignal(signal)) throw new TypeError(`check ${check.name} has no signal: the document was not validated`);
  const target = parseCheckTarget(signal, check.target);
  if (!target.ok) throw new TypeError(`check ${check.name} has no target: the document was not validated`);
  return {
    name: check.name,
    signal,
    ...target.value,
    critical: check.critical ?? true,
    rollbackTrigger: check.rollback_trigger ?? true,
  };
}

/** Without checks of its own a blueprint is verified by its objectives. */
function objectiveChecks(performance: BlueprintSpec['performance']): Check[] {
  const { latencyP95Ms, errorRate } = performanceOf(performance);
  const check = (signal: Check['signal'], value: number | undefined): Check[] =>
    value === undefined
      ? []
      : [{ name: signal, signal, comparator: '<', value, critical: true, rollbackTrigger: true }];
  return [...check('latency_p95', latencyP95Ms), ...check('error_rate', errorRate)];
}

function approvalOf(approval: BlueprintSpec['approval']): Blueprint['approval'] {
  return {
    quorum: approval?.quorum ?? APPROVAL_DEFAULTS.quorum,
    decideWithinMs: ms(approval?.decide_within) ?? APPROVAL_DEFAULTS.decideWithinMs,
    executeWithinMs: ms(approval?.execute_within) ?? APPROVAL_DEFAULTS.executeWithinMs,
    onApproval: approval?.on_approval ?? APPROVAL_DEFAULTS.onApproval,
  };
}

function metricsOf(written: BlueprintSpec['metrics']): Blueprint['metrics'] {
  const { latency_p95, error_rate, requests_per_second, queries: own } = written ?? {};
  const queries = {
    ...(own?.latency_p95 !== undefined && { latencyP95: own.latency_p95 }),
    ...(own?.error_rate !== undefined && { errorRate: own.error_rate }),
    ...(own?.requests_per_second !== undefined && { requestsPerSecond: own.requests_per_second }),
  };
  return {
    latencyP95: latency_p95 ?? METRIC_DEFAULTS.latencyP95,
    errorRate: error_rate ?? METRIC_DEFAULTS.errorRate,
    requestsPerSecond: requests_per_second ?? METRIC_DEFAULTS.requestsPerSecond,
    ...(Object.keys(queries).length > 0 && { queries }),
  };
}

/** As written: a name says nothing until the gateway knows an address for it. */
function routesOf(written: BlueprintSpec['notifications']): Pick<Blueprint, 'routes'> {
  const { approvals, alerts, security } = written ?? {};
  const routes = { ...(approvals && { approvals }), ...(alerts && { alerts }), ...(security && { security }) };
  return Object.keys(routes).length === 0 ? {} : { routes };
}

function safetyOf(written: BlueprintSpec['safety'], fallback: Safety): Safety {
  return {
    cooldownMs: ms(written?.cooldown) ?? fallback.cooldownMs,
    operationsPerHour: written?.operations_per_hour ?? fallback.operationsPerHour,
    downsPerHour: written?.downs_per_hour ?? fallback.downsPerHour,
    optionalPerHour: written?.optional_per_hour ?? fallback.optionalPerHour,
    breakerFailures: written?.breaker_failures ?? fallback.breakerFailures,
    freshnessMs: ms(written?.freshness) ?? fallback.freshnessMs,
    downWindowMs: ms(written?.down_window) ?? fallback.downWindowMs,
  };
}

function freezeOf(windows: BlueprintSpec['freeze']): FreezeWindow[] {
  return (windows ?? []).map((window) => ({
    cron: window.cron,
    timeZone: window.time_zone ?? 'UTC',
    durationMs: known(ms(window.duration)),
    reason: window.reason ?? 'freeze window',
  }));
}

function amounts<K extends string>(
  key: K,
  count: number | undefined,
  written: { cpu?: string | undefined; memory?: string | undefined } | undefined,
): { [P in K]?: number } & { cpu?: number; memory?: number } {
  const cpu = written?.cpu === undefined ? undefined : parseCpu(written.cpu);
  const memory = written?.memory === undefined ? undefined : parseMemory(written.memory);
  const counted: { [P in K]?: number } = {};
  if (count !== undefined) counted[key] = count;
  return { ...counted, ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
}

const percent = (text: string | undefined): number | undefined => (text === undefined ? undefined : parsePercent(text));
const ms = (text: string | undefined): number | undefined => (text === undefined ? undefined : parseDuration(text));

function known(value: number | undefined): number {
  if (value === undefined) throw new TypeError('a quantity cannot be read: the document was not validated');
  return value;
}
