import type { KubeObject } from '../kube.ts';
import { formatMemory, parseCpu, parseMemory } from '../quantity.ts';
import { at } from './rules.ts';
import { yamlText } from './yamlText.ts';

/**
 * A first blueprint for a Deployment, for `fairlead init`: autonomy observe, limits around what runs now, or around what its
 * manifest asks for, only scaling granted. Text with comments, to be read and changed by a person; it loads as it stands.
 */
export function draftBlueprint(deployment: KubeObject, from: 'cluster' | 'manifest' = 'cluster'): string {
  const { name, namespace } = deployment.metadata;
  const written = at(deployment.spec, 'replicas');
  const replicas = countOf(written);
  const min = Math.max(1, Math.min(2, replicas));
  const max = Math.min(10_000, Math.max(replicas * 2, min + 1));
  const cpu = amountsOf(deployment, 'cpu', parseCpu);
  const memory = amountsOf(deployment, 'memory', parseMemory);
  return `${from === 'cluster' ? seenRunning(name, replicas) : onPaper(name, replicas, written !== undefined)}
# Read it, change it, then \`fairlead validate\`.
metadata:
  name: ${scalar(name)}
  version: 0.1.0                 # every change bumps it
  priority: medium               # high | medium | low: who goes first when capacity is short
  criticality: standard          # critical | standard
spec:
  target: ${flow({ name, ...(namespace === undefined ? {} : { namespace }) })}
  # observe: changes nothing and says what it would have done. Then propose (people approve each change), then autonomous.
  autonomy: observe
  scaling:
    min_replicas: ${min}${replicas < 2 ? '              # one replica has no room for a restart: consider 2' : ''}
    max_replicas: ${max}
    target_cpu_utilization: 70%  # of the CPU request${unrequested(deployment)}
    scale_up_threshold: 80%
    scale_down_threshold: 40%
${resources(cpu, memory)}  # Objectives. Without them only CPU is watched, and no change is verified by latency or errors.
  # performance:
  #   latency_target_p95: 200ms
  #   error_rate_threshold: 1%
governance:
  agent_authority:
    allowed_operations: [scale_within_limits]   # what is not granted is forbidden
    # requires_approval:
    #   - operation: scale_beyond_limits
    #     condition: target_replicas > max_replicas
    #     approvers: ["platform-team"]
    forbidden_operations: [delete_deployment, modify_namespace, change_rbac]
verification:
  stabilization_period: 60s
  rollback: { enabled: true, automatic: true, trigger_on_critical_failure: true }
`;
}

const seenRunning = (name: string, replicas: number): string =>
  `# A draft for the Deployment ${name} as it runs now (${replicas} replicas).`;

const onPaper = (name: string, replicas: number, said: boolean): string =>
  `# A draft for the Deployment ${name} by its manifest (${said ? `replicas: ${replicas}` : 'which says no replicas: 1 is what Kubernetes starts'}).
# No cluster was asked: how many run by now, and how busy they are, is not known here.`;

const countOf = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 1;

/** A name from the cluster in YAML: quoted only where it needs to be. */
const scalar = (text: string): string => yamlText(text).trim();
const flow = (fields: Readonly<Record<string, string>>): string =>
  `{ ${Object.entries(fields)
    .map(([key, value]) => `${key}: ${scalar(value)}`)
    .join(', ')} }`;

interface Amount {
  readonly request: number;
  readonly limit: number | undefined;
}

/** Use is a share of what every container requests: where one requests nothing, there is no share. */
function unrequested(deployment: KubeObject): string {
  const containers = at(deployment.spec, 'template', 'spec', 'containers');
  if (!Array.isArray(containers)) return '';
  const without = containers.filter((container) => amountOf(container, 'requests', 'cpu', parseCpu) === undefined);
  if (without.length === 0) return '';
  const who =
    containers.length === 1 ? 'none is written' : `${without.length} of ${containers.length} containers have none`;
  return `; ${who}: unless a LimitRange sets it, CPU is not seen and nothing is scaled by it`;
}

/** What is requested; a request that is not written is the limit. */
function amountOf(
  container: unknown,
  list: 'requests' | 'limits',
  resource: 'cpu' | 'memory',
  parse: (text: string) => number | undefined,
): number | undefined {
  const written = at(container, 'resources', list, resource);
  const amount = typeof written === 'string' || typeof written === 'number' ? parse(String(written)) : undefined;
  return list === 'requests' ? (amount ?? amountOf(container, 'limits', resource, parse)) : amount;
}

/** Of a pod's only container: bounds are set around its request, for a person to widen. */
function amountsOf(
  deployment: KubeObject,
  resource: 'cpu' | 'memory',
  parse: (text: string) => number | undefined,
): Amount | undefined {
  const containers = at(deployment.spec, 'template', 'spec', 'containers');
  if (!Array.isArray(containers) || containers.length !== 1) return undefined;
  const request = amountOf(containers[0], 'requests', resource, parse);
  const limit = amountOf(containers[0], 'limits', resource, parse);
  return request === undefined ? undefined : { request, limit };
}

const MEBI = 2 ** 20;

function resources(cpu: Amount | undefined, memory: Amount | undefined): string {
  const lines = [
    ...(cpu === undefined || cpu.request < 2 ? [] : [`    cpu:    ${bounds(cpu, (amount) => `${amount}m`, 1)}\n`]),
    ...(memory === undefined || memory.request < 2 * MEBI
      ? []
      : [`    memory: ${bounds(memory, formatMemory, MEBI)}\n`]),
  ];
  if (lines.length === 0) return '';
  return `  # What requests and limits of a pod may be set to: half to twice what is requested now. Done only where
  # adjust_resources_within_bounds is granted; the CPU request sizes the replicas and stays as it is.
  resources:
${lines.join('')}`;
}

function bounds({ request, limit }: Amount, format: (value: number) => string, unit: number): string {
  const whole = (amount: number): number => Math.ceil(amount / unit) * unit;
  const max = whole(request * 2);
  const note =
    limit === undefined
      ? '   # no limit is set now, so none is raised'
      : limit >= max
        ? `   # the limit is ${format(whole(limit))} now: it is raised only under a higher max`
        : '';
  return `{ min: ${format(whole(request / 2))}, max: ${format(max)}, target: ${format(whole(request))} }${note}`;
}
