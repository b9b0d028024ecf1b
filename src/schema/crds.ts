import { z } from 'zod';
import { BLUEPRINT_RULES, GLOBAL_RULES, OBJECT_RULES } from './blueprint/celRules.ts';
import { BlueprintSpec, GlobalSpec } from './blueprint/document.ts';
import { BlueprintStatus } from './blueprint/status.ts';
import { addRules, type CelRule, type CrdNode, crdSchema, nodeAt } from './crdSchema.ts';
import { GROUP, KINDS, type Kind } from './kube.ts';
import {
  ApprovalRequestSpec,
  ApprovalRequestStatus,
  CircuitBreakerSpec,
  CircuitBreakerStatus,
  DecisionSpec,
  DecisionStatus,
  FLEET,
  RESUMED_IN_ADVANCE,
} from './records.ts';
import { MAX_VOTES, Vote } from './vote.ts';

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  /** 1: only with `-o wide`. */
  readonly priority?: 1;
}

interface Definition {
  readonly kind: Kind;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: CrdNode;
  readonly status: CrdNode;
  readonly beside?: Readonly<Record<string, CrdNode>>;
  readonly rules?: readonly CelRule[];
  readonly columns: readonly Column[];
}

const AGE: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Since its creation.',
};

const column = (name: string, jsonPath: string, description: string, type: Column['type'] = 'string'): Column => ({
  name,
  type,
  jsonPath,
  description,
});
const wide = (name: string, jsonPath: string, description: string): Column => ({
  ...column(name, jsonPath, description),
  priority: 1,
});

/** The five CustomResourceDefinitions, as plain JSON for kubectl or a raw POST (typed clients drop half of a schema). */
export function crds(): object[] {
  return [blueprint(), clusterBlueprint(), decision(), approvalRequest(), circuitBreaker()].map(definitionOf);
}

function blueprint(): Definition {
  const spec = crdSchema(BlueprintSpec);
  for (const [path, rules] of Object.entries(BLUEPRINT_RULES)) addRules(spec, path, rules);
  keyed(nodeAt(spec, 'verification.checks'), 'name');
  return {
    kind: KINDS.Blueprint,
    shortNames: ['bp'],
    description: 'Limits, targets and authority for one Deployment, written by people.',
    spec,
    status: statusOf(),
    rules: OBJECT_RULES,
    columns: [
      column('Version', '.spec.version', 'As written.'),
      column('Autonomy', '.status.autonomy', 'In force, after the global ceiling.'),
      column('Min', '.spec.scaling.min_replicas', 'Fewest replicas.', 'integer'),
      column('Max', '.spec.scaling.max_replicas', 'Most replicas.', 'integer'),
      column(
        'Accepted',
        '.status.conditions[?(@.type=="Accepted")].status',
        'False: the last accepted version stays in force.',
      ),
      AGE,
      wide('In force', '.status.observedVersion', 'The last accepted version.'),
      wide(
        'Managed',
        '.status.conditions[?(@.type=="Managed")].status',
        'False: people have not set the label fairlead.dev/managed=true on the Deployment.',
      ),
      wide(
        'Message',
        '.status.conditions[?(@.type=="Accepted")].message',
        'What is wrong with the version as written.',
      ),
    ],
  };
}

function clusterBlueprint(): Definition {
  return {
    kind: KINDS.ClusterBlueprint,
    shortNames: ['cbp'],
    description:
      'The rules of the organisation: ceilings that no blueprint can go above. Only the one named default counts.',
    spec: crdSchema(GlobalSpec),
    status: statusOf(),
    rules: GLOBAL_RULES,
    columns: [
      column('Autonomy', '.spec.autonomy', 'The most that any blueprint gets.'),
      column('Max replicas', '.spec.ceilings.max_replicas', 'Of any one service.', 'integer'),
      column('Capacity', '.spec.capacity.replicas', 'Replicas of all services together.', 'integer'),
      column(
        'Accepted',
        '.status.conditions[?(@.type=="Accepted")].status',
        'False: the last accepted rules stay in force.',
      ),
      AGE,
    ],
  };
}

function decision(): Definition {
  const spec = crdSchema(DecisionSpec);
  addRules(spec, '', [immutable('a Decision')]);
  return {
    kind: KINDS.Decision,
    shortNames: ['dec'],
    description: 'One request for an effect, and everything that became of it. A wish: it carries no authority.',
    spec,
    status: crdSchema(DecisionStatus),
    columns: [
      column('Service', '.spec.target.name', 'The Deployment.'),
      column('Tool', '.spec.tool', 'What was asked for.'),
      column('To', '.spec.arguments.replicas', 'Replicas, of a scale.', 'integer'),
      column('Phase', '.status.phase', 'Where it stands.'),
      column('Reason', '.status.reason', 'Why it stands there.'),
      AGE,
      wide('Operation', '.spec.operation', 'What the call is by its effect.'),
      wide('By', '.spec.requester.name', 'Who asked.'),
      wide('Message', '.status.message', 'In one line.'),
    ],
  };
}

function approvalRequest(): Definition {
  const spec = crdSchema(ApprovalRequestSpec);
  addRules(spec, '', [immutable('an ApprovalRequest')]);
  const votes = crdSchema(z.array(Vote).max(MAX_VOTES));
  keyed(votes, 'id');
  addRules(votes, '', [
    { rule: 'oldSelf.all(o, self.exists(v, v.id == o.id))', message: 'votes are only added, never removed' },
  ]);
  addRules(votes, '[]', [{ rule: 'self == oldSelf', message: 'a vote is never changed: add another' }]);
  return {
    kind: KINDS.ApprovalRequest,
    shortNames: ['ar'],
    description: 'A restricted request, waiting for people. What they decide stands in votes, signed by the gateway.',
    spec,
    status: crdSchema(ApprovalRequestStatus),
    beside: { votes },
    rules: [{ rule: '!has(oldSelf.votes) || has(self.votes)', message: 'votes are only added, never removed' }],
    columns: [
      column('Service', '.spec.target.name', 'The Deployment.'),
      column('Before', '.spec.before', 'The value now.'),
      column('After', '.spec.after', 'The value asked for.'),
      column('Phase', '.status.phase', 'Where it stands.'),
      column('Decide by', '.spec.decideBy', 'No answer by then means rejected.'),
      AGE,
      wide('Approvers', '.spec.approvers', 'Groups that may approve.'),
      wide('By', '.spec.requester.name', 'Who asked.'),
    ],
  };
}

function circuitBreaker(): Definition {
  return {
    kind: KINDS.CircuitBreaker,
    shortNames: ['cb'],
    description: 'Counters of one service (cooldown, hourly budget, breaker, change in flight), and what people hold.',
    spec: crdSchema(CircuitBreakerSpec),
    status: crdSchema(CircuitBreakerStatus),
    rules: [
      {
        rule: `self.metadata.name == '${FLEET}' || !has(self.spec) || !self.spec.holds.exists(h, has(h.namespace))`,
        message: `a hold on a namespace stands in the CircuitBreaker ${FLEET} only`,
      },
      {
        rule: [
          '!has(self.spec) || !has(self.spec.resumed)',
          '(has(oldSelf.spec) && has(oldSelf.spec.resumed) && oldSelf.spec.resumed == self.spec.resumed)',
          '(has(self.status) && has(self.status.frozen) && self.status.frozen.change == self.spec.resumed.change)',
        ].join(' || '),
        message: RESUMED_IN_ADVANCE,
      },
    ],
    columns: [
      column('State', '.status.breaker.state', 'open: changes wait.'),
      column('Failures', '.status.breaker.failures', 'In a row.', 'integer'),
      column('Frozen', '.status.frozen.decision', 'Its undo failed: all waits for fairlead resume.'),
      column('In flight', '.status.inFlight.decision', 'The Decision whose change is under way.'),
      column('Held', '.spec.holds[0].kind', 'What a person holds.'),
      AGE,
      wide('Held by', '.spec.holds[0].by', 'Who holds it.'),
      wide('Why', '.spec.holds[0].reason', 'Why it is held.'),
    ],
  };
}

function statusOf(): CrdNode {
  const status = crdSchema(BlueprintStatus);
  keyed(nodeAt(status, 'conditions'), 'type');
  return status;
}

const immutable = (kind: string): CelRule => ({
  rule: 'self == oldSelf',
  message: `the spec of ${kind} never changes: create another`,
});

/** A list in which each key stands once. */
function keyed(node: CrdNode, key: string): void {
  node['x-kubernetes-list-type'] = 'map';
  node['x-kubernetes-list-map-keys'] = [key];
}

function definitionOf(definition: Definition): object {
  const { kind, shortNames, description, spec, status, beside, rules, columns } = definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${GROUP}`, labels: { 'app.kubernetes.io/part-of': 'fairlead' } },
    spec: {
      group: GROUP,
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        shortNames,
        categories: ['fairlead'],
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description,
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec,
                ...beside,
                status,
              },
              ...(rules === undefined ? {} : { 'x-kubernetes-validations': rules }),
            },
          },
        },
      ],
    },
  };
}
