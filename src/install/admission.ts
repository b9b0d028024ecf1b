import type { KubeObject } from '../schema/kube.ts';
import { userName } from './accounts.ts';
import { objectsOf } from './policy.ts';
import { recordPolicies } from './recordPolicies.ts';
import { workloadPolicies } from './workloadPolicies.ts';

/**
 * What the API server itself holds the accounts to, whatever token is stolen; of a Deployment the Blueprint is the policy's
 * parameter. What it cannot hold them to: docs/adr/0017.
 */
export function admissionObjects(namespace: string): KubeObject[] {
  const executor = userName('executor', namespace);
  const users = { executor, controller: userName('controller', namespace), gateway: userName('gateway', namespace) };
  return [...workloadPolicies(executor), ...recordPolicies(users)].flatMap(objectsOf);
}
