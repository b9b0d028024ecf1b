import type { SchemaNode } from './resources.ts';

/** The main fields of the built-in kinds, for `kubectl explain`. The world keeps fields that are not described here. */

const text = (description: string): SchemaNode => ({ type: 'string', description });
const whole = (description: string): SchemaNode => ({ type: 'integer', format: 'int32', description });
const flag = (description: string): SchemaNode => ({ type: 'boolean', description });
const either = (description: string): SchemaNode => ({ description, 'x-kubernetes-int-or-string': true });
const open = (description: string, properties: Readonly<Record<string, SchemaNode>> = {}): SchemaNode => ({
  type: 'object',
  description,
  properties,
  'x-kubernetes-preserve-unknown-fields': true,
});
const many = (description: string, items: SchemaNode): SchemaNode => ({ type: 'array', description, items });
const pairs = (description: string): SchemaNode => ({
  type: 'object',
  description,
  additionalProperties: { type: 'string' },
});

const SELECTOR = open('Which pods belong to it.', { matchLabels: pairs('Labels that a pod must have.') });
const CONDITIONS = many(
  'What can be said about it at the moment.',
  open('One statement.', {
    type: text('What it is about.'),
    status: text('True, False or Unknown.'),
    reason: text('Why, in one word.'),
    message: text('Why, in a sentence.'),
  }),
);
const RESOURCES = open('What a container may count on, and what it may use at most.', {
  requests: pairs('What the scheduler keeps free for it: cpu, memory.'),
  limits: pairs('The most that it may use: cpu, memory.'),
});
const CONTAINER = open('One container of a pod.', {
  name: text('Unique within the pod.'),
  image: text('The image to run.'),
  resources: RESOURCES,
  env: many('Environment variables.', open('A variable.', { name: text('Its name.'), value: text('Its value.') })),
  ports: many('Ports that it listens on.', open('A port.', { containerPort: whole('Its number.') })),
  restartPolicy: text('Always makes an init container a sidecar.'),
});
const POD_SPEC = open('What the pod runs, and where it may run.', {
  containers: many('The containers that run as long as the pod.', CONTAINER),
  initContainers: many('Containers that run before, and sidecars.', CONTAINER),
  nodeName: text('The node that it runs on.'),
  nodeSelector: pairs('Labels that its node must have.'),
});
const TEMPLATE = open('What new pods look like.', {
  metadata: open('Labels and annotations of the pods.'),
  spec: POD_SPEC,
});
const COUNTS = (names: readonly string[]): Record<string, SchemaNode> =>
  Object.fromEntries(names.map((name) => [name, whole(`Pods: ${name}.`)]));

export const BUILT_IN_SCHEMAS: Readonly<Record<string, SchemaNode>> = {
  Namespace: open('A space for names.', {
    spec: open('Nothing that the world uses.'),
    status: open('Active, or going.'),
  }),
  Node: open('A machine that runs pods.', {
    spec: open('What is asked of it.', { unschedulable: flag('No new pods are put on it.') }),
    status: open('What it has.', {
      capacity: pairs('All that it has.'),
      allocatable: pairs('What pods may have of it.'),
      conditions: CONDITIONS,
    }),
  }),
  Pod: open('Containers that run together on one node.', {
    spec: POD_SPEC,
    status: open('How it is.', { phase: text('Pending, Running, Succeeded or Failed.'), conditions: CONDITIONS }),
  }),
  Service: open('A name for a set of pods. The world keeps it and routes nothing.', {
    spec: open('Which pods, at which ports.', {
      selector: pairs('Labels of the pods.'),
      ports: many('Its ports.', open('A port.', { port: whole('Its number.'), targetPort: either('Of the pod.') })),
      type: text('ClusterIP, NodePort, LoadBalancer or ExternalName.'),
    }),
  }),
  ConfigMap: open('Configuration as text. The world keeps it and mounts nothing.', { data: pairs('Text by key.') }),
  ResourceQuota: open('The most that a namespace may use.', {
    spec: open('The limits.', { hard: pairs('The most of each resource.') }),
    status: open('What is used.', { hard: pairs('The limits in force.'), used: pairs('What is used of each.') }),
  }),
  LimitRange: open('Bounds for the resources of pods and containers of a namespace.', {
    spec: open('The bounds.', { limits: many('One entry for each type.', open('Bounds of one type.')) }),
  }),
  Event: open('Something that happened to an object.', {
    type: text('Normal or Warning.'),
    reason: text('What happened, in one word.'),
  }),
  Deployment: open('Keeps a number of equal pods running, and replaces them when their template changes.', {
    spec: open('What is wanted.', {
      replicas: whole('How many pods.'),
      selector: SELECTOR,
      template: TEMPLATE,
      strategy: open('How pods are replaced.', {
        type: text('RollingUpdate or Recreate.'),
        rollingUpdate: open('How fast.', {
          maxSurge: either('Pods above the number wanted.'),
          maxUnavailable: either('Pods below the number wanted.'),
        }),
      }),
      paused: flag('Changes of the template wait.'),
      progressDeadlineSeconds: whole('A rollout without progress for so long has failed.'),
      revisionHistoryLimit: whole('Old ReplicaSets to keep.'),
    }),
    status: open('What is there.', {
      ...COUNTS(['replicas', 'readyReplicas', 'updatedReplicas', 'availableReplicas', 'unavailableReplicas']),
      observedGeneration: whole('The generation that this status speaks of.'),
      conditions: CONDITIONS,
    }),
  }),
  ReplicaSet: open('Keeps a number of pods of one template running.', {
    spec: open('What is wanted.', { replicas: whole('How many pods.'), selector: SELECTOR, template: TEMPLATE }),
    status: open('What is there.', COUNTS(['replicas', 'readyReplicas', 'availableReplicas'])),
  }),
  ControllerRevision: open('A version of something, kept as it was.', { revision: whole('Its number.') }),
  PodDisruptionBudget: open('How many pods may be taken away on purpose at the same time.', {
    spec: open('The limit.', {
      selector: SELECTOR,
      minAvailable: either('Pods that stay, as a number or a percentage.'),
      maxUnavailable: either('Pods that may be missing, as a number or a percentage.'),
    }),
    status: open(
      'What it allows now.',
      COUNTS(['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods']),
    ),
  }),
  HorizontalPodAutoscaler: open('Sets the replicas of its target by its use of CPU or memory.', {
    spec: open('Target and bounds.', {
      scaleTargetRef: open('What it scales.', { kind: text('Its kind.'), name: text('Its name.') }),
      minReplicas: whole('The fewest.'),
      maxReplicas: whole('The most.'),
      metrics: many('What it goes by.', open('One metric.')),
    }),
  }),
  Lease: open('Who holds something, and until when.', {
    spec: open('The holder.', { holderIdentity: text('Who.'), leaseDurationSeconds: whole('For how long.') }),
  }),
  CustomResourceDefinition: open('A kind that was added to the API.', {
    spec: open('Names, versions and schemas.', { group: text('Its group.'), scope: text('Namespaced or Cluster.') }),
  }),
};
