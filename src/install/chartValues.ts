import { type Document, isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { yamlText } from '../schema/blueprint/yamlText.ts';
import { ANYWHERE, IMAGE, PRIVATE_RANGES, REPLICAS, RESOURCES, STORAGE } from './settings.ts';

const url = () => z.string().regex(/^(https?:\/\/\S+)?$/);
const quantity = () => z.union([z.string(), z.number()]);
const cidrs = () => z.array(z.string().regex(/^[0-9a-fA-F.:]+\/[0-9]{1,3}$/)).min(1);
const count = () => z.number().int().min(0).max(20).default(REPLICAS);
const Resources = z.strictObject({
  requests: z.record(z.string(), quantity()).optional(),
  limits: z.record(z.string(), quantity()).optional(),
});
/** A part of the values, whose defaults stand at its fields. */
const group = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape).prefault({} as never);

/** What the chart lets people choose: the source of values.yaml and values.schema.json. */
const ChartValues = z.strictObject({
  image: group({
    repository: z.string().min(1).default(IMAGE),
    tag: z.string().default('').describe("Default: the chart's appVersion."),
  }).describe('Your own registry may hold a copy.'),
  imagePullSecrets: z.array(z.looseObject({ name: z.string() })).default([]),
  clusterBlueprint: group({
    create: z.boolean().default(true).describe('false: the rules of your organisation are applied by something else.'),
    autonomy: z
      .enum(['observe', 'propose', 'autonomous'])
      .default('observe')
      .describe('observe: nothing is ever changed. autonomous: each blueprint says what may be.'),
  }).describe('The ClusterBlueprint `default`: the most that any blueprint gets.'),
  onlyNamespace: z
    .string()
    .regex(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$/)
    .default('')
    .describe(
      'Governs this namespace alone, with Roles there in place of ClusterRoles; it must exist. Empty: all namespaces.',
    ),
  model: group({
    url: url().default('').describe('With /v1. Empty: rules alone propose.'),
    name: z.string().default(''),
  }).describe(
    'OpenAI-compatible endpoint, for the controller alone. Its key: Secret fairlead-model, key FAIRLEAD_MODEL_KEY.',
  ),
  prometheus: group({ url: url().default('') }).describe(
    'Beside the metrics APIs. Its token: Secret fairlead-prometheus, key FAIRLEAD_PROMETHEUS_TOKEN.',
  ),
  gateway: group({
    publicUrl: z
      .string()
      .regex(/^(https:\/\/[^/\s]+)?$/)
      .default('')
      .describe('How people reach it, such as https://fairlead.example.com. Empty: kubectl port-forward alone.'),
    tls: z
      .boolean()
      .default(false)
      .describe('It has a certificate: Secret fairlead-gateway-tls (tls.crt, tls.key). false: a proxy with TLS has.'),
  }),
  alerts: group({ enabled: z.boolean().default(false) }).describe(
    'Lets executor and gateway reach what the Secret fairlead-alerts names (FAIRLEAD_ALERT_WEBHOOK_URL, FAIRLEAD_ALERT_WEBHOOK_SECRET, FAIRLEAD_SLACK_WEBHOOK_URL).',
  ),
  redis: group({ enabled: z.boolean().default(false) }).describe(
    'Lets the gateway reach the Redis of the Secret fairlead-redis (REDIS_URL) on port 6379. Approvals work without.',
  ),
  storage: group({
    size: z.string().default(STORAGE),
    className: z.string().default('').describe("Empty: the cluster's default."),
  }).describe('Of each pod, for its journals.'),
  networkPolicy: group({
    enabled: z.boolean().default(true),
    apiServer: group({
      cidrs: cidrs()
        .default([...PRIVATE_RANGES])
        .describe('Ports 443 and 6443. A public API server needs its address: kubectl get endpointslices kubernetes'),
    }),
    model: group({
      cidrs: cidrs()
        .default([...ANYWHERE])
        .describe("The port is the URL's."),
    }),
  }),
  replicas: group({ controller: count(), executor: count(), gateway: count() }).describe(
    'Of controller and executor one works and the others stand by; all gateways work.',
  ),
  resources: group({
    controller: Resources.default(RESOURCES.controller),
    executor: Resources.default(RESOURCES.executor),
    gateway: Resources.default(RESOURCES.gateway),
  }),
  nodeSelector: z.record(z.string(), z.string()).default({}),
  tolerations: z.array(z.looseObject({})).default([]),
  global: z.looseObject({}).default({}).describe('Of a chart that this one is part of; nothing here reads it.'),
});

/** values.yaml: every value with its default, and what it means above it. */
export function valuesYaml(): string {
  const document = parseDocument(yamlText(ChartValues.parse({})));
  if (isMap(document.contents)) comment(document.contents, schemaOf());
  return document.toString({ lineWidth: 120 });
}

export const valuesSchema = (): object => schemaOf();

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
}

const schemaOf = (): Node => z.toJSONSchema(ChartValues, { target: 'draft-7', io: 'input' }) as Node;

function comment(map: Document.Parsed['contents'] & YAMLMap, schema: Node): void {
  for (const pair of map.items) {
    if (!isScalar(pair.key)) continue;
    const node = schema.properties?.[String(pair.key.value)];
    if (node?.description !== undefined) pair.key.commentBefore = ` ${node.description}`;
    if (isMap(pair.value) && node !== undefined) comment(pair.value as never, node);
  }
}
