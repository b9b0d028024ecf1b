import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Kind, KubeObject } from '../schema/kube.ts';
import {
  ApprovalRequestSpec,
  ApprovalRequestStatus,
  CircuitBreakerSpec,
  CircuitBreakerStatus,
  DecisionSpec,
  DecisionStatus,
} from '../schema/records.ts';
import { workloadSpec, zodFault } from './shapes.ts';

/** Says what is wrong with a Blueprint or ClusterBlueprint, or undefined. */
export type BlueprintCheck = (object: KubeObject) => string | undefined;

interface RecordRules {
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  /** The spec never changes after the object was made. */
  readonly immutable: boolean;
}

const RECORDS: Readonly<Record<string, RecordRules>> = {
  Decision: { spec: DecisionSpec, status: DecisionStatus, immutable: true },
  ApprovalRequest: { spec: ApprovalRequestSpec, status: ApprovalRequestStatus, immutable: true },
  CircuitBreaker: { spec: CircuitBreakerSpec, status: CircuitBreakerStatus, immutable: false },
};

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * What the API server checks before it stores an object: its name, its shape (workloads get their defaults, records lose
 * unknown fields), and what may not change. Answers the object as it will be stored, or the fault in words.
 */
export function admit(
  kind: Kind,
  old: KubeObject | undefined,
  draft: KubeObject,
  checkBlueprint: BlueprintCheck,
): { object: KubeObject } | { fault: string } {
  const { name } = draft.metadata;
  if (!NAME.test(name)) return { fault: `metadata.name: Invalid value: "${name}": must be a lower case DNS name` };
  if (kind.kind === 'Blueprint' || kind.kind === 'ClusterBlueprint') {
    const fault = checkBlueprint(draft);
    return fault === undefined ? { object: draft } : { fault };
  }
  const rules = RECORDS[kind.kind];
  return rules === undefined ? admitWorkload(kind, old, draft) : admitRecord(rules, old, draft);
}

function admitRecord(
  rules: RecordRules,
  old: KubeObject | undefined,
  draft: KubeObject,
): { object: KubeObject } | { fault: string } {
  const spec = rules.spec.safeParse(draft.spec);
  if (!spec.success) return { fault: zodFault(spec.error, 'spec') };
  const object: KubeObject = { ...draft, spec: spec.data };
  if (draft.status !== undefined) {
    const status = rules.status.safeParse(draft.status);
    if (!status.success) return { fault: zodFault(status.error, 'status') };
    object.status = status.data;
  }
  if (old === undefined) return { object };
  if (rules.immutable && !isDeepStrictEqual(old.spec, object.spec)) {
    return { fault: 'spec: Invalid value: the spec is immutable' };
  }
  const votes = listOf(object['votes']);
  const kept = listOf(old['votes']).every((vote, index) => isDeepStrictEqual(vote, votes[index]));
  return kept ? { object } : { fault: 'votes: Invalid value: votes are only added to' };
}

function admitWorkload(
  kind: Kind,
  old: KubeObject | undefined,
  draft: KubeObject,
): { object: KubeObject } | { fault: string } {
  const parsed = workloadSpec(kind.kind, draft.spec);
  if ('fault' in parsed) return parsed;
  const object: KubeObject = parsed.spec === undefined ? draft : { ...draft, spec: parsed.spec };
  if (kind.kind === 'Deployment' && old !== undefined) {
    if (!isDeepStrictEqual(selectorOf(old), selectorOf(object))) {
      return { fault: 'spec.selector: Invalid value: field is immutable' };
    }
  }
  return { object };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const selectorOf = (object: KubeObject): unknown => (object.spec as { selector?: unknown } | undefined)?.selector;
