import type { Kind } from '../../schema/kube.ts';

export type Query = Readonly<Record<string, string | undefined>>;

/** The API path of a kind's collection, or of one object or subresource of it. Every part is encoded. */
export function pathOf(kind: Kind, namespace: string | undefined, name?: string, subresource?: string): string {
  if (kind.namespaced && namespace === undefined && name !== undefined) {
    throw new Error(`${kind.kind} ${name} needs a namespace`);
  }
  const root = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  const scope = kind.namespaced && namespace !== undefined ? `/namespaces/${part(namespace, 'namespace')}` : '';
  const object = name === undefined ? '' : `/${part(name, 'name')}`;
  return `${root}${scope}/${kind.plural}${object}${subresource === undefined ? '' : `/${subresource}`}`;
}

export function withQuery(path: string, query: Query): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs).toString()}`;
}

/** An empty name would turn one object into its whole collection, a dotted one into another path: both are bugs. */
function part(text: string, what: string): string {
  if (text === '' || text === '.' || text === '..') throw new Error(`a ${what} must not be ${JSON.stringify(text)}`);
  return encodeURIComponent(text);
}
