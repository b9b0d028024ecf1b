import { ALLOWANCE_ANNOTATION } from '../schema/allowance.ts';
import { type KubeObject, LAST_CHANGE_ANNOTATION, MANAGED_LABEL } from '../schema/kube.ts';
import { RESTARTED_AT } from '../schema/patch.ts';
import { userName } from './accounts.ts';

const GROUP = 'admissionregistration.k8s.io/v1';
const OURS = 'fairlead.dev/v1alpha1';

interface Validation {
  readonly expression: string;
  readonly message?: string;
  readonly messageExpression?: string;
}

interface Policy {
  readonly name: string;
  /** Plural resources by API group. */
  readonly of: {
    readonly group: string;
    readonly resources: readonly string[];
    readonly operations: readonly string[];
  };
  /** Whose requests it looks at; everybody's without. */
  readonly users?: readonly string[];
  /** What it is judged by. `each`: every Blueprint of the object's namespace, each by itself. */
  readonly param?: { readonly kind: 'Blueprint'; readonly each: true } | { readonly kind: 'ClusterBlueprint' };
  readonly variables?: Readonly<Record<string, string>>;
  readonly validations: readonly Validation[];
}

/**
 * Hazard: an optional that is kept in a variable of a policy answers `none` to a further `.?` (seen on 1.37.2): variables
 * hold plain values.
 */
/** In CEL, whether two maps are the same but for some keys; either may lack any other key only if both do. */
const sameBut = (a: string, b: string, keys: readonly string[]): string => {
  const free = `k in [${keys.map((key) => `'${key}'`).join(', ')}]`;
  return `${a}.all(k, ${free} || (k in ${b} && ${a}[k] == ${b}[k])) && ${b}.all(k, ${free} || k in ${a})`;
};
const annotations = (of: string): string => `(has(${of}.metadata.annotations) ? ${of}.metadata.annotations : {})`;
const labels = (of: string): string => `(has(${of}.metadata.labels) ? ${of}.metadata.labels : {})`;

/** A quantity moved only if it stands inside the bounds now. `c`: the container, `o`: what it was. */
function quantityIn(list: 'requests' | 'limits', what: 'cpu' | 'memory'): string {
  const now = `c.?resources.?${list}.?${what}`;
  const bounds = `variables.${what}`;
  const against = (end: string): string =>
    `quantity(string(${now}.value())).compareTo(quantity(string(${bounds}.${end})))`;
  const isIn = `${now}.hasValue() && 'min' in ${bounds} && 'max' in ${bounds} && ${against('min')} >= 0 && ${against('max')} <= 0`;
  return `${now} == o.?resources.?${list}.?${what} || (${isIn})`;
}

/** What the API server itself holds the executor to, whatever token is stolen: the Blueprint is the policy's parameter. */
export function admissionObjects(namespace: string): KubeObject[] {
  const executor = userName('executor', namespace);
  const controller = userName('controller', namespace);
  const gateway = userName('gateway', namespace);
  const by = (user: string): string => `request.userInfo.username == '${user}'`;
  const policies: readonly Policy[] = [
    {
      name: 'fairlead-workload-shape',
      of: { group: 'apps', resources: ['deployments'], operations: ['UPDATE'] },
      users: [executor],
      validations: [
        {
          expression: `${labels('oldObject')}[?'${MANAGED_LABEL}'].orValue('') == 'true'`,
          message: `the Deployment does not carry the label ${MANAGED_LABEL}=true, which people set on what Fairlead may change`,
        },
        {
          expression: sameBut('object.metadata', 'oldObject.metadata', [
            'annotations',
            'generation',
            'resourceVersion',
            'managedFields',
          ]),
          message: 'Fairlead changes no label, finalizer or owner of a Deployment',
        },
        {
          expression: sameBut('variables.now', 'variables.was', [LAST_CHANGE_ANNOTATION]),
          message: `of the annotations Fairlead writes ${LAST_CHANGE_ANNOTATION} alone`,
        },
        {
          expression: sameBut('object.spec', 'oldObject.spec', ['replicas', 'template']),
          message: 'of a Deployment Fairlead changes replicas and pod template alone',
        },
      ],
      variables: { now: annotations('object'), was: annotations('oldObject') },
    },
    {
      name: 'fairlead-workload-within-blueprint',
      of: { group: 'apps', resources: ['deployments'], operations: ['UPDATE'] },
      users: [executor],
      param: { kind: 'Blueprint', each: true },
      variables: {
        mine: `params.spec.?target.?name.orValue(params.metadata.name) == object.metadata.name`,
        from: 'int(oldObject.spec.?replicas.orValue(1))',
        to: 'int(object.spec.?replicas.orValue(1))',
        lowest: 'int(params.spec.?scaling.?min_replicas.orValue(0))',
        highest: 'int(params.spec.?scaling.?max_replicas.orValue(0))',
        granted: 'params.spec.?governance.?agent_authority.?allowed_operations.orValue([])',
        allowance: `${annotations('params')}[?'${ALLOWANCE_ANNOTATION}'].orValue('')`,
        // [uid, lowest, highest], or nothing where it is written in any other way.
        once: `variables.allowance.matches('^[0-9a-f-]{36}/[0-9]{1,5}[.][.][0-9]{1,5}$') ? [variables.allowance.split('/')[0]] + variables.allowance.split('/')[1].split('..') : []`,
        isIn: 'variables.to >= variables.lowest && variables.to <= variables.highest',
        isNearer: [
          '(variables.to < variables.from && variables.to >= variables.highest)',
          '(variables.to > variables.from && variables.to <= variables.lowest)',
        ].join(' || '),
        isZero: "variables.to == 0 && 'scale_to_zero' in variables.granted",
        isAllowedOnce: `size(variables.once) == 3 && variables.once[0] == object.metadata.uid && variables.to >= int(variables.once[1]) && variables.to <= int(variables.once[2])`,
        mayRollBack: "'rollback' in variables.granted",
        pod: 'object.spec.template.spec',
        podBefore: 'oldObject.spec.template.spec',
        notes: annotations('object.spec.template'),
        notesBefore: annotations('oldObject.spec.template'),
        cpu: 'params.spec.?resources.?cpu.orValue({})',
        memory: 'params.spec.?resources.?memory.orValue({})',
      },
      validations: [
        {
          expression:
            '!variables.mine || variables.to == variables.from || variables.isIn || variables.isNearer || variables.isZero || variables.isAllowedOnce',
          messageExpression:
            "'replicas %d is outside %d..%d of Blueprint %s'.format([variables.to, variables.lowest, variables.highest, params.metadata.name])",
        },
        {
          expression: `!variables.mine || variables.mayRollBack || (${[
            sameBut('object.spec.template.metadata', 'oldObject.spec.template.metadata', ['annotations']),
            sameBut('variables.notes', 'variables.notesBefore', [RESTARTED_AT]),
            sameBut('variables.pod', 'variables.podBefore', ['containers']),
            'size(variables.pod.containers) == size(variables.podBefore.containers)',
            `variables.pod.containers.all(c, variables.podBefore.containers.exists(o, o.name == c.name && ${sameBut('c', 'o', ['resources'])}))`,
          ].join(' && ')})`,
          messageExpression:
            "'the pod template changes in more than resources and the restart annotation, and Blueprint %s does not grant rollback'.format([params.metadata.name])",
        },
        {
          expression: `!variables.mine || variables.mayRollBack || variables.pod.containers.all(c, variables.podBefore.containers.exists(o, o.name == c.name && ${(
            ['requests', 'limits'] as const
          )
            .flatMap((list) => [
              `(${quantityIn(list, 'cpu')})`,
              `(${quantityIn(list, 'memory')})`,
              sameBut(`c.?resources.?${list}.orValue({})`, `o.?resources.?${list}.orValue({})`, ['cpu', 'memory']),
            ])
            .join(
              ' && ',
            )} && ${sameBut('c.?resources.orValue({})', 'o.?resources.orValue({})', ['requests', 'limits'])}))`,
          messageExpression: "'resources move outside the bounds of Blueprint %s'.format([params.metadata.name])",
        },
      ],
    },
    {
      name: 'fairlead-workload-under-ceilings',
      of: { group: 'apps', resources: ['deployments'], operations: ['UPDATE'] },
      users: [executor],
      param: { kind: 'ClusterBlueprint' },
      variables: {
        from: 'int(oldObject.spec.?replicas.orValue(1))',
        to: 'int(object.spec.?replicas.orValue(1))',
        ceilings: 'params.spec.?ceilings.orValue({})',
      },
      validations: [
        {
          expression:
            'variables.to <= variables.from || variables.to <= int(variables.ceilings.?max_replicas.orValue(variables.to))',
          messageExpression:
            "'replicas %d are above the ceiling that holds for the whole cluster'.format([variables.to])",
        },
        {
          expression: `object.spec.template.spec.containers.all(c, ${(['cpu', 'memory'] as const)
            .flatMap((what) =>
              (['requests', 'limits'] as const).map((list) => {
                const path = `c.?resources.?${list}.?${what}`;
                const under = `quantity(string(${path}.value())).compareTo(quantity(string(variables.ceilings.${what}))) <= 0`;
                const same = `oldObject.spec.template.spec.containers.exists(o, o.name == c.name && o.?resources.?${list}.?${what} == ${path})`;
                return `(!${path}.hasValue() || !('${what}' in variables.ceilings) || ${under} || ${same})`;
              }),
            )
            .join(' && ')})`,
          message: 'resources are above the ceiling that holds for the whole cluster',
        },
      ],
    },
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
      of: { group: 'fairlead.dev', resources: ['blueprints', 'clusterblueprints'], operations: ['CREATE', 'UPDATE'] },
      users: [controller, executor],
      validations: [
        {
          expression: `oldObject != null && object.spec == oldObject.spec && ${sameBut('object.metadata', 'oldObject.metadata', ['resourceVersion', 'managedFields', 'generation'])}`,
          message: 'neither the controller nor the executor writes what a blueprint says',
        },
      ],
    },
    {
      name: 'fairlead-decision-status',
      of: { group: 'fairlead.dev', resources: ['decisions/status'], operations: ['UPDATE'] },
      validations: [{ expression: by(executor), message: 'what became of a Decision is written by the executor' }],
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
  ];
  return policies.flatMap(objectsOf);
}

function objectsOf({ name, of, users, param, variables, validations }: Policy): KubeObject[] {
  const matchResources = {
    resourceRules: [
      {
        apiGroups: [of.group],
        apiVersions: ['*'],
        operations: of.operations,
        resources: of.resources,
      },
    ],
  };
  const whose = users?.map((user) => `request.userInfo.username == '${user}'`).join(' || ');
  return [
    {
      apiVersion: GROUP,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        // What cannot be judged is refused.
        failurePolicy: 'Fail',
        matchConstraints: matchResources,
        ...(param && { paramKind: { apiVersion: OURS, kind: param.kind } }),
        ...(whose && { matchConditions: [{ name: 'whose', expression: whose }] }),
        ...(variables && {
          variables: Object.entries(variables).map(([variable, expression]) => ({ name: variable, expression })),
        }),
        validations: validations.map((one) => ({ ...one, reason: 'Forbidden' })),
      },
    },
    {
      apiVersion: GROUP,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ['Deny'],
        // Parameters are looked up before anybody asks whose request it is: where none is found, `Deny` would keep every
        // team from its own Deployments. What has no blueprint is guarded by the label that people set.
        ...(param && {
          paramRef:
            param.kind === 'Blueprint'
              ? { selector: {}, parameterNotFoundAction: 'Allow' }
              : { name: 'default', parameterNotFoundAction: 'Allow' },
        }),
      },
    },
  ];
}
