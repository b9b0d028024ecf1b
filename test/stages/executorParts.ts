import type { ExecutorDeps } from '../../src/executor/deps.ts';
import type { HeldDecision } from '../../src/executor/records/heldDecision.ts';
import type { ServiceView } from '../../src/observe/serviceView.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ClusterError, ClusterResult } from '../../src/ports/cluster.ts';
import { NEW_COUNTERS } from '../../src/schema/counters.ts';
import type { History } from '../../src/schema/history.ts';
import type { JournalEntry } from '../../src/schema/journal.ts';
import { KINDS, type Kind, type KubeObject } from '../../src/schema/kube.ts';
import type { ChangeRecord, DecisionSpec, DecisionStatus } from '../../src/schema/records.ts';
import { DECISION_SPEC } from '../../src/testing/contractObjects.ts';
import { calmBlueprint, calmWorkload, hotAssessment, NOON } from '../../src/testing/gateInput.ts';

export interface GivenDecision {
  readonly name?: string;
  readonly createdAt?: number;
  readonly person?: boolean;
  readonly uid?: string;
  readonly spec?: Partial<DecisionSpec>;
  readonly status?: Partial<DecisionStatus>;
}

/** A Decision as read, of noon. */
export function heldDecision({ spec, status, uid = 'uid-d', ...rest }: GivenDecision = {}): HeldDecision {
  const name = rest.name ?? 'web-b';
  const whole = { ...DECISION_SPEC, ...spec };
  const state: DecisionStatus = { phase: 'Pending', reason: 'New', message: '', changes: [], history: [], ...status };
  const metadata = { name, namespace: 'shop', uid, creationTimestamp: new Date(rest.createdAt ?? NOON).toISOString() };
  const object = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'Decision', metadata, spec: whole, status: state };
  return { object, namespace: 'shop', name, createdAt: NOON, person: false, ...rest, spec: whole, status: state };
}

export const changeRecord = (overrides: Partial<ChangeRecord> = {}): ChangeRecord => ({
  id: 'web-b.1',
  kind: 'scale',
  before: '3',
  after: '2',
  undo: false,
  intentAt: NOON - 60_000,
  appliedAt: NOON - 60_000,
  log: '',
  baseline: { breached: false },
  ...overrides,
});

export interface GivenCluster {
  readonly now?: number;
  readonly objects?: readonly KubeObject[];
  readonly decisions?: readonly KubeObject[];
  readonly approvals?: readonly KubeObject[];
  readonly views?: readonly ServiceView[];
  /** What a fresh look at the service finds; without it there is no such service. */
  readonly fresh?: ServiceView | ClusterError['code'];
  readonly history?: History;
  /** Errors by `verb Kind`, or `verb Kind name`; each is answered once for every time it stands there. */
  readonly errors?: Readonly<Record<string, readonly ClusterError['code'][]>>;
  readonly given?: Partial<ExecutorDeps>;
}

/** An API server that keeps what it is given, and everything that is asked of it, in order. */
export function executorParts({ now = NOON, given, ...cluster }: GivenCluster = {}) {
  const did: string[] = [];
  const written: KubeObject[] = [];
  const errors = new Map(Object.entries(cluster.errors ?? {}).map(([call, codes]) => [call, [...codes]]));
  const keyOf = (kind: Kind, namespace: string | undefined, name: string): string =>
    `${kind.kind} ${namespace ?? ''}/${name}`;
  const objects = new Map(
    (cluster.objects ?? []).map((one) => [`${one.kind} ${one.metadata.namespace ?? ''}/${one.metadata.name}`, one]),
  );
  const answer = <T>(verb: string, kind: Kind, name: string, value: () => T): Promise<ClusterResult<T>> => {
    did.push(`${verb} ${kind.kind} ${name}`.trimEnd());
    const code = errors.get(`${verb} ${kind.kind} ${name}`)?.shift() ?? errors.get(`${verb} ${kind.kind}`)?.shift();
    if (code === undefined) return Promise.resolve({ ok: true, value: value() });
    return Promise.resolve({ ok: false, error: { code, message: `it is ${code}`, uncertain: false } });
  };
  const keep = (kind: Kind, object: KubeObject): KubeObject => {
    written.push(object);
    objects.set(keyOf(kind, object.metadata.namespace, object.metadata.name), object);
    return object;
  };
  const log = (level: string) => (fields: object, message: string) =>
    void did.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
  const deps = {
    observer: {
      views: () => cluster.views ?? [],
      decisions: () => cluster.decisions ?? [],
      approvals: () => cluster.approvals ?? [],
      hearsApprovals: () => true,
      history: () => cluster.history ?? [],
      fresh: () => {
        const { fresh = 'notFound' } = cluster;
        const error = { code: fresh, message: `it is ${String(fresh)}`, uncertain: false };
        return Promise.resolve(typeof fresh === 'string' ? { ok: false, error } : { ok: true, value: fresh });
      },
    },
    reader: {
      get: (kind: Kind, namespace: string | undefined, name: string) =>
        answer('get', kind, name, () => objects.get(keyOf(kind, namespace, name))),
      list: (kind: Kind) =>
        answer('list', kind, '', () => ({
          items: [...objects.values()].filter((one) => one.kind === kind.kind),
          resourceVersion: '1',
        })),
    },
    records: {
      create: (kind: Kind, object: KubeObject) =>
        answer('create', kind, object.metadata.name, () => keep(kind, object)),
      replace: (kind: Kind, object: KubeObject) =>
        answer('replace', kind, object.metadata.name, () => keep(kind, object)),
      replaceStatus: (kind: Kind, object: KubeObject) =>
        answer('status', kind, object.metadata.name, () => keep(kind, object)),
      delete: (kind: Kind, _namespace: string, name: string) => answer('delete', kind, name, () => undefined),
    },
    journal: {
      head: () => 'head',
      close: () => Promise.resolve(),
      append: ({ kind, subject }: JournalEntry) => {
        did.push(`journal ${kind} ${subject}`.trimEnd());
        return Promise.resolve({ ok: true, value: 'head' });
      },
    },
    clock,
    ids: { random: () => 0.5 },
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    ownNamespace: 'agent-system',
    ...given,
  } as Pick<ExecutorDeps, 'clock'> as ExecutorDeps;
  return { deps, did, written };
}

/** A service under pressure whose last change was `web-b.1`. */
export const hotView = (overrides: Partial<ServiceView> = {}): ServiceView => ({
  namespace: 'shop',
  name: 'web',
  blueprint: calmBlueprint(),
  object: { ...KINDS.Blueprint, metadata: { name: 'web', namespace: 'shop' } },
  workload: calmWorkload(),
  matches: 1,
  counters: { ...NEW_COUNTERS, lastChangeId: 'web-b.1' },
  assessment: hotAssessment(),
  ...overrides,
});
