import { crds } from '../../schema/crds.ts';
import { KINDS, type Kind } from '../../schema/kube.ts';

export type Verb = 'create' | 'delete' | 'get' | 'list' | 'patch' | 'update' | 'watch';
export type Subresource = 'status' | 'scale';

/** A collection that the HTTP API serves. */
export interface Resource {
  /** How it appears in paths and bodies. */
  readonly kind: Kind;
  /** How it is stored; another than `kind` only where one thing is served under two groups. */
  readonly stored: Kind;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  readonly subresources: readonly Subresource[];
  /** Of a custom kind: its version's schema and columns. */
  readonly definition?: Definition;
}

/** What the skin reads of a CustomResourceDefinition. */
export interface Definition {
  readonly spec: {
    readonly names: {
      readonly kind: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly versions: readonly {
      readonly additionalPrinterColumns: readonly PrinterColumn[];
      readonly schema: { readonly openAPIV3Schema: SchemaNode };
    }[];
  };
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly description: string;
  readonly priority?: number;
}

export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly [keyword: string]: unknown;
}

const ALL: readonly Verb[] = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const READ: readonly Verb[] = ['get', 'list', 'watch'];

const CONFIG_MAP: Kind = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
const SERVICE: Kind = { apiVersion: 'v1', kind: 'Service', plural: 'services', namespaced: true };
const CORE_EVENT: Kind = { apiVersion: 'v1', kind: 'Event', plural: 'events', namespaced: true };

interface Names {
  readonly short?: readonly string[];
  readonly all?: true;
  readonly sub?: readonly Subresource[];
  readonly stored?: Kind;
  readonly verbs?: readonly Verb[];
}

const builtIn = (kind: Kind, { short = [], all, sub = [], stored = kind, verbs = ALL }: Names = {}): Resource => ({
  kind,
  stored,
  singular: kind.kind.toLowerCase(),
  shortNames: short,
  categories: all ? ['all'] : [],
  verbs,
  subresources: sub,
});

const status = ['status'] as const;

/** Everything that is served as a stored object, in the order of discovery. */
export const RESOURCES: readonly Resource[] = [
  builtIn(KINDS.Namespace, { short: ['ns'], sub: status }),
  builtIn(KINDS.Node, { short: ['no'], sub: status }),
  builtIn(KINDS.Pod, { short: ['po'], all: true, sub: status }),
  builtIn(SERVICE, { short: ['svc'], all: true, sub: status }),
  builtIn(CONFIG_MAP, { short: ['cm'] }),
  builtIn(KINDS.ResourceQuota, { short: ['quota'], sub: status }),
  builtIn(KINDS.LimitRange, { short: ['limits'] }),
  builtIn(CORE_EVENT, { short: ['ev'], stored: KINDS.Event }),
  builtIn(KINDS.Deployment, { short: ['deploy'], all: true, sub: ['scale', 'status'] }),
  builtIn(KINDS.ReplicaSet, { short: ['rs'], all: true, sub: status }),
  builtIn(KINDS.ControllerRevision),
  builtIn(KINDS.HorizontalPodAutoscaler, { short: ['hpa'], all: true, sub: status }),
  builtIn(KINDS.PodDisruptionBudget, { short: ['pdb'], sub: status }),
  builtIn(KINDS.Lease),
  builtIn(KINDS.Event, { short: ['ev'] }),
  // The definitions are part of the embedded cluster: there is nothing to install.
  builtIn(KINDS.CustomResourceDefinition, { short: ['crd', 'crds'], verbs: READ }),
  ...(crds() as Definition[]).map(custom),
];

function custom(definition: Definition): Resource {
  const { kind: name, singular, shortNames, categories } = definition.spec.names;
  const kind = Object.values<Kind>(KINDS).find((each) => each.kind === name);
  if (kind === undefined) throw new Error(`a definition names the unknown kind ${name}`);
  return { kind, stored: kind, singular, shortNames, categories, verbs: ALL, subresources: status, definition };
}

export interface GroupVersion {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
}

export function groupVersionOf({ apiVersion }: Kind): GroupVersion {
  const [first = '', second] = apiVersion.split('/');
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}

/** `deployments.apps`, `pods`: how the server names a resource in its messages. */
export const groupResource = (kind: Kind): string => {
  const { group } = groupVersionOf(kind);
  return group === '' ? kind.plural : `${kind.plural}.${group}`;
};

/** `/api/v1`, `/apis/apps/v1`. */
export const rootOf = (kind: Kind): string => (kind.apiVersion.includes('/') ? '/apis/' : '/api/') + kind.apiVersion;
