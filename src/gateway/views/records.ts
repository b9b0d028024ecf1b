import { type Tally, type Trust, tally } from '../../approvals/tally.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { ApprovalRequestSpec, ApprovalRequestStatus, DecisionSpec, DecisionStatus } from '../../schema/records.ts';
import type { GatewayDeps } from '../deps.ts';
import { instantMs } from './told.ts';

export interface Identified {
  readonly object: KubeObject;
  readonly namespace: string;
  readonly name: string;
  /** Made by the API server at (ms). */
  readonly createdAt: number;
}

export interface RequestRecord extends Identified {
  readonly spec: ApprovalRequestSpec;
  readonly status: ApprovalRequestStatus;
}

export interface DecisionRecord extends Identified {
  readonly spec: DecisionSpec;
  /** Absent: the executor has not looked at it yet, or what stands there is none. */
  readonly status?: DecisionStatus;
}

/** By object: a mirror hands out the same one until it changes, so that each version is parsed once. */
const requests = new WeakMap<KubeObject, RequestRecord | 'odd'>();
const decisions = new WeakMap<KubeObject, DecisionRecord | 'odd'>();

/** Undefined for what has not the shape of an ApprovalRequest: whoever wrote it, it is shown to nobody as one. */
export function readRequest(object: KubeObject): RequestRecord | undefined {
  const known = requests.get(object) ?? parsedRequest(object);
  requests.set(object, known);
  return known === 'odd' ? undefined : known;
}

export function readDecision(object: KubeObject): DecisionRecord | undefined {
  const known = decisions.get(object) ?? parsedDecision(object);
  decisions.set(object, known);
  return known === 'odd' ? undefined : known;
}

function parsedRequest(object: KubeObject): RequestRecord | 'odd' {
  const spec = ApprovalRequestSpec.safeParse(object.spec);
  if (!spec.success) return 'odd';
  const status = ApprovalRequestStatus.safeParse(object.status);
  return {
    ...identified(object),
    spec: spec.data,
    status: status.success ? status.data : { phase: 'Pending', message: '' },
  };
}

function parsedDecision(object: KubeObject): DecisionRecord | 'odd' {
  const spec = DecisionSpec.safeParse(object.spec);
  if (!spec.success) return 'odd';
  const status = DecisionStatus.safeParse(object.status);
  return { ...identified(object), spec: spec.data, ...(status.success && { status: status.data }) };
}

const identified = (object: KubeObject): Identified => ({
  object,
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name,
  createdAt: createdAt(object),
});

export const createdAt = ({ metadata }: KubeObject): number => instantMs(metadata.creationTimestamp);

export const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;

/** By object, as above. */
const keys = new WeakMap<KubeObject, string>();

/** By `namespace/name`, made once a call. */
export function indexed(objects: readonly KubeObject[]): ReadonlyMap<string, KubeObject> {
  const index = new Map<string, KubeObject>();
  for (const object of objects) {
    const { namespace = '', name } = object.metadata;
    const key = keys.get(object) ?? keyOf(namespace, name);
    keys.set(object, key);
    index.set(key, object);
  }
  return index;
}

/** How a request stands now. */
export interface Standing {
  /** The executor's word, or what the votes and the clock come to before it has looked. */
  readonly phase: ApprovalRequestStatus['phase'];
  readonly tally: Tally;
}

export function standingOf(
  { object, spec, status }: RequestRecord,
  { trust, clock }: Pick<GatewayDeps, 'trust' | 'clock'>,
): Standing {
  const votes = counted(object, trust);
  if (status.phase !== 'Pending') return { phase: status.phase, tally: votes };
  if (votes.kind !== 'pending') return { phase: votes.kind === 'approved' ? 'Approved' : 'Rejected', tally: votes };
  return { phase: clock.now() <= Date.parse(spec.decideBy) ? 'Pending' : 'Expired', tally: votes };
}

/** By keys and object: checking signatures is what costs, and a vote of a version of a request counts or does not. */
const tallies = new WeakMap<Trust['keys'], WeakMap<KubeObject, { readonly cluster: string; readonly tally: Tally }>>();

function counted(object: KubeObject, trust: Trust): Tally {
  const known =
    tallies.get(trust.keys) ?? new WeakMap<KubeObject, { readonly cluster: string; readonly tally: Tally }>();
  tallies.set(trust.keys, known);
  const before = known.get(object);
  if (before?.cluster === trust.cluster) return before.tally;
  const now = tally(object, trust);
  known.set(object, { cluster: trust.cluster, tally: now });
  return now;
}
