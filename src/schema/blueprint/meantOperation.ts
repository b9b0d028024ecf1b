import { GRANTABLE, OPERATIONS, type Operation } from '../operation.ts';
import type { Path } from './fault.ts';
import { nearest } from './nearest.ts';

/** What people write by the habits of other tools, with all but letters and digits left out. */
const WRITTEN: Readonly<Partial<Record<Operation, readonly string[]>>> = {
  scale_within_limits: [
    'autoscale',
    'horizontalscale',
    'increasereplicas',
    'scaledown',
    'scalein',
    'scaleout',
    'scalereplicas',
    'scaletoone',
    'scaleup',
    'setreplicas',
  ],
  scale_beyond_limits: ['exceedlimits', 'raiselimits', 'scaleabovelimits', 'scaleoutsidelimits'],
  scale_to_zero: ['hibernate', 'scaleto0', 'scalezero'],
  adjust_resources_within_bounds: [
    'changeresources',
    'resize',
    'rightsize',
    'setlimits',
    'setrequests',
    'setresources',
    'updateresources',
    'verticalscale',
  ],
  restart_pods: ['deletepods', 'killpods', 'recyclepods', 'restartdeployment', 'rollingrestart', 'rolloutrestart'],
  rollback: ['revert', 'rolloutundo', 'undo'],
  delete_deployment: ['removedeployment'],
  modify_namespace: ['changenamespace', 'deletenamespace'],
  change_rbac: ['editrbac', 'grantrights', 'modifyrbac', 'modifyroles'],
};

/** The operation that a person most likely meant: by what other tools call it, else by its letters. */
export function meantOperation(word: string): Operation | undefined {
  const near = nearest(word, OPERATIONS);
  const plain = word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return (
    OPERATIONS.find((operation) => WRITTEN[operation]?.includes(plain)) ??
    OPERATIONS.find((operation) => operation === near)
  );
}

/** What may stand in a field that holds operations: some can only be forbidden. */
export const operationsAt = (path: Path): readonly Operation[] =>
  path.includes('forbidden_operations') ? OPERATIONS : GRANTABLE;
