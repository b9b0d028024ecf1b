import { z } from 'zod';
import type { ClusterReader, ClusterResult } from '../../ports/cluster.ts';
import type { MetricsSource, MetricTarget } from '../../ports/metrics.ts';
import { parseCpu, parseMemory, parseQuantity } from '../../schema/quantity.ts';
import type { MetricFailure, MetricsReading, ObjectSample, UsageSample } from '../../schema/samples.ts';
import { parseDuration } from '../../schema/units.ts';

const USAGE = '/apis/metrics.k8s.io/v1beta1';
const CUSTOM = '/apis/custom.metrics.k8s.io';
/** Newest first. */
const CUSTOM_VERSIONS = ['v1beta2', 'v1beta1'] as const;
/** With more namespaces than this one query for the whole cluster is cheaper. */
const MOST_NAMESPACES = 3;
const MAX_MESSAGE = 300;

const List = z.object({ items: z.array(z.unknown()).nullable() });
const PodMetrics = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  timestamp: z.string(),
  window: z.string().optional(),
  containers: z.array(z.object({ name: z.string(), usage: z.record(z.string(), z.string()) })),
});
const MetricValue = z.object({
  describedObject: z.object({ name: z.string() }),
  timestamp: z.string(),
  windowSeconds: z.number().nullish(),
  value: z.string(),
});
const Group = z.object({ versions: z.array(z.object({ version: z.string() })) });

/** What one query gave. */
interface Part {
  readonly usage?: readonly UsageSample[];
  readonly objects?: readonly ObjectSample[];
  readonly failures: readonly MetricFailure[];
  /** The API path is not served at all (404), so that its version has to be found again. */
  readonly absent?: boolean;
}

/**
 * The metrics APIs of Kubernetes: use of CPU and memory from metrics.k8s.io, the objectives from custom.metrics.k8s.io.
 * Queries are grouped: one of pod use per namespace (or one for all), one per namespace and metric name, never one per
 * service. A sample keeps the source's own timestamp; a value that cannot be read is NaN, never zero; a window of 0 is unknown.
 */
export class KubernetesMetrics implements MetricsSource {
  readonly #reader: Pick<ClusterReader, 'raw'>;
  #customVersion: string | undefined;
  /** We may not read pod metrics of the whole cluster: found out once, asked by namespace from then on. */
  #byNamespaceOnly = false;

  constructor(reader: Pick<ClusterReader, 'raw'>) {
    this.#reader = reader;
  }

  async read(targets: readonly MetricTarget[], signal: AbortSignal): Promise<MetricsReading> {
    const stopped = abortion(signal);
    try {
      const parts = (
        await Promise.all([this.#usage(targets, stopped.promise), this.#custom(targets, stopped.promise)])
      ).flat();
      return {
        source: 'kubernetes',
        usage: parts.flatMap((part) => part.usage ?? []),
        objects: parts.flatMap((part) => part.objects ?? []),
        failures: parts.flatMap((part) => part.failures),
      };
    } finally {
      stopped.release();
    }
  }

  async #usage(targets: readonly MetricTarget[], stopped: Stopped): Promise<Part[]> {
    const namespaces = [...new Set(targets.map((target) => target.namespace))];
    if (namespaces.length > MOST_NAMESPACES && !this.#byNamespaceOnly) {
      const answer = await this.#raw(`${USAGE}/pods`, stopped);
      if (answer.ok || answer.error.code !== 'denied') {
        const wanted = new Set(namespaces);
        const part = usagePart(answer, undefined);
        return [{ ...part, usage: (part.usage ?? []).filter((sample) => wanted.has(sample.namespace)) }];
      }
      this.#byNamespaceOnly = true;
    }
    return Promise.all(
      namespaces.map(async (namespace) =>
        usagePart(await this.#raw(`${USAGE}/namespaces/${encodeURIComponent(namespace)}/pods`, stopped), namespace),
      ),
    );
  }

  async #custom(targets: readonly MetricTarget[], stopped: Stopped): Promise<Part[]> {
    const queries = group(targets);
    if (queries.length === 0) return [];
    const version = await this.#version(stopped);
    if (!version.ok) {
      return queries.map(({ namespace, metric }) => ({
        failures: [{ what: 'object', namespace, metric, message: version.message }],
      }));
    }
    const parts = await Promise.all(queries.map((query) => this.#query(query, version.value, stopped)));
    // Every path absent: the adapter behind the API was perhaps replaced by one of another version.
    if (parts.every((part) => part.absent === true)) this.#customVersion = undefined;
    return parts;
  }

  async #query({ namespace, metric, deployments }: Query, version: string, stopped: Stopped): Promise<Part> {
    const scope = `${CUSTOM}/${version}/namespaces/${encodeURIComponent(namespace)}`;
    const answer = await this.#raw(`${scope}/deployments.apps/*/${encodeURIComponent(metric)}`, stopped);
    const failed = (message: string, absent = false): Part => ({
      failures: [{ what: 'object', namespace, metric, message: message.slice(0, MAX_MESSAGE) }],
      absent,
    });
    if (!answer.ok) return failed(answer.error.message);
    if (answer.value === undefined) {
      return failed(`the server does not serve the metric ${metric} for Deployments in ${namespace} (404)`, true);
    }
    const list = List.safeParse(answer.value);
    if (!list.success) return failed(`the answer is no list: ${z.prettifyError(list.error)}`);
    const objects: ObjectSample[] = [];
    let unreadable = 0;
    for (const item of list.data.items ?? []) {
      const parsed = MetricValue.safeParse(item);
      const at = parsed.success ? Date.parse(parsed.data.timestamp) : Number.NaN;
      if (!parsed.success || Number.isNaN(at)) {
        unreadable += 1;
        continue;
      }
      const { describedObject, value, windowSeconds } = parsed.data;
      if (!deployments.has(describedObject.name)) continue;
      objects.push({
        namespace,
        deployment: describedObject.name,
        metric,
        value: parseQuantity(value) ?? Number.NaN,
        at,
        windowMs: (windowSeconds ?? 0) * 1000,
      });
    }
    return { objects, failures: unreadable === 0 ? [] : failed(`${unreadable} values cannot be read`).failures };
  }

  async #version(stopped: Stopped): Promise<{ ok: true; value: string } | { ok: false; message: string }> {
    if (this.#customVersion !== undefined) return { ok: true, value: this.#customVersion };
    const answer = await this.#raw(CUSTOM, stopped);
    if (!answer.ok) return { ok: false, message: answer.error.message.slice(0, MAX_MESSAGE) };
    const group = Group.safeParse(answer.value);
    const served = group.success ? group.data.versions.map((each) => each.version) : [];
    const version = CUSTOM_VERSIONS.find((each) => served.includes(each));
    if (version === undefined) {
      const instead = served.length === 0 ? 'no metrics adapter is installed' : `it serves ${served.join(', ')}`;
      return { ok: false, message: `the server does not serve custom.metrics.k8s.io/v1beta2 or v1beta1: ${instead}` };
    }
    this.#customVersion = version;
    return { ok: true, value: version };
  }

  #raw(path: string, stopped: Stopped): Promise<ClusterResult<unknown>> {
    return Promise.race([this.#reader.raw(path), stopped]);
  }
}

interface Query {
  readonly namespace: string;
  readonly metric: string;
  readonly deployments: ReadonlySet<string>;
}

function group(targets: readonly MetricTarget[]): Query[] {
  const queries = new Map<string, { namespace: string; metric: string; deployments: Set<string> }>();
  for (const { namespace, deployment, metrics } of targets) {
    for (const metric of metrics) {
      const key = `${namespace}/${metric}`;
      const query = queries.get(key) ?? { namespace, metric, deployments: new Set<string>() };
      query.deployments.add(deployment);
      queries.set(key, query);
    }
  }
  return [...queries.values()];
}

function usagePart(answer: ClusterResult<unknown>, namespace: string | undefined): Part {
  const failed = (message: string): Part => ({
    failures: [
      { what: 'usage', message: message.slice(0, MAX_MESSAGE), ...(namespace === undefined ? {} : { namespace }) },
    ],
  });
  if (!answer.ok) return failed(answer.error.message);
  if (answer.value === undefined)
    return failed('the server does not serve metrics.k8s.io/v1beta1: no metrics server is installed');
  const list = List.safeParse(answer.value);
  if (!list.success) return failed(`the answer is no list: ${z.prettifyError(list.error)}`);
  const usage: UsageSample[] = [];
  let unreadable = 0;
  for (const item of list.data.items ?? []) {
    const parsed = PodMetrics.safeParse(item);
    const at = parsed.success ? Date.parse(parsed.data.timestamp) : Number.NaN;
    if (!parsed.success || Number.isNaN(at)) {
      unreadable += 1;
      continue;
    }
    const { metadata, containers, window } = parsed.data;
    for (const container of containers) {
      usage.push({
        namespace: metadata.namespace,
        pod: metadata.name,
        container: container.name,
        cpu: parseCpu(container.usage['cpu'] ?? '') ?? Number.NaN,
        memory: parseMemory(container.usage['memory'] ?? '') ?? Number.NaN,
        at,
        windowMs: parseDuration(window ?? '') ?? 0,
      });
    }
  }
  return {
    usage,
    failures: unreadable === 0 ? [] : failed(`the metrics of ${unreadable} pods cannot be read`).failures,
  };
}

type Stopped = Promise<{
  readonly ok: false;
  readonly error: { code: 'unavailable'; message: string; uncertain: false };
}>;

/** Settles when the signal aborts, so that a pass that is being stopped waits for no query. */
function abortion(signal: AbortSignal): { readonly promise: Stopped; release(): void } {
  let release = (): void => undefined;
  const promise: Stopped = new Promise((resolve) => {
    const stop = (): void =>
      resolve({ ok: false, error: { code: 'unavailable', message: 'reading was stopped', uncertain: false } });
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    release = () => signal.removeEventListener('abort', stop);
  });
  return { promise, release: () => release() };
}
