import { breakerAt } from '../policy/breaker.ts';
import { Counters } from '../schema/counters.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import type { World } from '../world/world.ts';
import type { Sample, ServiceSample } from './seen.ts';

/** What stands in the cluster now, service by service. */
export function sampleOf(
  world: World,
  tick: number,
  targets: readonly string[],
  blueprints: ReadonlyMap<string, string>,
  observed: ReadonlySet<string>,
): Sample {
  const services = new Map<string, ServiceSample>();
  for (const target of targets) {
    const sample = serviceSample(world, target, blueprints.get(target));
    if (sample !== undefined) services.set(target, sample);
  }
  return { tick, at: world.clock.now(), services, observed };
}

interface Spec {
  readonly replicas?: number;
  readonly template?: {
    readonly spec?: {
      readonly containers?: readonly {
        readonly image?: string;
        readonly resources?: Partial<Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>>;
      }[];
    };
  };
}

function serviceSample(world: World, target: string, blueprint: string | undefined): ServiceSample | undefined {
  const [namespace = '', name = ''] = target.split('/');
  const deployment = world.get(KINDS.Deployment, namespace, name);
  if (deployment === undefined) return undefined;
  const spec = (deployment.spec ?? {}) as Spec;
  const container = spec.template?.spec?.containers?.[0];
  const { ready, cpuPct, p95Ms, errorPct } = world.measure(target);
  const pods = world.objects.list(KINDS.Pod, namespace).filter((pod) => pod.metadata.labels?.['app'] === name);
  return {
    replicas: spec.replicas ?? 0,
    ready,
    image: container?.image ?? '',
    resources: resourcesOf(container?.resources ?? {}),
    cpuPct,
    p95Ms,
    errorPct,
    pending: pods.filter(isPending).length,
    breaker: breakerOf(world, namespace, blueprint),
  };
}

function resourcesOf(
  said: Partial<Readonly<Record<string, Readonly<Record<string, string>>>>>,
): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [side, word] of [
    ['requests', 'request'],
    ['limits', 'limit'],
  ] as const) {
    for (const [resource, amount] of Object.entries(said[side] ?? {})) fields[`${resource}.${word}`] = amount;
  }
  return fields;
}

/** Without a node. */
const isPending = (pod: KubeObject): boolean => (pod.spec as { nodeName?: string } | undefined)?.nodeName === undefined;

function breakerOf(world: World, namespace: string, blueprint: string | undefined): ServiceSample['breaker'] {
  const object = blueprint === undefined ? undefined : world.get(KINDS.CircuitBreaker, namespace, blueprint);
  const counters = Counters.safeParse(object?.status);
  if (!counters.success) return 'closed';
  const state = breakerAt(counters.data.breaker, world.clock.now());
  return state === 'halfOpen' ? 'half_open' : state;
}
