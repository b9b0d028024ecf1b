import type { KubeObject } from '../schema/kube.ts';
import { ACCOUNTS, type Account, RIGHTS, type Right } from './rights.ts';

export const accountName = (account: Account): string => `fairlead-${account}`;

/** As the API server names it in a request. */
export const userName = (account: Account, namespace: string): string =>
  `system:serviceaccount:${namespace}:${accountName(account)}`;

/** ServiceAccounts, roles and bindings: {@link RIGHTS} as the API server reads it. */
export const accountObjects = (namespace: string): KubeObject[] =>
  ACCOUNTS.flatMap((account) => {
    const name = accountName(account);
    const rules = (where: Right['where']): object[] => RIGHTS[account].filter((one) => one.where === where).map(ruleOf);
    const subjects = [{ kind: 'ServiceAccount', name, namespace }];
    const refer = (kind: string): object => ({ apiGroup: RBAC, kind, name });
    return [
      // A token is mounted where a pod asks for it, and nowhere else.
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace }, automountServiceAccountToken: false },
      { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules: rules('everywhere') },
      {
        apiVersion: `${RBAC}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        roleRef: refer('ClusterRole'),
        subjects,
      },
      { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name, namespace }, rules: rules('own') },
      {
        apiVersion: `${RBAC}/v1`,
        kind: 'RoleBinding',
        metadata: { name, namespace },
        roleRef: refer('Role'),
        subjects,
      },
    ];
  });

const RBAC = 'rbac.authorization.k8s.io';

const ruleOf = ({ group, resources, verbs, names }: Right): object => ({
  apiGroups: [group],
  resources,
  verbs,
  ...(names !== undefined && { resourceNames: names }),
});
