import { textAt } from '../../observe/narrow.ts';
import type { KubeObject } from '../../schema/kube.ts';
import type { GatewayDeps } from '../deps.ts';
import { type Entry, openOf } from './openRequests.ts';
import { createdAt, keyOf } from './records.ts';
import type { Records } from './serviceSummary.ts';

/** What is on record of each service, by `namespace/name` of its Blueprint: one look over all, made once a call. */
export function recordsByService(deps: GatewayDeps): (key: string) => Records & { readonly open: readonly Entry[] } {
  const open = new Map<string, Entry[]>();
  for (const entry of openOf(deps, deps.observer.approvals()).values()) {
    const key = keyOf(entry.request.namespace, entry.request.spec.blueprint.name);
    const known = open.get(key);
    if (known === undefined) open.set(key, [entry]);
    else known.push(entry);
  }
  const newest = new Map<string, KubeObject>();
  for (const object of deps.observer.decisions()) {
    const key = serviceOf(object);
    const known = newest.get(key);
    if (known === undefined || createdAt(known) < createdAt(object)) newest.set(key, object);
  }
  return (key) => {
    const waits = open.get(key) ?? [];
    return { open: waits, waiting: waits.length, newest: newest.get(key) };
  };
}

/** `namespace/name` of the Blueprint that a Decision names. */
export const serviceOf = (decision: KubeObject): string =>
  keyOf(decision.metadata.namespace ?? '', textAt(decision, 'spec', 'blueprint', 'name') ?? '');
