import type { Trust } from '../approvals/tally.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { AlertSink } from '../ports/alertSink.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReader, ClusterResult, RecordWriter } from '../ports/cluster.ts';
import type { Ids } from '../ports/ids.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { WorkloadWriter } from '../ports/workload.ts';
import type { History } from '../schema/history.ts';
import type { KubeObject } from '../schema/kube.ts';

/** What the executor sees of the world: its own observer, never what a Decision says of it. */
export interface Sight {
  views(): readonly ServiceView[];
  fresh(namespace: string, blueprint: string): Promise<ClusterResult<ServiceView>>;
  history(namespace: string, blueprint: string): History;
  /** All Decisions, from a mirror: a reason to look, never the thing that is acted on. */
  decisions(): readonly KubeObject[];
  /** All ApprovalRequests, likewise. */
  approvals(): readonly KubeObject[];
  /** Whether that mirror hears of changes now: what it does not show is a reason to look itself. */
  hearsApprovals(): boolean;
}

export interface ExecutorDeps {
  readonly observer: Sight;
  readonly reader: ClusterReader;
  readonly records: RecordWriter;
  readonly workloads: WorkloadWriter;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly ownNamespace: string;
  /** Where people look, besides the Event, the journal and the log. */
  readonly alerts?: readonly AlertSink[];
  /**
   * Whose signatures count. Without it nobody's name and nobody's vote does: every request is judged as an agent's, and
   * what needs an approval expires.
   */
  readonly trust?: Trust;
  /** Decisions for which this process called a person for the clock, while that differs: not asked for at every look. */
  readonly clockTold?: Set<string>;
  /** How long Decisions that are over are kept; absent: a week, and the newest 200 of each Blueprint. */
  readonly retention?: Retention | undefined;
}

/** Whichever comes first; what is absent sets no bound. */
export interface Retention {
  readonly ageMs?: number;
  /** The newest of one Blueprint, open ones among them. */
  readonly count?: number;
}

/** When to look at a Decision again (ms); undefined: it is settled. */
export type AgainAt = number | undefined;

/** After a lost race or a hiccup of the API server. */
export const SOON_MS = 1_000;
/** While something is awaited that no timer announces. */
export const POLL_MS = 5_000;
/**
 * A permit's life. A write that may still be under way (a cut connection, a killed process, a second executor) cannot
 * begin after it; nothing is concluded from its absence before.
 */
export const GRACE_MS = 30_000;
