import { BUILT_IN_SCHEMAS } from './builtInSchemas.ts';
import { type GroupVersion, groupVersionOf, RESOURCES, type Resource, rootOf, type SchemaNode } from './resources.ts';

const ROOT = '/openapi/v3';
const META = {
  description: 'What identifies the object and what others say about it: name, namespace, labels, annotations, owners.',
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
  properties: {
    name: { type: 'string', description: 'Unique within the namespace; never changes.' },
    namespace: { type: 'string', description: 'The space within which the name is unique.' },
    labels: map('Keys and values that selectors go by.'),
    annotations: map('Keys and values that are not selected by.'),
    uid: { type: 'string', description: 'Unique in time and space.' },
    resourceVersion: { type: 'string', description: 'Changes with every write; compared by updates.' },
    generation: { type: 'integer', format: 'int64', description: 'Rises with every change of the desired state.' },
    creationTimestamp: { type: 'string', format: 'date-time', description: 'When it was created.' },
  },
};

function map(description: string): SchemaNode {
  return { type: 'object', description, additionalProperties: { type: 'string' } };
}

/** The index and the documents of OpenAPI v3, as kubectl reads them to validate, apply and explain; undefined elsewhere. */
export function openapi(pathname: string): { body: object } | undefined {
  const roots = [...new Set(RESOURCES.map(({ kind }) => rootOf(kind).slice(1)))];
  if (pathname === ROOT) {
    const paths = Object.fromEntries(roots.map((root) => [root, { serverRelativeURL: `${ROOT}/${root}?hash=0` }]));
    return { body: { paths } };
  }
  const root = roots.find((each) => pathname === `${ROOT}/${each}`);
  return root === undefined ? undefined : { body: documentOf(`/${root}`) };
}

function documentOf(root: string): object {
  const resources = RESOURCES.filter(({ kind }) => rootOf(kind) === root);
  return {
    openapi: '3.0.0',
    info: { title: 'Fairlead embedded cluster', version: 'v1.37.2' },
    paths: Object.fromEntries(resources.flatMap(pathsOf)),
    components: { schemas: Object.fromEntries(resources.map((each) => [nameOf(each), schemaOf(each)])) },
  };
}

const gvk = ({ kind }: Resource): GroupVersion & { kind: string } => ({ ...groupVersionOf(kind), kind: kind.kind });

function nameOf({ kind }: Resource): string {
  const { group, version } = groupVersionOf(kind);
  return `${group.split('.').reverse().join('.') || 'core'}.${version}.${kind.kind}`;
}

function schemaOf(resource: Resource): SchemaNode {
  const own = resource.definition?.spec.versions[0]?.schema.openAPIV3Schema ?? BUILT_IN_SCHEMAS[resource.kind.kind];
  return {
    ...own,
    type: 'object',
    properties: {
      apiVersion: { type: 'string', description: 'Group and version of this shape of the object.' },
      kind: { type: 'string', description: 'The kind of the object.' },
      ...own?.properties,
      metadata: META,
    },
    'x-kubernetes-group-version-kind': [gvk(resource)],
  };
}

/** Query parameters that kubectl looks for before it uses them. */
const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'];
const READ = ['labelSelector', 'fieldSelector', 'limit', 'continue', 'resourceVersion', 'watch'];

function pathsOf(resource: Resource): [string, object][] {
  const { kind, verbs } = resource;
  const collection = `${rootOf(kind)}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${kind.plural}`;
  const operation = (verb: string, action: string, names: readonly string[]): [string, object][] =>
    verbs.some((each) => each === verb)
      ? [
          [
            METHODS[verb] ?? 'get',
            {
              operationId: `${verb} ${kind.apiVersion} ${kind.plural}`,
              parameters: names.map((name) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } })),
              ...(verb === 'patch' && resource.definition !== undefined
                ? { requestBody: { content: PATCH_TYPES } }
                : {}),
              'x-kubernetes-action': action,
              'x-kubernetes-group-version-kind': gvk(resource),
              responses: { 200: { description: 'OK' } },
            },
          ],
        ]
      : [];
  return [
    [collection, Object.fromEntries([...operation('list', 'list', READ), ...operation('create', 'post', WRITE)])],
    [
      `${collection}/{name}`,
      Object.fromEntries([
        ...operation('get', 'get', []),
        ...operation('update', 'put', WRITE),
        ...operation('patch', 'patch', [...WRITE, 'force']),
        ...operation('delete', 'delete', ['dryRun', 'propagationPolicy']),
      ]),
    ],
  ];
}

/** Of custom kinds; kubectl knows by itself what the built-in ones take. */
const PATCH_TYPES = Object.fromEntries(
  ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'].map((type) => [
    type,
    { schema: { type: 'object' } },
  ]),
);

const METHODS: Readonly<Record<string, string>> = { create: 'post', update: 'put', patch: 'patch', delete: 'delete' };
