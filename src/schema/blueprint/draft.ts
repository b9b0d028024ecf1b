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
  const cpu = requested(deployment, 'cpu', parseCpu);
  const memory = requested(deployment, 'memory', parseMemory);
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
    target_cpu_utilization: 70%  # of the CPU request
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

/** The first container's request: bounds are set around it, for a person to widen. */
function requested(
  deployment: KubeObject,
  resource: string,
  parse: (text: string) => number | undefined,
): number | undefined {
  const containers = at(deployment.spec, 'template', 'spec', 'containers');
  if (!Array.isArray(containers) || containers.length !== 1) return undefined;
  const written = at(containers[0], 'resources', 'requests', resource);
  return typeof written === 'string' || typeof written === 'number' ? parse(String(written)) : undefined;
}

const MEBI = 2 ** 20;

function resources(cpu: number | undefined, memory: number | undefined): string {
  const lines = [
    ...(cpu === undefined || cpu < 2 ? [] : [`    cpu:    ${bounds(cpu, (millicores) => `${millicores}m`, 1)}`]),
    ...(memory === undefined || memory < 2 * MEBI ? [] : [`    memory: ${bounds(memory, formatMemory, MEBI)}`]),
  ];
  if (lines.length === 0) return '';
  return `  resources:                     # around what is requested now; used only if adjust_resources_within_bounds is granted\n${lines.join('\n')}\n`;
}

function bounds(value: number, format: (value: number) => string, unit: number): string {
  const whole = (amount: number): number => Math.ceil(amount / unit) * unit;
  return `{ min: ${format(whole(value / 2))}, max: ${format(whole(value * 2))}, target: ${format(whole(value))} }`;
}
