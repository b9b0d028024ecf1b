import type { Operation } from './operation.ts';

/**
 * A blueprint in force: every default filled in, every unit resolved, global ceilings applied. Pure JSON data, so that
 * a decision can be replayed from the record. Ratios are fractions (70% is 0.7), durations and instants are
 * milliseconds, CPU is millicores, memory is bytes.
 */
export interface Blueprint {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  /** SHA-256 (hex, 64 characters) of the canonical JSON (RFC 8785) of the document as written, in its Kubernetes form's `spec`. */
  readonly hash: string;
  readonly priority: 'high' | 'medium' | 'low';
  readonly criticality: 'critical' | 'standard';
  readonly target: { readonly kind: 'Deployment'; readonly name: string; readonly namespace: string };
  /** After the global ceiling. */
  readonly autonomy: Autonomy;
  readonly scaling: {
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly targetCpu: number;
    readonly upThreshold: number;
    readonly downThreshold: number;
    /** Relative dead band around the target, 0.1 by default. */
    readonly tolerance: number;
  };
  readonly resources: {
    readonly cpu?: { readonly min: number; readonly max: number; readonly target: number };
    readonly memory?: { readonly min: number; readonly max: number; readonly target: number };
  };
  /** Objectives; an absent one is not watched. */
  readonly performance: { readonly latencyP95Ms?: number; readonly errorRate?: number };
  readonly authority: {
    readonly allowed: readonly Operation[];
    readonly requiresApproval: readonly ApprovalRule[];
    readonly forbidden: readonly Operation[];
  };
  readonly verification: {
    readonly enabled: boolean;
    readonly stabilizationMs: number;
    readonly checks: readonly Check[];
    readonly rollback: { readonly enabled: boolean; readonly automatic: boolean; readonly onCriticalFailure: boolean };
  };
  readonly approval: {
    readonly quorum: number;
    readonly decideWithinMs: number;
    readonly executeWithinMs: number;
    readonly onApproval: 'once' | 'update_blueprint';
  };
  readonly safety: Safety;
  readonly freeze: readonly FreezeWindow[];
  readonly logs: 'allowed' | 'denied';
  /** Names of the custom metrics that carry the objectives. */
  readonly metrics: {
    readonly latencyP95: string;
    readonly errorRate: string;
    readonly requestsPerSecond: string;
    /** PromQL asked instead, by signal: seconds, a fraction, requests per second. */
    readonly queries?: Readonly<Partial<Record<'latencyP95' | 'errorRate' | 'requestsPerSecond', string>>>;
  };
  /** Where people are told; absent: wherever the gateway tells them by default. */
  readonly routes?: {
    readonly approvals?: readonly string[];
    readonly alerts?: readonly string[];
    readonly security?: readonly string[];
  };
}

export type Autonomy = 'observe' | 'propose' | 'autonomous';

export interface ApprovalRule {
  readonly operation: Operation;
  /** CEL text, or `always`. Evaluated by schema/condition.ts; one that fails to evaluate counts as true. */
  readonly condition: string;
  readonly approvers: readonly string[];
}

export interface Check {
  readonly name: string;
  /** The signal it reads; `latency_p95` in milliseconds, `error_rate` and `cpu_utilization` as fractions. */
  readonly signal: 'latency_p95' | 'error_rate' | 'cpu_utilization';
  readonly comparator: '<' | '<=' | '>' | '>=';
  readonly value: number;
  readonly critical: boolean;
  readonly rollbackTrigger: boolean;
}

/** The gate's numbers. A blueprint may tighten them; only the global rules may loosen one. */
export interface Safety {
  readonly cooldownMs: number;
  readonly operationsPerHour: number;
  readonly downsPerHour: number;
  readonly optionalPerHour: number;
  readonly breakerFailures: number;
  readonly freshnessMs: number;
  readonly downWindowMs: number;
}

export const SAFETY_DEFAULTS: Safety = {
  cooldownMs: 60_000,
  operationsPerHour: 10,
  downsPerHour: 4,
  optionalPerHour: 6,
  breakerFailures: 3,
  freshnessMs: 45_000,
  downWindowMs: 450_000,
};

/** A time when nothing may change: from each match of the cron expression, for the duration. */
export interface FreezeWindow {
  readonly cron: string;
  readonly timeZone: string;
  readonly durationMs: number;
  readonly reason: string;
}

/** The organisation's rules in force: the `ClusterBlueprint` named `default`, or these defaults (no ceiling). */
export interface GlobalRules {
  /** Hash of the document as written; empty when there is none. */
  readonly hash: string;
  readonly autonomy: Autonomy;
  readonly ceilings: { readonly maxReplicas?: number; readonly cpu?: number; readonly memory?: number };
  readonly forbidden: readonly Operation[];
  readonly capacity: { readonly replicas?: number; readonly cpu?: number; readonly memory?: number };
  readonly freeze: readonly FreezeWindow[];
  readonly safety: Safety;
}

export const NO_GLOBAL_RULES: GlobalRules = {
  hash: '',
  autonomy: 'autonomous',
  ceilings: {},
  forbidden: [],
  capacity: {},
  freeze: [],
  safety: SAFETY_DEFAULTS,
};
