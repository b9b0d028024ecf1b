import type { KubeObject } from '../schema/kube.ts';
import { ACCOUNTS, type Account, RIGHTS, type Right } from './rights.ts';

export const accountName = (account: Account): string => `fairlead-${account}`;

/** As the API server names it in a request. */
export const userName = (account: Account, namespace: string): string =>
  `system:serviceaccount:${namespace}:${accountName(account)}`;

/** ServiceAccounts, roles and bindings: {@link RIGHTS} as the API server reads it. `only`: in that namespace alone. */
export const accountObjects = (namespace: string, only?: string): KubeObject[] => [
  ...serviceAccounts(namespace),
  ...(only === undefined ? rightsEverywhere(namespace) : rightsInOne(namespace, only)),
];

export const serviceAccounts = (namespace: string): KubeObject[] =>
  ACCOUNTS.map((account) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: accountName(account), namespace },
    // A token is mounted where a pod asks for it, and nowhere else.
    automountServiceAccountToken: false,
  }));

export const rightsEverywhere = (namespace: string): KubeObject[] =>
  ACCOUNTS.flatMap((account) => [
    ...bound(account, namespace, undefined, rightsOf(account, 'everywhere')),
    ...bound(account, namespace, namespace, rightsOf(account, 'own')),
  ]);

/**
 * The same for a single namespace. Across the cluster remains what has no namespace: the organisation's rules, whether nodes
 * are well (G13), and the uid by which a cluster is known. In our own stands the record `fleet`.
 */
export const rightsInOne = (namespace: string, only: string): KubeObject[] =>
  ACCOUNTS.flatMap((account) => {
    const everywhere = rightsOf(account, 'everywhere');
    const across = of(everywhere, (resource) => CLUSTER_SCOPED.has(resource)).map((right) =>
      right.resources.includes('namespaces') ? { ...right, names: ['kube-system', namespace] } : right,
    );
    const there = of(everywhere, (resource) => !CLUSTER_SCOPED.has(resource));
    const fleet = of(everywhere, (resource) => FLEETS.has(resource)).flatMap((right) => {
      const verbs = right.verbs.filter((verb) => verb !== 'delete');
      return verbs.length === 0 ? [] : [{ ...right, verbs }];
    });
    return [
      ...bound(account, namespace, undefined, across),
      ...bound(account, namespace, only, there, '-governed'),
      ...bound(account, namespace, namespace, [...rightsOf(account, 'own'), ...fleet]),
    ];
  });

const CLUSTER_SCOPED: ReadonlySet<string> = new Set(['nodes', 'namespaces', 'clusterblueprints']);
/** What is kept of all services together, and what is told of it. */
const FLEETS: ReadonlySet<string> = new Set(['circuitbreakers', 'circuitbreakers/status', 'events']);

const rightsOf = (account: Account, where: Right['where']): readonly Right[] =>
  RIGHTS[account].filter((right) => right.where === where);

/** Those rights for some of their resources; without those for none. */
const of = (rights: readonly Right[], isMeant: (resource: string) => boolean): Right[] =>
  rights.flatMap((right) => {
    const resources = right.resources.filter(isMeant);
    return resources.length === 0 ? [] : [{ ...right, resources }];
  });

/** Rules and who has them; without `where` in the whole cluster. */
function bound(
  account: Account,
  home: string,
  where: string | undefined,
  rights: readonly Right[],
  suffix = '',
): KubeObject[] {
  const kind = where === undefined ? 'ClusterRole' : 'Role';
  const name = `${accountName(account)}${suffix}`;
  const metadata = { name, ...(where !== undefined && { namespace: where }) };
  return [
    { apiVersion: `${RBAC}/v1`, kind, metadata, rules: rights.map(ruleOf) },
    {
      apiVersion: `${RBAC}/v1`,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: RBAC, kind, name },
      subjects: [{ kind: 'ServiceAccount', name: accountName(account), namespace: home }],
    },
  ];
}

const RBAC = 'rbac.authorization.k8s.io';

const ruleOf = ({ group, resources, verbs, names }: Right): object => ({
  apiGroups: [group],
  resources,
  verbs,
  ...(names !== undefined && { resourceNames: names }),
});
