import { Counters } from '../../../schema/counters.ts';
import { type KubeObject, LAST_CHANGE_ANNOTATION } from '../../../schema/kube.ts';
import type { Objects } from '../../../world/objects.ts';

/** Tells when a service's breaker opens or closes, from its record: the journal has the failures, and not what they add up to. */
export function watchBreakers(objects: Objects, tell: (service: string, text: string) => void): void {
  const known = new Map<string, number>();
  objects.onChange(({ kind, object }) => {
    if (kind.kind !== 'CircuitBreaker') return;
    const breaker = Counters.safeParse(object.status).data?.breaker;
    if (breaker === undefined) return;
    const { name } = object.metadata;
    const before = known.get(name) ?? 0;
    known.set(name, breaker.opens);
    if (breaker.opens > before) tell(name, `the breaker opens after ${breaker.failures} failures in a row`);
    if (breaker.opens < before) tell(name, 'the breaker closes');
  });
}

/** Tells of Deployments whose replicas somebody other than the executor changed, such as `kubectl scale`. */
export function watchOutsiders(objects: Objects, tell: (service: string, text: string) => void): void {
  const known = new Map<string, { readonly replicas: number; readonly lastChange: string | undefined }>();
  objects.onChange(({ kind, object, type }) => {
    if (kind.kind !== 'Deployment') return;
    const { name } = object.metadata;
    const before = known.get(name);
    if (type === 'deleted') {
      known.delete(name);
      if (before !== undefined) tell(name, 'somebody deletes the Deployment');
      return;
    }
    const now = { replicas: replicasOf(object), lastChange: object.metadata.annotations?.[LAST_CHANGE_ANNOTATION] };
    known.set(name, now);
    if (before === undefined || before.replicas === now.replicas || before.lastChange !== now.lastChange) return;
    tell(name, `somebody sets replicas from ${before.replicas} to ${now.replicas}`);
  });
}

const replicasOf = ({ spec }: KubeObject): number => Number((spec as { replicas?: number } | undefined)?.replicas ?? 1);
