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

export const OPERATIONS = [...GRANTABLE, ...NEVER] as const;
export const Operation = z.enum(OPERATIONS);
export type Operation = z.infer<typeof Operation>;
