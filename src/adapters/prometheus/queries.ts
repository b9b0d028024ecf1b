import { formatDuration } from '../../schema/units.ts';

/** The label that says which part of a grouped question a series answers. */
export const PART = 'fairlead';

/** Names of the histograms of common HTTP libraries: Prometheus clients and OpenTelemetry, in seconds. */
export const HISTOGRAMS = ['http_request_duration_seconds', 'http_server_request_duration_seconds'] as const;
/** Counters of requests, by preference. */
export const COUNTERS = ['http_requests_total', ...HISTOGRAMS.map((name) => `${name}_count`)] as const;
/** Labels that carry the status of a request. */
export const STATUS_LABELS = ['code', 'status', 'status_code', 'http_response_status_code'] as const;
/** Labels that tell copies of one series apart, as several Prometheus servers of one cluster write them. */
export const COPY_LABELS = ['prometheus_replica', 'replica', '__replica__'] as const;

/** Metric names that PromQL can write without quotes. */
export const isPromqlName = (name: string): boolean => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);

export interface Scope {
  readonly namespaces: readonly string[];
  readonly windowMs: number;
}

/** Namespaces are DNS labels: nothing in them means anything in a regular expression. */
const inNamespaces = (namespaces: readonly string[]): string => `namespace=~"${namespaces.join('|')}"`;

const part = (name: string, expression: string): string => `label_replace(${expression}, "${PART}", "${name}", "", "")`;

const either = (parts: readonly string[]): string => parts.join('\nor ');

/**
 * Use of CPU and memory by container, with the time of each container's own newest sample. `max`: of one container there is
 * one counter, and what stands beside it is a copy (a second scrape, a second Prometheus).
 */
export function usageQuery({ namespaces, windowMs }: Scope): string {
  const selector = `{${inNamespaces(namespaces)},pod!="",container!="",container!="POD"}`;
  const cpu = `container_cpu_usage_seconds_total${selector}`;
  const window = formatDuration(windowMs);
  const by = 'max by (namespace, pod, container)';
  return either([
    part('cpu', `${by} (rate(${cpu}[${window}]))`),
    part('memory', `${by} (container_memory_working_set_bytes${selector})`),
    part('at', `${by} (timestamp(${cpu}))`),
    part('count', `max by (namespace) (count_over_time(${cpu}[${window}]))`),
  ]);
}

/** Series that carry the name of a signal's metric and say which Deployment they are of. Of several the largest value counts. */
export function namedQuery(names: readonly string[], { namespaces, windowMs }: Scope): string {
  const selector = `{${inNamespaces(namespaces)},deployment!=""}`;
  const by = 'max by (namespace, deployment)';
  return either(
    names.flatMap((name) => [
      part(`${name} value`, `${by} (${name}${selector})`),
      part(`${name} at`, `${by} (timestamp(${name}${selector}))`),
      part(`${name} count`, `${by} (count_over_time(${name}${selector}[${formatDuration(windowMs)}]))`),
    ]),
  );
}

/** Buckets of the common histograms by service: by its `deployment` label, else by pod. Copies are kept apart. */
export function latencyQuery(scope: Scope): string {
  return either(HISTOGRAMS.flatMap((name) => counted(name, `${name}_bucket`, `${name}_count`, ['le'], scope)));
}

/** Rates of requests of the common counters by service and status. Copies are kept apart. */
export function trafficQuery(scope: Scope): string {
  return either(COUNTERS.flatMap((name) => counted(name, name, name, STATUS_LABELS, scope)));
}

function counted(
  name: string,
  metric: string,
  timed: string,
  labels: readonly string[],
  { namespaces, windowMs }: Scope,
): string[] {
  const window = formatDuration(windowMs);
  const owners = [
    ['deployment', `{${inNamespaces(namespaces)},deployment!=""}`],
    ['pod', `{${inNamespaces(namespaces)},deployment="",pod!=""}`],
  ] as const;
  return owners.flatMap(([owner, selector]) => {
    const by = `by (${['namespace', owner, ...labels, ...COPY_LABELS].join(', ')})`;
    const newest = `max by (namespace, ${owner})`;
    return [
      part(`${name} rate`, `sum ${by} (rate(${metric}${selector}[${window}]))`),
      part(`${name} at`, `${newest} (timestamp(${timed}${selector}))`),
      part(`${name} count`, `${newest} (count_over_time(${timed}${selector}[${window}]))`),
    ];
  });
}

/** When the series behind an expression were last measured, and how often: one part each for every selector. */
export const timesQuery = (selectors: readonly string[]): string =>
  either(
    selectors.flatMap((selector, index) => [
      part(`${index} at`, `max(timestamp(${selector}))`),
      part(`${index} count`, `max(count_over_time(${selector}[${formatDuration(TIMES_MS)}]))`),
    ]),
  );

export const TIMES_MS = 300_000;
