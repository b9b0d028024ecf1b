import { KINDS, type KubeObject } from '../../schema/kube.ts';
import type { MetricsReading, UsageSample } from '../../schema/samples.ts';
import { instant } from '../objects.ts';
import { ERRORS, LATENCY, REQUESTS, SCRAPE_MS } from '../scrapes.ts';
import { podSpec } from '../shapes.ts';
import type { World } from '../world.ts';
import { badRequest, notServed, Refused } from './refused.ts';
import { RESOURCES, type Resource } from './resources.ts';
import { selectorOf } from './selectors.ts';

/** Served of Deployments by custom.metrics.k8s.io. */
export const CUSTOM_METRICS: readonly string[] = [LATENCY, ERRORS, REQUESTS];

const USAGE = '/apis/metrics.k8s.io/v1beta1/';
const CUSTOM = '/apis/custom.metrics.k8s.io/v1beta2/';
const WINDOW = `${SCRAPE_MS / 1000}s`;

/** Reads of both metrics APIs; undefined when the path belongs to neither. */
export function metricsAnswer(world: World, pathname: string, query: URLSearchParams): object | undefined {
  const parts = (root: string): string[] => pathname.slice(root.length).split('/').map(decodeURIComponent);
  if (pathname.startsWith(USAGE)) return usage(world, parts(USAGE), query);
  if (pathname.startsWith(CUSTOM)) return custom(world, parts(CUSTOM));
  return undefined;
}

function usage(world: World, parts: readonly string[], query: URLSearchParams): object {
  const [first, namespace, third, name, ...rest] = parts;
  if (rest.length > 0) throw notServed();
  if (first === 'nodes' && third === undefined) return nodes(world, namespace, query);
  if (first === 'pods' && parts.length === 1) return pods(world, undefined, undefined, query);
  if (first === 'namespaces' && third === 'pods') return pods(world, namespace, name, query);
  throw notServed();
}

function pods(world: World, namespace: string | undefined, name: string | undefined, query: URLSearchParams): object {
  const selects = selectorOf(resourceOf('Pod'), query);
  const byPod = new Map<string, UsageSample[]>();
  for (const sample of samples(world, namespace)) {
    const pod = `${sample.namespace}/${sample.pod}`;
    byPod.set(pod, [...(byPod.get(pod) ?? []), sample]);
  }
  const items = world.objects
    .list(KINDS.Pod, namespace)
    .filter((pod) => selects(pod) && (name === undefined || pod.metadata.name === name))
    .flatMap((pod) => {
      const used = byPod.get(`${pod.metadata.namespace}/${pod.metadata.name}`);
      if (used === undefined) return [];
      const containers = used.map(({ container, cpu, memory }) => ({ name: container, usage: amounts(cpu, memory) }));
      return [{ metadata: metadataOf(world, pod), timestamp: instant(used[0]?.at ?? 0), window: WINDOW, containers }];
    });
  return oneOrAll('PodMetrics', items, name);
}

function nodes(world: World, name: string | undefined, query: URLSearchParams): object {
  const selects = selectorOf(resourceOf('Node'), query);
  const all = samples(world, undefined);
  const placed = new Map(
    world.objects
      .list(KINDS.Pod)
      .map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, podSpec(pod).nodeName]),
  );
  const items = world.objects
    .list(KINDS.Node)
    .filter((node) => selects(node) && (name === undefined || node.metadata.name === name))
    .map((node) => {
      const here = all.filter((sample) => placed.get(`${sample.namespace}/${sample.pod}`) === node.metadata.name);
      const sum = (part: 'cpu' | 'memory'): number => here.reduce((total, sample) => total + sample[part], 0);
      const timestamp = instant(here[0]?.at ?? world.clock.now());
      return {
        metadata: metadataOf(world, node),
        timestamp,
        window: WINDOW,
        usage: amounts(sum('cpu'), sum('memory')),
      };
    });
  return oneOrAll('NodeMetrics', items, name);
}

function oneOrAll(kind: string, items: readonly object[], name: string | undefined): object {
  const apiVersion = 'metrics.k8s.io/v1beta1';
  if (name === undefined) return { kind: `${kind}List`, apiVersion, metadata: {}, items };
  const [one] = items;
  if (one === undefined) throw new Refused(404, 'NotFound', `${kind.toLowerCase()}.metrics.k8s.io "${name}" not found`);
  return { kind, apiVersion, ...one };
}

function custom(world: World, parts: readonly string[]): object {
  const [namespaces, namespace = '', kind, name = '', metric = '', ...rest] = parts;
  if (namespaces !== 'namespaces' || kind !== 'deployments.apps' || metric === '' || rest.length > 0) throw notServed();
  const reading = world.scrapes.read([{ namespace, deployment: name, metrics: [metric] }]);
  const failure = reading.failures.find(({ what }) => what === 'object');
  if (failure !== undefined) {
    const known = CUSTOM_METRICS.includes(metric);
    throw new Refused(known ? 503 : 404, known ? 'ServiceUnavailable' : 'NotFound', failure.message);
  }
  const found = reading.objects.filter(({ deployment }) => name === '*' || deployment === name);
  if (name !== '*' && found.length === 0) {
    throw new Refused(404, 'NotFound', `the server could not find the metric ${metric} for deployments.apps ${name}`);
  }
  const items = found.map(({ deployment, value, at, windowMs }) => ({
    describedObject: { kind: 'Deployment', namespace, name: deployment, apiVersion: 'apps/v1' },
    metric: { name: metric, selector: null },
    timestamp: instant(at),
    windowSeconds: windowMs / 1000,
    value: fine(value),
  }));
  return { kind: 'MetricValueList', apiVersion: 'custom.metrics.k8s.io/v1beta2', metadata: {}, items };
}

function samples(world: World, namespace: string | undefined): readonly UsageSample[] {
  const namespaces =
    namespace === undefined ? world.objects.list(KINDS.Namespace).map(({ metadata }) => metadata.name) : [namespace];
  const reading: MetricsReading = world.scrapes.read(
    namespaces.map((each) => ({ namespace: each, deployment: '*', metrics: [] })),
  );
  const [failure] = reading.failures;
  if (failure !== undefined && reading.usage.length === 0)
    throw new Refused(503, 'ServiceUnavailable', failure.message);
  return reading.usage;
}

function metadataOf(world: World, object: KubeObject): object {
  const { name, namespace, labels } = object.metadata;
  return { name, namespace, creationTimestamp: instant(world.clock.now()), labels };
}

/** Millicores and bytes as the metrics API writes them. */
const amounts = (cpu: number, memory: number): object => ({
  cpu: Number.isFinite(cpu) ? `${Math.round(cpu * 1e6)}n` : String(cpu),
  memory: Number.isFinite(memory) ? `${Math.round(memory / 1024)}Ki` : String(memory),
});

/** A quantity that keeps a millionth; what is no number stays readable as none. */
const fine = (value: number): string => {
  if (!Number.isFinite(value)) return String(value);
  return Number.isInteger(value) ? String(value) : `${Math.round(value * 1e6)}u`;
};

function resourceOf(kind: string): Resource {
  const found = RESOURCES.find((resource) => resource.kind.kind === kind);
  if (found === undefined) throw badRequest(`no kind ${kind}`);
  return found;
}
