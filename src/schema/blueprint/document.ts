import { z } from 'zod';
import { Operation } from '../operation.ts';
import { Approval, freeze, Metrics, Notifications, Safety } from './additions.ts';
import {
  cpu,
  duration,
  flag,
  hints,
  line,
  memory,
  namespaceName,
  percentage,
  replicas,
  semver,
  serviceName,
  wholeNumber,
} from './scalars.ts';

/**
 * The blueprint as people write it: the one source of both forms, of the CRD, of the editor schema and of the reference.
 * Nothing is filled in or converted here: defaults stand in defaults.ts, units in effective.ts, so that the document and
 * its hash stay what was written. Rules across fields stand in rules.ts, beside their CEL twins.
 */

const SECOND = 1000;
const HOUR = 3600 * SECOND;

const operations = (description: string) =>
  z.array(Operation).max(16).register(hints, { what: 'a list of operations' }).describe(description);

const Scaling = z.strictObject({
  min_replicas: replicas().describe('Never fewer, unless a person approved it.'),
  max_replicas: replicas().describe('Never more, unless a person approved it.'),
  target_cpu_utilization: percentage('70%')
    .optional()
    .describe('Used CPU as a share of requested CPU to aim at. Default 70%.'),
  scale_up_threshold: percentage('80%')
    .optional()
    .describe('The alarm that starts a scale-up. Default: 8/7 of the target (80% at 70%).'),
  scale_down_threshold: percentage('40%')
    .optional()
    .describe('The alarm that starts a scale-down. Default: 4/7 of the target (40% at 70%).'),
  tolerance: percentage('10%', 50).optional().describe('Dead band around the target. Default 10%.'),
});

const bounds = (quantity: typeof cpu, examples: readonly [string, string, string], what: string) =>
  z
    .strictObject({
      min: quantity(examples[0]).describe(`The least that a request or limit of ${what} may be set to.`),
      max: quantity(examples[1]).describe(`The most that a request or limit of ${what} may be set to.`),
      target: quantity(examples[2]).describe(
        `The ${what} that a pod is meant to have: one step up from less may go there.`,
      ),
    })
    .optional()
    .describe(
      `Bounds of the ${what} of one pod, its request and its limit${what === 'CPU' ? '; the request sizes the replicas, and stays' : ''}. Absent: it is never changed.`,
    );

const Resources = z.strictObject({
  cpu: bounds(cpu, ['100m', '1000m', '500m'], 'CPU'),
  memory: bounds(memory, ['128Mi', '2Gi', '512Mi'], 'memory'),
});

const Performance = z.strictObject({
  latency_target_p95: duration('200ms', 1, HOUR)
    .optional()
    .describe('Objective: 95 of 100 requests are faster. Absent: latency is not watched.'),
  error_rate_threshold: percentage('1%', 100)
    .optional()
    .describe('Objective: a smaller share of requests fails. Absent: errors are not watched.'),
});

const ApprovalRule = z.strictObject({
  operation: Operation.describe('What needs an approval.'),
  condition: z
    .string()
    .min(1)
    .max(500)
    .register(hints, {
      what: 'a CEL expression such as target_replicas > max_replicas, or always',
      code: 'InvalidCondition',
    })
    .optional()
    .describe(
      'CEL over service, namespace, current_replicas, target_replicas, min_replicas, max_replicas. It only adds strictness. Default always, which holds every time.',
    ),
  approvers: z
    .array(line(200, 'the name of a group or person'))
    .min(1)
    .max(16)
    .register(hints, { what: 'a list of at least one group, such as ["devops-team"]' })
    .describe('Groups whose members may approve.'),
});

const Governance = z.strictObject({
  agent_authority: z
    .strictObject({
      allowed_operations: operations('Granted without asking. What is not granted is forbidden.').optional(),
      requires_approval: z.array(ApprovalRule).max(16).optional().describe('Granted once a person has approved.'),
      forbidden_operations: operations('Refused, whatever else is said.').optional(),
    })
    .optional()
    .describe('What agents may do, what needs an approval, and what nobody may.'),
});

const Check = z.strictObject({
  name: line(64, 'a name such as latency_p95').describe('A name for people; also the signal where none is given.'),
  type: z.enum(['threshold']).optional().describe('The only type. Default threshold.'),
  signal: z
    .enum(['latency_p95', 'error_rate', 'cpu_utilization'])
    .optional()
    .describe('What is measured. Default: the name.'),
  target: line(32, 'a comparison such as "< 200ms" or "< 1%"').describe(
    'A comparator (<, <=, >, >=) and a value with its unit.',
  ),
  critical: flag().optional().describe('A failure of it fails the change. Default true.'),
  rollback_trigger: flag().optional().describe('A failure of it undoes the change. Default true.'),
});

const Verification = z.strictObject({
  enabled: flag().optional().describe('Whether changes are verified at all. Default true.'),
  stabilization_period: duration('60s', SECOND, HOUR)
    .optional()
    .describe('From convergence to the verdict. Default 60s.'),
  checks: z
    .array(Check)
    .max(16)
    .optional()
    .describe('What is looked at to judge a change. Default: one critical check for each objective under performance.'),
  rollback: z
    .strictObject({
      enabled: flag().optional().describe('Whether a failed change may be undone. Default true.'),
      automatic: flag().optional().describe('Undo without asking. Default true.'),
      trigger_on_critical_failure: flag()
        .optional()
        .describe('A failed critical check undoes the change, whatever its own rollback_trigger says. Default true.'),
    })
    .optional()
    .describe('What becomes of a change that failed its checks.'),
});

const Target = z.strictObject({
  kind: z.enum(['Deployment']).optional().describe('The only kind. Default Deployment.'),
  name: serviceName().optional().describe('Name of the Deployment. Default: the name of the blueprint.'),
  namespace: namespaceName()
    .optional()
    .describe(
      'File form: where the custom resource goes. A custom resource governs its own namespace only. Default: metadata.namespace.',
    ),
});

// Of modes the nearest by its letters may be the widest: whoever wrote another word is told all, the narrowest first.
const autonomy = (description: string) =>
  z
    .enum(['observe', 'propose', 'autonomous'])
    .register(hints, { what: 'one of observe, propose, autonomous', all: true })
    .optional()
    .describe(description);

/** The `spec` of the custom resource: everything of a blueprint but its name. */
export const BlueprintSpec = z.strictObject({
  version: semver().describe('Semantic version; every change bumps it.'),
  priority: z
    .enum(['high', 'medium', 'low'])
    .optional()
    .describe('Decides conflicts over shared capacity. Default medium.'),
  criticality: z
    .enum(['critical', 'standard'])
    .optional()
    .describe('Decides conflicts between equal priorities. Default standard.'),
  target: Target.optional().describe('The Deployment that it governs.'),
  autonomy: autonomy(
    'observe: only say what would have been done. propose: ask people. autonomous: do what is allowed. Default autonomous, under the global ceiling.',
  ),
  scaling: Scaling.describe('How many replicas, and when there are more or fewer.'),
  resources: Resources.optional().describe('How far requests and limits of a pod may be changed.'),
  performance: Performance.optional().describe('Objectives of the service.'),
  governance: Governance.optional().describe('Who may do what.'),
  verification: Verification.optional().describe('How a change is judged, and what becomes of one that failed.'),
  freeze,
  safety: Safety.optional().describe('Only stricter values than the global rules (or the defaults) are accepted.'),
  metrics: Metrics.optional().describe('Names of the custom metrics that carry the objectives.'),
  notifications: Notifications.optional().describe('Where people are told, by the routes of the gateway.'),
  approval: Approval.optional().describe('How people answer what has to be approved.'),
  logs: z
    .enum(['allowed', 'denied'])
    .optional()
    .describe('Whether a model may read the logs of the pods. Default denied.'),
});
export type BlueprintSpec = z.infer<typeof BlueprintSpec>;

const stringMap = z.record(z.string().max(317), z.string().max(10_000)).optional();

/** The file form: what people write in `blueprints/<service>/blueprint.yaml`. */
export const BlueprintFile = z.strictObject({
  metadata: z.strictObject({
    name: serviceName().describe('Name of the blueprint, and of its Deployment unless `target` names another.'),
    version: BlueprintSpec.shape.version,
    priority: BlueprintSpec.shape.priority,
    criticality: BlueprintSpec.shape.criticality,
    namespace: namespaceName().optional().describe('Where the custom resource goes. Default: target.namespace.'),
    labels: stringMap.describe('Labels of the custom resource.'),
    annotations: stringMap.describe('Annotations of the custom resource.'),
  }),
  spec: BlueprintSpec.omit({ version: true, priority: true, criticality: true, governance: true, verification: true }),
  governance: BlueprintSpec.shape.governance,
  verification: BlueprintSpec.shape.verification,
});
export type BlueprintFile = z.infer<typeof BlueprintFile>;

const objectMeta = z.looseObject({
  name: serviceName(),
  namespace: namespaceName().optional(),
  labels: stringMap,
  annotations: stringMap,
});

const API_VERSION = 'fairlead.dev/v1alpha1';

/** The Kubernetes form. `metadata` and `status` may carry what the API server adds. */
export const BlueprintObject = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Blueprint'),
  metadata: objectMeta,
  spec: BlueprintSpec,
  status: z.unknown().optional(),
});
export type BlueprintObject = z.infer<typeof BlueprintObject>;

/** The `spec` of the organisation's rules. */
export const GlobalSpec = z.strictObject({
  autonomy: autonomy('The most that any blueprint gets. Absent: no ceiling.'),
  ceilings: z
    .strictObject({
      max_replicas: replicas().optional().describe('No blueprint may allow more.'),
      cpu: cpu('4').optional().describe('No blueprint may let a pod request more.'),
      memory: memory('8Gi').optional().describe('No blueprint may let a pod request more.'),
    })
    .optional()
    .describe('Hard ceilings: no blueprint and no approval goes above them.'),
  forbidden_operations: operations('No blueprint can allow these.').optional(),
  capacity: z
    .strictObject({
      replicas: wholeNumber(0, 1_000_000).optional().describe('Of all governed services together.'),
      cpu: cpu('64').optional().describe('Requested by all governed services together.'),
      memory: memory('256Gi').optional().describe('Requested by all governed services together.'),
    })
    .optional()
    .describe('The budget that services share; priority, then criticality, then need decides who gets it.'),
  freeze,
  safety: Safety.optional().describe(
    'Defaults for all blueprints, which may only be stricter. These may also be looser than the built-in ones.',
  ),
});
export type GlobalSpec = z.infer<typeof GlobalSpec>;

/** The organisation's rules; the file may leave apiVersion and kind out. */
export const GlobalObject = z.strictObject({
  apiVersion: z.literal(API_VERSION).optional(),
  kind: z.literal('ClusterBlueprint').optional(),
  metadata: z
    .looseObject({
      name: z.literal('default').register(hints, { what: 'default: only the global rules of that name count' }),
      labels: stringMap,
      annotations: stringMap,
    })
    .optional(),
  spec: GlobalSpec,
  status: z.unknown().optional(),
});
export type GlobalObject = z.infer<typeof GlobalObject>;
