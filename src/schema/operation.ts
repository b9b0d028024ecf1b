import { z } from 'zod';

/** What a blueprint can grant, put behind an approval, or forbid. The list is closed. */
export const GRANTABLE = [
  'scale_within_limits',
  'scale_beyond_limits',
  'scale_to_zero',
  'adjust_resources_within_bounds',
  'restart_pods',
  'rollback',
] as const;

/** Operations that exist only to be refused and recorded: no code that could execute them exists. */
export const NEVER = ['delete_deployment', 'modify_namespace', 'change_rbac'] as const;

export const OPERATION_WORDS: Readonly<Record<(typeof GRANTABLE)[number] | (typeof NEVER)[number], string>> = {
  scale_within_limits: 'Another number of replicas from `scaling.min_replicas` to `scaling.max_replicas`.',
  scale_beyond_limits: 'Another number of replicas outside those; never above the ceilings of the ClusterBlueprint.',
  scale_to_zero: 'No replicas.',
  adjust_resources_within_bounds: 'Other requests or limits of CPU and memory, inside `resources`.',
  restart_pods: 'A rolling restart.',
  rollback: 'Back to an earlier version of the pod template.',
  delete_deployment: 'Can only be forbidden: no code could do it.',
  modify_namespace: 'Can only be forbidden: no code could do it.',
  change_rbac: 'Can only be forbidden: no code could do it.',
};

export const OPERATIONS = [...GRANTABLE, ...NEVER] as const;
export const Operation = z.enum(OPERATIONS);
export type Operation = z.infer<typeof Operation>;

/** Reads about no service in particular. What they show of each service is a read of its own. */
export const FLEET_READS = ['list_services', 'validate_blueprint'] as const;
export type FleetRead = (typeof FLEET_READS)[number];

/** Reads of one service. The gate refuses a read by any other name. */
export const SERVICE_READS = [
  'get_service',
  'get_metrics',
  'get_workload',
  'get_events',
  'get_logs',
  'get_decisions',
  'get_approval',
  'diff_blueprint',
  'what_if',
  'suggest_alternatives',
] as const;
export type ServiceRead = (typeof SERVICE_READS)[number];
