import type { DiffLine } from '../../schema/api/approvals.ts';
import type { ApprovalRequestSpec } from '../../schema/records.ts';
import { fieldLines, same } from './changeDiff.ts';
import { name } from './told.ts';

const at = (...path: readonly string[]): DiffLine[] => path.map(same);

/**
 * What was put to people, in the fields of the object, when the object itself may have moved on: from the values that they
 * were shown, which is what they answered.
 */
export function askedDiff(spec: Pick<ApprovalRequestSpec, 'operation' | 'arguments' | 'before' | 'after'>): DiffLine[] {
  const { operation, before, after } = spec;
  const { replicas } = spec.arguments;
  if (replicas !== undefined) {
    const from = /^(\d+) replicas?$/.exec(before)?.[1] ?? name(before);
    return [...at('spec:'), ...fieldLines('  ', 'replicas', from, String(replicas))];
  }
  switch (operation) {
    case 'restart_pods':
      return [
        ...at('spec:', '  template:', '    metadata:', '      annotations:'),
        ...fieldLines('        ', 'kubectl.kubernetes.io/restartedAt', undefined, '(the time of the write)'),
      ];
    case 'adjust_resources_within_bounds':
      return [
        ...at('spec:', '  template:', '    spec:', '      containers:'),
        ...fieldLines('        ', 'resources', before, after),
      ];
    case 'rollback':
      return [...at('spec:'), ...fieldLines('  ', 'template', before, after)];
    default:
      return fieldLines('', name(operation), before, after);
  }
}
