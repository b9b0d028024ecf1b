import type { Blueprint } from '../schema/blueprint.ts';
import type { LastChange } from '../schema/change.ts';
import type { DecisionObject } from '../schema/decisionObject.ts';
import type { JournalRecord } from '../schema/journal.ts';
import type { KubeObject } from '../schema/kube.ts';
import type { Call } from '../world/portFaults.ts';
import type { ReplySeen } from './chat/chats.ts';
import type { ChangeKind } from './expectation.ts';
import type { Scenario } from './format.ts';

export type RunKind = 'live' | 'worst_case';
export const TICK_MS = 15_000;

/** One effect of the product on an object that is not a record of its own: the object before and after one call. */
export interface Effect {
  readonly at: number;
  /** `deployment/shop/web`. */
  readonly object: string;
  readonly changes: readonly ChangeKind[];
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  /** The annotation that came with it. */
  readonly lastChange: LastChange | undefined;
}

/** A write request to such an object, whatever became of it. */
export interface Attempt {
  readonly at: number;
  readonly object: string;
  readonly change: ChangeKind;
  readonly undo: boolean;
}

/** One service at the beginning of a tick. */
export interface ServiceSample {
  readonly replicas: number;
  readonly ready: number;
  readonly image: string;
  /** `cpu.request` and so on, as written; absent where there is none. */
  readonly resources: Readonly<Record<string, string>>;
  readonly cpuPct: number | undefined;
  readonly p95Ms: number | undefined;
  readonly errorPct: number | undefined;
  readonly pending: number;
  readonly breaker: 'open' | 'half_open' | 'closed';
}

export interface Sample {
  readonly tick: number;
  readonly at: number;
  /** By `namespace/name` of the Deployment. */
  readonly services: ReadonlyMap<string, ServiceSample>;
  /** Services whose Blueprint the product looked at in the tick before. */
  readonly observed: ReadonlySet<string>;
}

export interface InForce {
  readonly at: number;
  readonly target: string;
  readonly blueprint: Blueprint;
}

export interface ApprovalSeen {
  readonly object: KubeObject;
  /** Phases as they came, with their times. */
  readonly phases: readonly { readonly at: number; readonly phase: string }[];
}

export interface JournalSeen {
  readonly writer: string;
  readonly records: readonly JournalRecord[];
  /** As stored, one JSON text a record. */
  readonly lines: readonly string[];
}

/** Everything that one run of a scenario showed. */
export interface Seen {
  readonly scenario: Scenario;
  readonly run: RunKind;
  /** Of tick 0, in ms. */
  readonly startedAt: number;
  /** One at the beginning of each tick, and one at the end. */
  readonly samples: readonly Sample[];
  readonly effects: readonly Effect[];
  readonly attempts: readonly Attempt[];
  /** Values other people set: `<object> replicas <value>`. */
  readonly external: ReadonlySet<string>;
  readonly inForce: readonly InForce[];
  readonly decisions: readonly DecisionObject[];
  readonly approvals: readonly ApprovalSeen[];
  readonly journals: readonly JournalSeen[];
  /** Records that stood in the journals when the process was killed, and are expected after it. */
  readonly beforeRestart: readonly string[];
  readonly events: readonly KubeObject[];
  readonly log: readonly string[];
  readonly calls: readonly Call[];
  readonly modelRequests: number;
  /** By message, in their order; undefined: it was not answered till the end. */
  readonly replies: readonly (ReplySeen | undefined)[];
  readonly canaries: readonly string[];
  readonly process: ProcessSeen;
}

export interface ProcessSeen {
  /** Why it is no longer there. */
  readonly died: string | undefined;
  /** What was thrown and caught on the way. */
  readonly unhandled: readonly string[];
  readonly rssGrowthMib: number;
  /** Ticks in which a pass did not end although nothing in the cluster hung. */
  readonly late: readonly number[];
  readonly restarts: number;
}

export const tickOf = (seen: Pick<Seen, 'startedAt'>, at: number): number =>
  Math.floor((at - seen.startedAt) / TICK_MS);
