import { ACCOUNTS, type Account, RIGHTS, type Right } from './rights.ts';

const READING: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** What {@link RIGHTS} let each role do, in words: first what all may read, then what each alone may. */
export function grantWords(namespace: string, only: string | undefined): string[] {
  const common = RIGHTS.controller.filter((right) => isRead(right) && ACCOUNTS.every((each) => has(each, right)));
  const where = only === undefined ? 'in every namespace' : `in ${only} alone`;
  const across = 'nodes, the ClusterBlueprint and the uid of kube-system across the cluster';
  return [
    `grants, to three ServiceAccounts in ${namespace}, ${where}${only === undefined ? '' : ` (${across})`}:`,
    `  all three read ${common.flatMap((right) => named(right)).join(', ')}`,
    ...ACCOUNTS.flatMap((account) => [
      `  the ${account}${account === 'controller' ? ', which talks to the model' : ''}:`,
      ...RIGHTS[account]
        .filter((right) => !common.includes(right))
        // What it can change first.
        .toSorted((a, b) => Number(isRead(a)) - Number(isRead(b)))
        .map((right) => `    ${wordsOf(right, namespace)}`),
    ]),
    '  nobody: scale, create or delete a workload, read Secrets but the one named, change RBAC or policies',
    'the admission policies hold the executor to the Blueprints, whoever has its token',
  ];
}

const isRead = ({ verbs }: Right): boolean => verbs.every((verb) => READING.has(verb));
const has = (account: Account, right: Right): boolean => RIGHTS[account].includes(right);

const named = ({ group, resources }: Right): string[] =>
  resources.map((resource) =>
    resource === '*' ? group : group.endsWith('metrics.k8s.io') ? `${resource}.${group}` : resource,
  );

function wordsOf(right: Right, namespace: string): string {
  const { verbs, where, names, why } = right;
  const what = names === undefined ? named(right).join(', ') : `${named(right).join(', ')} ${names.join(', ')}`;
  return `${verbs.join(', ')} ${what}${where === 'own' ? ` in ${namespace}` : ''}: ${why}`;
}
