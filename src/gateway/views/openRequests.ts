import type { KubeObject } from '../../schema/kube.ts';
import type { GatewayDeps } from '../deps.ts';
import type { Place } from './pages.ts';
import { type RequestRecord, readRequest, type Standing, standingOf } from './records.ts';
import { requestFacts } from './requestFacts.ts';
import { instantMs } from './told.ts';

export interface Entry extends Place {
  readonly request: RequestRecord;
  readonly standing: Standing;
}

/** Those whose answer is still to come. Only they are looked at closely: votes are checked, and the rest is counted. */
export function openOf(deps: GatewayDeps, objects: readonly KubeObject[]): ReadonlyMap<KubeObject, Entry> {
  const open = new Map<KubeObject, Entry>();
  for (const object of objects) {
    const { phase, key } = requestFacts(object);
    if (phase !== 'Pending') continue;
    const request = readRequest(object);
    const standing = request && standingOf(request, deps);
    if (request === undefined || standing?.phase !== 'Pending') continue;
    open.set(object, { at: instantMs(request.spec.decideBy), key, request, standing });
  }
  return open;
}
