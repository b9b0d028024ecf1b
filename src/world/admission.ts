import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { blueprintFromObject, globalFromObject } from '../schema/blueprint/fromObject.ts';
import { BlueprintStatus } from '../schema/blueprint/status.ts';
import { NO_GLOBAL_RULES } from '../schema/blueprint.ts';
import type { Frozen } from '../schema/counters.ts';
import type { Kind, KubeObject } from '../schema/kube.ts';
import {
  ApprovalRequestSpec,
  ApprovalRequestStatus,
  CircuitBreakerSpec,
  CircuitBreakerStatus,
  DecisionSpec,
  DecisionStatus,
  FLEET,
  RESUMED_IN_ADVANCE,
} from '../schema/records.ts';
import { MAX_VOTES, Vote } from '../schema/vote.ts';
import { withoutEmptyMaps, workloadSpec, zodFault } from './shapes.ts';

/** Says what is wrong with a Blueprint or ClusterBlueprint, or undefined. */
export type BlueprintCheck = (object: KubeObject) => string | undefined;

/** What the CRDs' schemas and CEL rules refuse. Conditions, calendars and the object's namespace they cannot read: those faults get through. */
export const checkAsCrd: BlueprintCheck = (object) => {
  const read = object.kind === 'Blueprint' ? blueprintFromObject(object, NO_GLOBAL_RULES) : globalFromObject(object);
  if (read.ok) return undefined;
  const seen = read.error.filter(({ code }) => !UNREAD_BY_THE_CRD.has(code));
  return seen.length === 0 ? undefined : seen.map(({ message }) => message).join(', ');
};
const UNREAD_BY_THE_CRD = new Set(['InvalidCondition', 'InvalidCalendar', 'TargetNamespace']);

interface RecordRules {
  /** Absent for blueprints, which have a check of their own. */
  readonly spec?: z.ZodType;
  readonly status: z.ZodType;
  /** The spec never changes after the object was made. */
  readonly immutable?: true;
}

const RECORDS: Readonly<Record<string, RecordRules>> = {
  Blueprint: { status: BlueprintStatus },
  ClusterBlueprint: { status: BlueprintStatus },
  Decision: { spec: DecisionSpec, status: DecisionStatus, immutable: true },
  ApprovalRequest: { spec: ApprovalRequestSpec, status: ApprovalRequestStatus, immutable: true },
  CircuitBreaker: { spec: CircuitBreakerSpec, status: CircuitBreakerStatus },
};
const Votes = z.array(Vote).max(MAX_VOTES);

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
  const object: KubeObject = { ...draft, metadata: withoutEmptyMaps(draft.metadata) };
  const rules = RECORDS[kind.kind];
  if (rules === undefined) return admitWorkload(kind, old, object);
  if (rules.spec === undefined) {
    const fault = checkBlueprint(object);
    if (fault !== undefined) return { fault };
  }
  return admitRecord(rules, old, object);
}

/** Parsed by its schema: unknown fields are dropped, as the API server prunes them. */
function admitRecord(
  rules: RecordRules,
  old: KubeObject | undefined,
  draft: KubeObject,
): { object: KubeObject } | { fault: string } {
  const object: KubeObject = { ...draft };
  const parts = [
    ['spec', rules.spec],
    ['status', draft.status === undefined ? undefined : rules.status],
    ['votes', draft['votes'] === undefined ? undefined : Votes],
  ] as const;
  for (const [part, schema] of parts) {
    if (schema === undefined) continue;
    const parsed = schema.safeParse(draft[part]);
    if (!parsed.success) return { fault: zodFault(parsed.error, part) };
    object[part] = parsed.data;
  }
  const fault = strayHold(object) ?? (old === undefined ? undefined : forbiddenChange(rules, old, object));
  return fault === undefined ? { object } : { fault };
}

function forbiddenChange(rules: RecordRules, old: KubeObject, object: KubeObject): string | undefined {
  if (rules.immutable && !isDeepStrictEqual(old.spec, object.spec)) {
    return `spec: Invalid value: the spec of a ${object.kind} never changes: create another`;
  }
  if (isResumedInAdvance(old, object)) return `spec.resumed: Invalid value: ${RESUMED_IN_ADVANCE}`;
  const votes = votesOf(object);
  const kept = votesOf(old).every((vote) => votes.some((candidate) => isDeepStrictEqual(candidate, vote)));
  return kept ? undefined : 'votes: Invalid value: votes are only added, never removed or changed';
}

function isResumedInAdvance(old: KubeObject, object: KubeObject): boolean {
  if (object.kind !== 'CircuitBreaker') return false;
  const { resumed } = object.spec as CircuitBreakerSpec;
  if (resumed === undefined || isDeepStrictEqual((old.spec as CircuitBreakerSpec | undefined)?.resumed, resumed))
    return false;
  const { frozen } = (object.status ?? {}) as { frozen?: Frozen };
  return frozen?.change !== resumed.change;
}

function strayHold(object: KubeObject): string | undefined {
  if (object.kind !== 'CircuitBreaker' || object.metadata.name === FLEET) return undefined;
  const { holds } = object.spec as CircuitBreakerSpec;
  if (holds.every((hold) => hold.namespace === undefined)) return undefined;
  return `spec: Invalid value: a hold on a namespace stands in the CircuitBreaker ${FLEET} only`;
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

const votesOf = (object: KubeObject): readonly Vote[] => (object['votes'] ?? []) as readonly Vote[];
const selectorOf = (object: KubeObject): unknown => (object.spec as { selector?: unknown } | undefined)?.selector;
