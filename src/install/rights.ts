/** The accounts that the roles of `fairlead` run under, each by a name of its own in our namespace. */
export const ACCOUNTS = ['controller', 'executor', 'gateway'] as const;
export type Account = (typeof ACCOUNTS)[number];

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** One thing an account may do, and for what. The generated RBAC is this and nothing else. */
export interface Right {
  readonly group: string;
  /** Plural, a subresource after a slash. */
  readonly resources: readonly string[];
  readonly verbs: readonly Verb[];
  /** `own`: in our own namespace; else wherever services are. */
  readonly where: 'everywhere' | 'own';
  /** Only objects of these names. */
  readonly names?: readonly string[];
  readonly why: string;
}

const WATCH = ['list', 'watch'] as const;
const FAIRLEAD = 'fairlead.dev';

/** What all three follow: the facts that every verdict is made of. */
const OBSERVED: readonly Right[] = [
  right('apps', ['deployments', 'replicasets'], WATCH, 'what is governed, and its versions'),
  right('apps', ['controllerrevisions'], ['list'], 'accepted versions of blueprints'),
  right('', ['pods', 'resourcequotas', 'limitranges', 'nodes'], WATCH, 'who is ready, in what trouble, and what fits'),
  right('', ['namespaces'], ['get'], 'the cluster is known by the uid of kube-system'),
  right('policy', ['poddisruptionbudgets'], WATCH, 'disruption budgets hold (G2)'),
  right('autoscaling', ['horizontalpodautoscalers'], WATCH, 'another may own the replicas (G1)'),
  right('keda.sh', ['scaledobjects'], WATCH, 'another may own the replicas (G1)'),
  right('autoscaling.k8s.io', ['verticalpodautoscalers'], WATCH, 'another may own the resources (G1)'),
  right(
    FAIRLEAD,
    ['blueprints', 'clusterblueprints', 'decisions', 'approvalrequests', 'circuitbreakers'],
    WATCH,
    'limits, requests, votes and counters',
  ),
  right('metrics.k8s.io', ['pods'], ['list'], 'CPU and memory in use'),
  right('custom.metrics.k8s.io', ['*'], ['get'], 'latency, errors and load'),
];

/** What those read anew who judge at the moment of acting. */
const FRESH: readonly Right[] = [
  right('apps', ['deployments'], ['get'], 'as it is at the moment of acting'),
  right(
    FAIRLEAD,
    ['blueprints', 'clusterblueprints', 'decisions', 'approvalrequests', 'circuitbreakers'],
    ['get'],
    'as they are at the moment of acting',
  ),
];

const EVENTS = right('events.k8s.io', ['events'], ['create'], 'who changed what, and why, on the object itself');
/** Its own by name, so that a stolen token takes no other role's; what is created cannot be named in RBAC. */
const leaseOf = (account: Account): readonly Right[] => [
  {
    ...own('coordination.k8s.io', ['leases'], ['get', 'update'], 'one of several is active'),
    names: [`fairlead-${account}`],
  },
  own('coordination.k8s.io', ['leases'], ['create'], 'the first of several makes it'),
];

/**
 * Least privilege, one table. Who talks to a model can change no workload; who can change one talks to none; who speaks for
 * people can do neither.
 */
export const RIGHTS: Readonly<Record<Account, readonly Right[]>> = {
  controller: [
    ...OBSERVED,
    right('', ['pods/log'], ['get'], 'only where a blueprint says `logs: allowed`; the gate judges each read'),
    right('events.k8s.io', ['events'], ['list'], 'what the cluster says of a service'),
    right(FAIRLEAD, ['decisions'], ['create'], 'wishes; none of them carries authority'),
    EVENTS,
    ...leaseOf('controller'),
  ],
  executor: [
    ...OBSERVED,
    ...FRESH,
    right('apps', ['replicasets'], ['get'], 'the version that a rollback goes back to'),
    right('apps', ['deployments'], ['patch'], 'the change; the admission policies say which'),
    right(
      'apps',
      ['controllerrevisions'],
      ['get', 'create', 'update', 'delete'],
      'keeps accepted versions of blueprints',
    ),
    right(
      FAIRLEAD,
      ['decisions/status', 'approvalrequests/status', 'circuitbreakers/status', 'blueprints/status'],
      ['update'],
      'what became of a request, and the counters',
    ),
    right(FAIRLEAD, ['approvalrequests', 'circuitbreakers'], ['create'], 'asks people; keeps counters'),
    right(FAIRLEAD, ['decisions', 'approvalrequests'], ['delete'], 'retention; never an open one'),
    EVENTS,
    ...leaseOf('executor'),
  ],
  gateway: [
    ...OBSERVED,
    ...FRESH,
    right('events.k8s.io', ['events'], ['list'], 'what the cluster says of a service'),
    right(FAIRLEAD, ['decisions'], ['create'], "people's wishes, signed"),
    right(FAIRLEAD, ['approvalrequests'], ['update'], 'votes; the object’s rules let nothing else change'),
    right(FAIRLEAD, ['blueprints'], ['update'], 'a raise that people approved, and the allowance for once'),
    right(FAIRLEAD, ['circuitbreakers'], ['create', 'update'], 'pause, stop, hold open'),
    { ...own('', ['secrets'], ['get', 'update'], 'users, hashed tokens and sessions'), names: ['fairlead-gateway'] },
  ],
};

function right(group: string, resources: readonly string[], verbs: readonly Verb[], why: string): Right {
  return { group, resources, verbs, where: 'everywhere', why };
}

function own(group: string, resources: readonly string[], verbs: readonly Verb[], why: string): Right {
  return { group, resources, verbs, where: 'own', why };
}
