import type { KubeObject } from '../schema/kube.ts';

const GROUP = 'admissionregistration.k8s.io/v1';
const OURS = 'fairlead.dev/v1alpha1';

interface Validation {
  readonly expression: string;
  readonly message?: string;
  readonly messageExpression?: string;
}

export interface Policy {
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
  /** Hazard: an optional in a variable answers `none` to a further `.?` (seen on 1.37.2): variables hold plain values. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly validations: readonly Validation[];
}

/** In CEL, whether two maps are the same but for some keys; either may lack any other key only if both do. */
export const sameBut = (a: string, b: string, keys: readonly string[]): string => {
  const free = `k in [${keys.map((key) => `'${key}'`).join(', ')}]`;
  return `${a}.all(k, ${free} || (k in ${b} && ${a}[k] == ${b}[k])) && ${b}.all(k, ${free} || k in ${a})`;
};
export const annotations = (of: string): string =>
  `(has(${of}.metadata.annotations) ? ${of}.metadata.annotations : {})`;
export const labels = (of: string): string => `(has(${of}.metadata.labels) ? ${of}.metadata.labels : {})`;
export const by = (user: string): string => `request.userInfo.username == '${user}'`;

/** The policy and its binding, as the API server reads them. */
export function objectsOf({ name, of, users, param, variables, validations }: Policy): KubeObject[] {
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
  const whose = users?.map(by).join(' || ');
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
