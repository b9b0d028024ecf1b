/** The two documents of the contract, word for word. For tests. */
export const FULL = `metadata:
  name: my-service
  version: 1.0.0                 # semver; every change bumps it
  priority: high                 # high | medium | low
  criticality: critical          # critical | standard
spec:
  scaling:
    min_replicas: 2
    max_replicas: 10
    target_cpu_utilization: 70%
    scale_up_threshold: 80%
    scale_down_threshold: 40%
  resources:
    cpu:    { min: 100m,  max: 1000m, target: 500m }
    memory: { min: 128Mi, max: 2Gi,   target: 512Mi }
  performance:
    latency_target_p95: 200ms
    error_rate_threshold: 1%
governance:
  agent_authority:
    allowed_operations:    [scale_within_limits, adjust_resources_within_bounds, restart_pods]
    requires_approval:
      - operation: scale_beyond_limits
        condition: target_replicas > max_replicas
        approvers: ["devops-team"]
    forbidden_operations:  [delete_deployment, modify_namespace, change_rbac]
verification:
  enabled: true
  stabilization_period: 60s
  checks:
    - { name: latency_p95, type: threshold, target: "< 200ms", critical: true, rollback_trigger: true }
    - { name: error_rate,  type: threshold, target: "< 1%",    critical: true, rollback_trigger: true }
  rollback: { enabled: true, automatic: true, trigger_on_critical_failure: true }
`;

export const SHORT = `metadata:
  name: web
  version: 0.1.0
spec:
  scaling:
    min_replicas: 2
    max_replicas: 5
governance:
  agent_authority:
    allowed_operations: [scale_within_limits, restart_pods]
`;
