import { ALLOWANCE_ANNOTATION, RAISED_BY_ANNOTATION } from '../schema/allowance.ts';
import { annotations, by, type Policy, sameBut } from './policy.ts';

/** User names of the accounts, as the API server has them in a request. */
export interface Users {
  readonly controller: string;
  readonly executor: string;
  readonly gateway: string;
}

const WRITES = ['CREATE', 'UPDATE', 'DELETE'] as const;
/** What the API server itself writes beside a change of metadata. */
const SERVERS = ['resourceVersion', 'managedFields', 'generation'];

/**
 * Who writes which record. RBAC says most of it; these say what it cannot (a field, a name), and hold where somebody grants
 * an account more than it needs.
 */
export const recordPolicies = ({ controller, executor, gateway }: Users): readonly Policy[] => [
  {
    name: 'fairlead-votes',
    of: { group: 'fairlead.dev', resources: ['approvalrequests'], operations: ['CREATE', 'UPDATE'] },
    validations: [
      {
        expression: `${by(gateway)} || object.?votes.orValue([]) == (oldObject == null ? [] : oldObject.?votes.orValue([]))`,
        message: 'votes are written by the gateway, which knows who votes',
      },
    ],
  },
  {
    name: 'fairlead-allowance',
    of: { group: 'fairlead.dev', resources: ['blueprints'], operations: ['CREATE', 'UPDATE'] },
    variables: {
      now: `${annotations('object')}[?'${ALLOWANCE_ANNOTATION}'].orValue('')`,
      was: `oldObject == null ? '' : ${annotations('oldObject')}[?'${ALLOWANCE_ANNOTATION}'].orValue('')`,
    },
    validations: [
      {
        expression: `${by(gateway)} || variables.now == variables.was`,
        message: `${ALLOWANCE_ANNOTATION} is written by the gateway, when people have approved`,
      },
    ],
  },
  {
    name: 'fairlead-blueprints-are-peoples',
    of: { group: 'fairlead.dev', resources: ['blueprints', 'clusterblueprints'], operations: WRITES },
    users: [controller, executor],
    validations: [
      {
        expression: `request.operation == 'UPDATE' && object.spec == oldObject.spec && ${sameBut('object.metadata', 'oldObject.metadata', SERVERS)}`,
        message: 'neither the controller nor the executor writes what a blueprint says',
      },
    ],
  },
  {
    name: 'fairlead-gateway-only-raises',
    of: { group: 'fairlead.dev', resources: ['blueprints', 'clusterblueprints'], operations: WRITES },
    users: [gateway],
    variables: {
      isUpdate: "request.operation == 'UPDATE'",
      now: `variables.isUpdate ? ${annotations('object')} : {}`,
      was: `variables.isUpdate ? ${annotations('oldObject')} : {}`,
    },
    validations: [
      {
        expression: `variables.isUpdate && ${[
          sameBut('object.spec', 'oldObject.spec', ['version', 'scaling']),
          sameBut('object.spec.scaling', 'oldObject.spec.scaling', ['max_replicas']),
          '(object.spec == oldObject.spec || (object.spec.version != oldObject.spec.version && object.spec.scaling.max_replicas > oldObject.spec.scaling.max_replicas))',
        ].join(' && ')}`,
        message: 'of what a blueprint says the gateway raises max_replicas, in a new version, and changes nothing else',
      },
      {
        expression: `variables.isUpdate && ${sameBut('object.metadata', 'oldObject.metadata', ['annotations', ...SERVERS])} && ${sameBut('variables.now', 'variables.was', [ALLOWANCE_ANNOTATION, RAISED_BY_ANNOTATION])}`,
        message: `of a blueprint's metadata the gateway writes ${ALLOWANCE_ANNOTATION} and ${RAISED_BY_ANNOTATION} alone`,
      },
    ],
  },
  {
    name: 'fairlead-status',
    of: {
      group: 'fairlead.dev',
      resources: ['decisions', 'approvalrequests', 'circuitbreakers', 'blueprints', 'clusterblueprints'].map(
        (kind) => `${kind}/status`,
      ),
      operations: ['UPDATE'],
    },
    validations: [{ expression: by(executor), message: 'what became of a record is written by the executor' }],
  },
  {
    name: 'fairlead-holds-are-peoples',
    of: { group: 'fairlead.dev', resources: ['circuitbreakers'], operations: WRITES },
    users: [controller, executor],
    validations: [
      {
        expression: [
          "request.operation == 'CREATE' ? size(object.spec.?holds.orValue([])) == 0 && !has(object.spec.resumed)",
          "request.operation == 'UPDATE' && object.spec == oldObject.spec",
        ].join(' : '),
        message: 'pause, stop and resume are people’s: neither the controller nor the executor sets or lifts them',
      },
    ],
  },
  {
    name: 'fairlead-people-ask-at-the-gateway',
    of: { group: 'fairlead.dev', resources: ['decisions'], operations: ['CREATE'] },
    validations: [
      {
        expression: `${by(gateway)} || object.spec.?requester.?kind.orValue('') != 'person'`,
        message: 'a person asks at the gateway, which knows who it is',
      },
    ],
  },
  {
    name: 'fairlead-versions-are-of-blueprints',
    of: { group: 'apps', resources: ['controllerrevisions'], operations: WRITES },
    users: [executor],
    validations: [
      {
        // StatefulSets and DaemonSets keep their templates in the same kind.
        expression:
          "[object, oldObject].all(o, o == null || (has(o.metadata.ownerReferences) && o.metadata.ownerReferences.size() > 0 && o.metadata.ownerReferences.all(r, r.kind == 'Blueprint' && r.apiVersion.startsWith('fairlead.dev/'))))",
        message: 'of ControllerRevisions the executor writes those that a Blueprint owns, and no version of a workload',
      },
    ],
  },
  {
    name: 'fairlead-leases',
    of: { group: 'coordination.k8s.io', resources: ['leases'], operations: ['CREATE', 'UPDATE'] },
    users: [controller, executor],
    validations: [
      {
        expression: `object.metadata.name == (${by(executor)} ? 'fairlead-executor' : 'fairlead-controller')`,
        message: 'neither the controller nor the executor takes the place of the other',
      },
    ],
  },
];
