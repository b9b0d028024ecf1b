import { stringify } from 'yaml';

/** The usual blueprint of shop/web, by its blocks; whoever needs another one says in which fact it differs. */
export const USUAL = {
  scaling: {
    min_replicas: 2,
    max_replicas: 5,
    target_cpu_utilization: '70%',
    scale_up_threshold: '80%',
    scale_down_threshold: '40%',
  },
  resources: {
    cpu: { min: '100m', max: '1000m', target: '500m' },
    memory: { min: '128Mi', max: '2Gi', target: '512Mi' },
  },
  performance: { latency_target_p95: '200ms', error_rate_threshold: '1%' },
  verification: {
    enabled: true,
    stabilization_period: '60s',
    checks: [
      { name: 'latency_p95', type: 'threshold', target: '< 200ms', critical: true, rollback_trigger: true },
      { name: 'error_rate', type: 'threshold', target: '< 1%', critical: true, rollback_trigger: true },
    ],
    rollback: { enabled: true, automatic: true, trigger_on_critical_failure: true },
  },
};

/** `allowed` without asking; more pods than the maximum if people say yes; what would take the service away never. */
export const usualGovernance = (...allowed: readonly string[]) => ({
  agent_authority: {
    allowed_operations: allowed,
    requires_approval: [
      { operation: 'scale_beyond_limits', condition: 'target_replicas > max_replicas', approvers: ['devops-team'] },
    ],
    forbidden_operations: ['delete_deployment', 'modify_namespace', 'change_rbac'],
  },
});

interface FileParts {
  readonly metadata: { readonly name: string; readonly namespace: string } & Readonly<Record<string, string>>;
  readonly allowed: readonly string[];
  /** How long a change is watched: short where time is real. */
  readonly stabilization: string;
  /** Blocks of the spec beside scaling and performance. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** The same as the text of a file. */
export const usualFile = ({ metadata, allowed, stabilization, spec }: FileParts): string =>
  stringify({
    metadata: { ...metadata, version: '1.0.0' },
    spec: { scaling: USUAL.scaling, performance: USUAL.performance, ...spec },
    governance: usualGovernance(...allowed),
    verification: { ...USUAL.verification, stabilization_period: stabilization },
  });
