import type { KubeObject } from '../../schema/kube.ts';
import { badRequest } from './refused.ts';
import type { Resource } from './resources.ts';

export type Selector = (object: KubeObject) => boolean;

/** Beside metadata.name and metadata.namespace, which every kind has. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
  ],
  Namespace: ['status.phase'],
  Node: ['spec.unschedulable'],
  ReplicaSet: ['status.replicas'],
  Event: [
    ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].flatMap((field) => [
      `involvedObject.${field}`,
      `regarding.${field}`,
    ]),
    'reason',
    'type',
    'reportingComponent',
    'reportingController',
    'source',
  ],
};

/** Both selectors of a request; throws the API server's refusal of one it cannot read. Applied to objects as they are served. */
export function selectorOf(resource: Resource, query: URLSearchParams): Selector {
  const labels = labelTerms(query.get('labelSelector') ?? '');
  const fields = fieldTerms(resource, query.get('fieldSelector') ?? '');
  return (object) => labels.every((term) => term(object.metadata.labels ?? {})) && fields.every((term) => term(object));
}

export const selectsAll = (query: URLSearchParams): boolean =>
  !query.get('labelSelector') && !query.get('fieldSelector');

const KEY = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?';
const TERMS: readonly (readonly [
  RegExp,
  (key: string, text: string) => (labels: Record<string, string>) => boolean,
])[] = [
  [new RegExp(`^(${KEY})\\s*==?\\s*(\\S*)$`), (key, text) => (labels) => labels[key] === text],
  [new RegExp(`^(${KEY})\\s*!=\\s*(\\S*)$`), (key, text) => (labels) => labels[key] !== text],
  [new RegExp(`^(${KEY})\\s+in\\s*\\(([^()]*)\\)$`), (key, text) => (labels) => listed(text, labels[key])],
  [new RegExp(`^(${KEY})\\s+notin\\s*\\(([^()]*)\\)$`), (key, text) => (labels) => !listed(text, labels[key])],
  [new RegExp(`^(${KEY})()$`), (key) => (labels) => Object.hasOwn(labels, key)],
  [new RegExp(`^!\\s*(${KEY})()$`), (key) => (labels) => !Object.hasOwn(labels, key)],
];

const listed = (list: string, value: string | undefined): boolean =>
  value !== undefined && list.split(',').some((each) => each.trim() === value);

function labelTerms(text: string): ((labels: Record<string, string>) => boolean)[] {
  return termsOf(text).map((term) => {
    for (const [form, make] of TERMS) {
      const match = form.exec(term);
      if (match !== null) return make(match[1] ?? '', match[2] ?? '');
    }
    throw badRequest(`unable to parse requirement: ${term} is no label selector`);
  });
}

function fieldTerms(resource: Resource, text: string): Selector[] {
  const known = ['metadata.name', 'metadata.namespace', ...(FIELDS[resource.kind.kind] ?? [])];
  return termsOf(text).map((term) => {
    const [, field = '', operator = '', wanted = ''] = /^([^=!\s]+)\s*(==?|!=)\s*(.*)$/.exec(term) ?? [];
    if (operator === '') throw badRequest(`invalid field selector: ${term}: can't understand it`);
    if (!known.includes(field)) {
      throw badRequest(`"${field}" is not a known field selector: only ${known.map((each) => `"${each}"`).join(', ')}`);
    }
    return (object) => (textAt(object, field) === wanted) === (operator !== '!=');
  });
}

/** Commas inside parentheses belong to the term. */
const termsOf = (text: string): string[] =>
  text
    .split(/,(?![^()]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');

function textAt(object: unknown, path: string): string {
  let value = object;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return '';
    value = Reflect.get(value, key);
  }
  return typeof value === 'object' ? '' : String(value);
}
