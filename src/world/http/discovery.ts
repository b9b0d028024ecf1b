import { CUSTOM_METRICS } from './metricsApis.ts';
import { type GroupVersion, groupVersionOf, RESOURCES, type Resource } from './resources.ts';

export const VERSION = {
  major: '1',
  minor: '37',
  gitVersion: 'v1.37.2+fairlead.world',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'fairlead/embedded',
} as const;

/** One entry of discovery, of stored objects and of the metrics APIs alike. */
interface Listed {
  readonly name: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly { readonly name: string; readonly kind: string; readonly verbs: readonly string[] }[];
}

const SUB_VERBS = ['get', 'patch', 'update'];

const stored = ({ kind, singular, shortNames, categories, verbs, subresources }: Resource): Listed => ({
  name: kind.plural,
  singular,
  kind: kind.kind,
  namespaced: kind.namespaced,
  verbs,
  shortNames,
  categories,
  subresources: subresources.map((name) => ({ name, kind: name === 'scale' ? 'Scale' : kind.kind, verbs: SUB_VERBS })),
});

const measured = (name: string, kind: string, namespaced: boolean, verbs = ['get', 'list']): Listed => ({
  name,
  singular: '',
  kind,
  namespaced,
  verbs,
  shortNames: [],
  categories: [],
  subresources: [],
});

interface Served extends GroupVersion {
  readonly resources: readonly Listed[];
}

const SERVED: readonly Served[] = (() => {
  const versions = new Map<string, { group: string; version: string; resources: Listed[] }>();
  for (const resource of RESOURCES) {
    const { apiVersion } = resource.kind;
    const entry = versions.get(apiVersion) ?? { ...groupVersionOf(resource.kind), resources: [] };
    entry.resources.push(stored(resource));
    versions.set(apiVersion, entry);
  }
  return [
    ...versions.values(),
    {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      resources: [measured('nodes', 'NodeMetrics', false), measured('pods', 'PodMetrics', true)],
    },
    {
      group: 'custom.metrics.k8s.io',
      version: 'v1beta2',
      resources: CUSTOM_METRICS.map((name) => measured(`deployments.apps/${name}`, 'MetricValueList', true, ['get'])),
    },
  ];
})();

const AGGREGATED = 'apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

export interface Discovered {
  readonly body: object;
  readonly contentType?: string;
}

/** The answer to a discovery path; undefined when the path is none of them. */
export function discovered(pathname: string, accept: string): Discovered | undefined {
  const path = pathname.replace(/\/$/, '');
  if (path === '/version') return { body: VERSION };
  if (path === '/api' || path === '/apis') {
    const core = path === '/api';
    const wanted = SERVED.filter(({ group }) => (group === '') === core);
    if (accept.includes(`g=${AGGREGATED}`))
      return { body: aggregated(wanted), contentType: `application/json;g=${AGGREGATED}` };
    return { body: core ? { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] } : groups(wanted) };
  }
  const [, root, first, second, ...rest] = path.split('/');
  if (rest.length > 0) return undefined;
  if (root === 'apis' && second === undefined) {
    const served = SERVED.find(({ group }) => group !== '' && group === first);
    return served && { body: { kind: 'APIGroup', apiVersion: 'v1', ...group(served) } };
  }
  const served = SERVED.find(({ group, version }) =>
    root === 'api'
      ? group === '' && version === first && second === undefined
      : root === 'apis' && group !== '' && group === first && version === second,
  );
  return served && { body: resourceList(served) };
}

const nameOf = ({ group, version }: GroupVersion): string => (group === '' ? version : `${group}/${version}`);

function group(served: GroupVersion) {
  const version = { groupVersion: nameOf(served), version: served.version };
  return { name: served.group, versions: [version], preferredVersion: version };
}

const groups = (served: readonly Served[]): object => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: served.map(group),
});

function resourceList(served: Served): object {
  const resources = served.resources.flatMap((each) => [
    {
      name: each.name,
      singularName: each.singular,
      namespaced: each.namespaced,
      kind: each.kind,
      verbs: each.verbs,
      ...(each.shortNames.length > 0 ? { shortNames: each.shortNames } : {}),
      ...(each.categories.length > 0 ? { categories: each.categories } : {}),
    },
    ...each.subresources.map(({ name, kind, verbs }) => ({
      name: `${each.name}/${name}`,
      singularName: '',
      namespaced: each.namespaced,
      kind,
      verbs,
      ...(kind === 'Scale' ? { group: 'autoscaling', version: 'v1' } : {}),
    })),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: nameOf(served), resources };
}

function aggregated(served: readonly Served[]): object {
  const items = served.map(({ group, version, resources }) => ({
    metadata: group === '' ? {} : { name: group },
    versions: [
      { version, freshness: 'Current', resources: resources.map((each) => aggregatedResource(each, group, version)) },
    ],
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function aggregatedResource(each: Listed, group: string, version: string): object {
  return {
    resource: each.name,
    responseKind: { group, version, kind: each.kind },
    scope: each.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: each.singular,
    verbs: each.verbs,
    ...(each.shortNames.length > 0 ? { shortNames: each.shortNames } : {}),
    ...(each.categories.length > 0 ? { categories: each.categories } : {}),
    ...(each.subresources.length > 0
      ? {
          subresources: each.subresources.map(({ name, kind, verbs }) => ({
            subresource: name,
            responseKind: kind === 'Scale' ? { group: 'autoscaling', version: 'v1', kind } : { group, version, kind },
            verbs,
          })),
        }
      : {}),
  };
}
