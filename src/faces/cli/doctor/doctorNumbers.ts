import { PrometheusClient } from '../../../adapters/prometheus/client.ts';
import { systemIds } from '../../../adapters/system/systemIds.ts';
import { show } from '../../../analysis/evidence.ts';
import { plural, span } from '../../../analysis/words.ts';
import type { Config } from '../../../config.ts';
import type { ServiceView } from '../../../observe/serviceView.ts';
import type { Signal } from '../../../schema/assessment.ts';
import { table } from '../io.ts';
import type { Session } from '../session.ts';
import { lookOnce } from '../whatIf.ts';
import type { Finding } from './finding.ts';

/** One number that a decision would be made on now, or why there is none. */
export interface ServiceNumber {
  readonly service: string;
  readonly signal: Signal['name'];
  readonly state: Signal['state'];
  /** cpu and error_rate: fractions; latency_p95: milliseconds; requests_per_second. */
  readonly value?: number;
  readonly sampledAt?: string;
  readonly ageSeconds?: number;
  readonly source: string;
  /** Requests that the value is made from, where the source counted them. */
  readonly requests?: number;
  readonly detail?: string;
  readonly fix?: string;
}

const PROBE_MS = 10_000;
/** So young a service has no samples yet. */
const NEW_MS = 120_000;

export async function prometheusFinding({ prometheus }: Config, now: () => number): Promise<Finding> {
  const what = 'prometheus';
  if (prometheus === undefined) {
    return {
      what,
      state: 'off',
      detail:
        'not set in this shell: what is looked at here comes from the metrics APIs alone (FAIRLEAD_PROMETHEUS_URL); the roles have settings of their own',
    };
  }
  const { url, windowMs } = prometheus;
  const started = now();
  const answer = await new PrometheusClient(prometheus, { ids: systemIds }).query(
    'vector(1)',
    AbortSignal.timeout(PROBE_MS),
  );
  if (answer.ok) {
    return {
      what,
      state: 'fine',
      detail: `${url} answered in ${Math.round(now() - started)} ms; rates over ${span(windowMs)}`,
    };
  }
  const fix = /certificate|self.signed/i.test(answer.error)
    ? 'FAIRLEAD_PROMETHEUS_CA_FILE names the authority that signed its certificate'
    : /HTTP 40[13]/.test(answer.error)
      ? 'FAIRLEAD_PROMETHEUS_TOKEN_FILE names a file with a token that may read; or write user:password into the address'
      : 'check FAIRLEAD_PROMETHEUS_URL (without /api/v1) and the network; the metrics APIs stand in meanwhile';
  return { what, state: 'wrong', detail: `${url}: ${answer.error}`, fix };
}

/** An API that is not served is nothing wrong where Prometheus answers. */
export const besidePrometheus = (findings: readonly Finding[], prometheus: Finding): Finding[] =>
  findings.map(({ what, state, detail, fix }) =>
    prometheus.state === 'fine' &&
    state === 'wrong' &&
    what.endsWith('metrics.k8s.io') &&
    detail.startsWith('not served')
      ? { what, state: 'off', detail: `${detail}; Prometheus is asked first` }
      : { what, state, detail, ...(fix !== undefined && { fix }) },
  );

/** What every governed service would be decided on now; undefined where there is none, or blueprints cannot be read. */
export async function numbersFinding(
  session: Session,
  ownNamespace: string,
  config: Config,
  signal: AbortSignal,
): Promise<(Finding & { readonly numbers: readonly ServiceNumber[] }) | undefined> {
  const looked = await lookOnce(session, ownNamespace, signal);
  if (!looked.ok || looked.value.length === 0) return undefined;
  const now = session.clock.now();
  const numbers = looked.value.flatMap((view) => numbersOf(view, now, config.prometheus !== undefined));
  const [first, ...others] = numbers.filter(({ fix }) => fix !== undefined);
  const services = plural(looked.value.length, 'service');
  if (first === undefined) {
    return {
      what: 'numbers',
      state: 'fine',
      detail: `${services}, ${plural(numbers.length, 'number')}, all fresh`,
      numbers,
    };
  }
  const more = others.length === 0 ? '' : ` (and ${others.length} more below)`;
  return {
    what: 'numbers',
    state: 'wrong',
    detail: `${first.service} ${first.signal}: ${first.state}, ${first.detail ?? 'no reason given'}${more}`,
    ...(first.fix !== undefined && { fix: first.fix }),
    numbers,
  };
}

export function numbersOf(view: ServiceView, now: number, hasPrometheus: boolean): ServiceNumber[] {
  return (view.assessment?.signals ?? []).map((signal): ServiceNumber => {
    const { name, state, value, sampleAt, source, requests, detail } = signal;
    const fix = fixFor(signal, view, now, hasPrometheus);
    return {
      service: `${view.namespace}/${view.name}`,
      signal: name,
      state,
      ...(value !== undefined && { value }),
      ...(sampleAt !== undefined && {
        sampledAt: new Date(sampleAt).toISOString(),
        ageSeconds: Math.round((now - sampleAt) / 100) / 10,
      }),
      source,
      ...(requests !== undefined && { requests: Math.floor(requests) }),
      ...(detail !== undefined && { detail }),
      ...(fix !== undefined && { fix }),
    };
  });
}

function fixFor(
  { name, state, requests }: Signal,
  { blueprint, workload }: ServiceView,
  now: number,
  hasPrometheus: boolean,
): string | undefined {
  if (state === 'fresh' || now - (workload?.createdAt ?? 0) < NEW_MS) return undefined;
  // Nobody asks for anything: there is nothing to measure, and nothing to mend.
  if (requests === 0 || workload?.ready === 0) return undefined;
  if (state === 'stale') return 'find out why its source stands still; nothing is decided on old numbers';
  if (name === 'cpu') {
    if (workload?.requests.cpu === undefined) return 'set resources.requests.cpu on every container';
    return hasPrometheus
      ? 'let Prometheus scrape cAdvisor (container_cpu_usage_seconds_total with namespace, pod and container), or install metrics-server'
      : 'install metrics-server, or set FAIRLEAD_PROMETHEUS_URL';
  }
  const query = `spec.metrics.queries.${name}`;
  const { latencyP95, errorRate, requestsPerSecond } = blueprint?.metrics.queries ?? {};
  const own = { latency_p95: latencyP95, error_rate: errorRate, requests_per_second: requestsPerSecond }[name];
  if (own !== undefined)
    return hasPrometheus
      ? `mend ${query}: it must give one value`
      : `set FAIRLEAD_PROMETHEUS_URL, or take ${query} out`;
  return hasPrometheus
    ? `label the series with namespace and deployment (or pod), or write ${query}`
    : 'install a custom metrics adapter, such as prometheus-adapter, or set FAIRLEAD_PROMETHEUS_URL';
}

export function numbersTable(numbers: readonly ServiceNumber[]): string {
  if (numbers.length === 0) return '';
  const rows = numbers.map(({ service, signal, state, value, ageSeconds, source, requests, detail, fix }) => [
    service,
    signal,
    state === 'fresh' && value !== undefined ? show(signal, value) : state,
    ageSeconds === undefined ? '-' : span(ageSeconds * 1000),
    source,
    [
      ...(requests === undefined ? [] : [plural(requests, 'request')]),
      ...(detail === undefined ? [] : [detail]),
      ...(fix === undefined ? [] : [`fix: ${fix}`]),
    ].join('; ') || '-',
  ]);
  return `\n${table(['SERVICE', 'SIGNAL', 'VALUE', 'AGE', 'SOURCE', 'NOTE'], rows)}`;
}
