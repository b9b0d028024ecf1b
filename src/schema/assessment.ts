import type { Amounts } from './resources.ts';

/**
 * What the analysis says of one service at one moment: the only numbers about load that the gate ever sees. Pure JSON
 * data; computed from observations alone, never from anything a model said.
 */
export interface Assessment {
  readonly at: number;
  readonly signals: readonly Signal[];
  /** Mean of value/target over CPU and memory signals present, as a fraction of target; shown and recorded, decides nothing. */
  readonly weighted?: number;
  /** An objective (latency, errors, ready at least min) is missed now on fresh data; names of the signals. */
  readonly breach: readonly string[];
  /** Breach, or a signal over its up threshold; names of the signals. */
  readonly pressure: readonly string[];
  /** Reasons why low use is distress and not idleness (G6); empty when calm. */
  readonly distress: readonly string[];
  /** What the analysis alone would do now: the floor. Replicas are inside the blueprint's range. */
  readonly recommendation: Recommendation;
  /** Replicas the HPA's formula asks for, before thresholds, steps and bounds; undefined without a usable signal. */
  readonly desired?: number;
  readonly history: HistoryFacts;
  readonly candidates: readonly Candidate[];
  /** A breach that more replicas would not mend, with its likely cause in words. */
  readonly anomaly?: string;
}

export type SignalState = 'fresh' | 'stale' | 'missing' | 'implausible';

export interface Signal {
  readonly name: 'cpu' | 'latency_p95' | 'error_rate' | 'requests_per_second';
  readonly state: SignalState;
  /** Why it is not fresh, in words; the source's own words are untrusted text. */
  readonly detail?: string;
  /** cpu: used / requested (fraction, ready pods); latency_p95: milliseconds; error_rate: fraction; requests_per_second: of the whole service. */
  readonly value?: number;
  readonly target?: number;
  /** Above this it argues for more capacity (cpu: up threshold; objectives: their target). */
  readonly upAbove?: number;
  /** Below this it allows less (cpu only: down threshold). */
  readonly downBelow?: number;
  /** Time of the newest sample, and the source's interval, in ms. */
  readonly sampleAt?: number;
  readonly intervalMs: number;
  /** The time before `sampleAt` that the value is made from, where the source says so. */
  readonly overMs?: number;
  /** Requests that the value is made from, where the source counted them. */
  readonly requests?: number;
  readonly source: string;
  /** Of the ready pods, how many have a sample (cpu). */
  readonly covered?: number;
  readonly ready?: number;
  /** What it argues for now. */
  readonly says: 'up' | 'down' | 'hold' | 'nothing';
  /** With missing pods counted the other way (as the HPA does) the direction flips: no action (G4). */
  readonly flips?: boolean;
}

export interface Recommendation {
  readonly direction: 'up' | 'down' | 'hold';
  readonly replicas: number;
  readonly reason: string;
  /** Alarms have been met (two consecutive samples, or below min): a decision shall start. */
  readonly started: boolean;
}

/** Facts drawn from the bounded history ring of this process. A gap or a restart makes them poorer, never wrong. */
export interface HistoryFacts {
  /** Start of the uninterrupted stretch of usable samples that reaches to now; undefined when now itself is not usable. */
  readonly unbrokenSince?: number;
  /** Highest desired replicas of the down window (450 s). */
  readonly highestDesired?: number;
  /** Highest load (ready pods x cpu utilisation) of the down window, and of all history there is. */
  readonly highestLoad?: number;
  readonly highestLoadEver?: number;
  /** Load now: ready pods x cpu utilisation. */
  readonly load?: number;
  /** Largest working set of the main container on any pod in 24 h, in bytes, and since when it is watched without a gap. */
  readonly memoryPeak?: number;
  readonly memorySince?: number;
}

/** One thing an agent may choose, already sized by code. */
export interface Candidate {
  readonly tool: 'scale' | 'restart_pods' | 'rollback' | 'adjust_resources' | 'hold';
  readonly replicas?: number;
  /** adjust_resources: what shall change. */
  readonly amounts?: Amounts;
  /** rollback: the revision to go back to. */
  readonly revision?: number;
  readonly floor: boolean;
  readonly reason: string;
}
