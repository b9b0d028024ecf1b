import { ALLOWANCE_ANNOTATION } from '../schema/allowance.ts';
import { LAST_CHANGE_ANNOTATION, MANAGED_LABEL } from '../schema/kube.ts';
import { RESTARTED_AT } from '../schema/patch.ts';
import { annotations, labels, type Policy, sameBut } from './policy.ts';

/** A quantity moved only if it stands inside the bounds now. `c`: the container, `o`: what it was. */
function quantityIn(list: 'requests' | 'limits', what: 'cpu' | 'memory'): string {
  const now = `c.?resources.?${list}.?${what}`;
  const bounds = `variables.${what}`;
  const against = (end: string): string =>
    `quantity(string(${now}.value())).compareTo(quantity(string(${bounds}.${end})))`;
  const isIn = `${now}.hasValue() && 'min' in ${bounds} && 'max' in ${bounds} && ${against('min')} >= 0 && ${against('max')} <= 0`;
  return `${now} == o.?resources.?${list}.?${what} || (${isIn})`;
}

/** Whoever may roll back may write any template: never one that can do more on its node or in the cluster than now. */
function noMorePower(now: string, before: string): string {
  const same = ['serviceAccountName', 'hostNetwork', 'hostPID', 'hostIPC'].map(
    (key) => `${now}.?${key} == ${before}.?${key}`,
  );
  const paths = `${now}.?volumes.orValue([]).all(v, !has(v.hostPath) || ${before}.?volumes.orValue([]).exists(o, o == v))`;
  const raised = (of: string): string => `${of}.?securityContext.?privileged.orValue(false)`;
  const contained = ['containers', 'initContainers'].map(
    (list) =>
      `${now}.?${list}.orValue([]).all(c, !${raised('c')} || ${before}.?${list}.orValue([]).exists(o, o.name == c.name && ${raised('o')}))`,
  );
  return [...same, paths, ...contained].join(' && ');
}

/** How far `executor` may change a Deployment: in which fields, within its Blueprint, and under the ceilings of the cluster. */
export const workloadPolicies = (executor: string): readonly Policy[] => [
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
      {
        // Needs no Blueprint, so that it holds where a label was left behind by one.
        expression: noMorePower('variables.pod', 'variables.podBefore'),
        message: 'no rollback gives pods another account, the host’s namespaces or folders, or a privileged container',
      },
    ],
    variables: {
      now: annotations('object'),
      was: annotations('oldObject'),
      pod: 'object.spec.template.spec',
      podBefore: 'oldObject.spec.template.spec',
    },
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
      // None at all is an operation of its own, wherever the range begins.
      isIn: 'variables.to > 0 && variables.to >= variables.lowest && variables.to <= variables.highest',
      isNearer: [
        '(variables.to < variables.from && variables.to > 0 && variables.to >= variables.highest)',
        '(variables.to > variables.from && variables.to <= variables.lowest)',
      ].join(' || '),
      isZero: "variables.to == 0 && 'scale_to_zero' in variables.granted",
      isAllowedOnce: `size(variables.once) == 3 && variables.once[0] == object.metadata.uid && variables.to >= int(variables.once[1]) && variables.to <= int(variables.once[2])`,
      // Also where people are asked first: that they were, the gate knows and this cannot.
      asked: 'params.spec.?governance.?agent_authority.?requires_approval.orValue([])',
      mayRollBack: "'rollback' in variables.granted || variables.asked.exists(r, r.operation == 'rollback')",
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
];
