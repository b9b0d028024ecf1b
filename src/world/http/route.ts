import { badRequest, notServed } from './refused.ts';
import { RESOURCES, type Resource, rootOf } from './resources.ts';

/** What a path of stored objects names. */
export interface Route {
  readonly resource: Resource;
  /** Undefined: a cluster-wide kind, or all namespaces. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** Paths end in `/plural`, `/plural/name` or `/plural/name/subresource`, inside `/namespaces/x` for namespaced kinds. */
export function routeOf(pathname: string): Route {
  for (const resource of RESOURCES) {
    const root = `${rootOf(resource.kind)}/`;
    if (!pathname.startsWith(root)) continue;
    const parts = pathname.slice(root.length).split('/').map(decoded);
    const inside = resource.kind.namespaced && parts[0] === 'namespaces' && parts.length > 2;
    const [plural, name, subresource, ...rest] = inside ? parts.slice(2) : parts;
    if (plural !== resource.kind.plural || rest.length > 0) continue;
    // `namespaces/x/pods` is no subresource of a namespace.
    if (plural === 'namespaces' && subresource !== undefined && subresource !== 'status') continue;
    if (name !== undefined && resource.kind.namespaced && !inside) continue;
    if (name === '' || subresource === '') throw notServed();
    return { resource, namespace: inside ? parts[1] : undefined, name, subresource };
  }
  throw notServed();
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`the path part ${part} is not URL-encoded text`);
  }
}
