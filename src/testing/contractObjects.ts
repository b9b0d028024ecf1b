import type { ClusterErrorCode, ClusterResult } from '../ports/cluster.ts';
import type { Change, LastChange } from '../schema/change.ts';
import { type KubeObject, LAST_CHANGE_ANNOTATION, MANAGED_LABEL } from '../schema/kube.ts';
import { RESTARTED_AT } from '../schema/patch.ts';
import { Permit, type PermitTerms } from '../schema/permit.ts';
import type { DecisionSpec, DecisionStatus } from '../schema/records.ts';

/** Objects for the cluster contract: small, and valid under the real CRDs. */

export interface DeploymentOptions {
  readonly replicas: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly templateAnnotations?: Readonly<Record<string, string>>;
}

export function deploymentObject(namespace: string, name: string, options: DeploymentOptions): KubeObject {
  const annotated = (annotations: Readonly<Record<string, string>> | undefined) =>
    annotations === undefined ? {} : { annotations: { ...annotations } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { [MANAGED_LABEL]: 'true' }, ...annotated(options.annotations) },
    spec: {
      replicas: options.replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, ...annotated(options.templateAnnotations) },
        spec: {
          containers: [
            {
              name: 'app',
              image: 'registry.example/app:1',
              resources: { requests: { cpu: '100m', memory: '64Mi' } },
            },
          ],
        },
      },
    },
  };
}

export const DECISION_SPEC: DecisionSpec = {
  blueprint: { name: 'web', version: '1.0.0', hash: 'a'.repeat(64) },
  target: { kind: 'Deployment', namespace: 'shop', name: 'web' },
  tool: 'scale',
  operation: 'scale_within_limits',
  arguments: { replicas: 3 },
  requester: { kind: 'agent', name: 'decision-engine' },
  rationale: 'use is high',
  evidence: [],
  origin: {
    role: 'decision-engine',
    prompt: '',
    model: 'rules planner',
    steps: 0,
    promptTokens: 0,
    completionTokens: 0,
    seconds: 0,
    read: [],
    run: 'run1',
  },
  verdict: { operation: 'scale_within_limits', authority: 'allowed', approvers: [], findings: [], at: 1 },
};

export const DECISION_STATUS: DecisionStatus = {
  phase: 'Deferred',
  message: 'waits for the cooldown',
  reason: 'CooldownActive',
  changes: [],
  history: [],
};

export function decisionObject(namespace: string, name: string, labels: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'Decision',
    metadata: { name, namespace, labels },
    spec: DECISION_SPEC,
  };
}

interface DeploymentSpec {
  readonly replicas: number;
  readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
}
export const deploymentSpec = (object: KubeObject): DeploymentSpec => object.spec as DeploymentSpec;

export const restartedAt = (object: KubeObject): string | undefined =>
  deploymentSpec(object).template.metadata.annotations?.[RESTARTED_AT];

/** A permit bound to what `object` shows now. The contract issues its own: no gate stands in a test of the port. */
export function permitFor(
  object: KubeObject,
  change: Change,
  now: number,
  overrides: Partial<PermitTerms> = {},
): Permit {
  const { metadata } = object;
  return Permit.issue({
    requestId: 'contract',
    operation: 'scale_within_limits',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    change,
    lastChangeText: metadata.annotations?.[LAST_CHANGE_ANNOTATION],
    resourceVersion: metadata.resourceVersion ?? '',
    hasAnnotations: metadata.annotations !== undefined,
    hasTemplateAnnotations: deploymentSpec(object).template.metadata.annotations !== undefined,
    blueprintHash: 'a'.repeat(64),
    issuedAt: now,
    expiresAt: now + 30_000,
    ...overrides,
  });
}

export function lastChange(id: string, before: string, after: string): LastChange {
  return {
    id,
    decision: 'web-abcdefghij',
    did: `set ${after}`,
    before,
    after,
    at: '2026-01-05T00:00:00Z',
    log: 'f'.repeat(64),
    undo: false,
  };
}

/** The value of an answer that must be good; a bad one fails the test with the error's own words. */
export function value<T>(result: ClusterResult<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

export const code = (result: ClusterResult<unknown>): ClusterErrorCode | 'ok' => (result.ok ? 'ok' : result.error.code);

export function defined<T>(wanted: T | undefined): T {
  if (wanted === undefined) throw new Error('expected something, got undefined');
  return wanted;
}
