/** Every change that can be asked for: what is told of them, in help and schemas, is told from here. */
export const CHANGE_NAMES = ['scale', 'restart_pods', 'adjust_resources', 'rollback', 'scale_to_zero'] as const;
