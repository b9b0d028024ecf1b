import type { Assessment } from '../schema/assessment.ts';
import type { Fault } from '../schema/blueprint/fault.ts';
import type { Blueprint, GlobalRules } from '../schema/blueprint.ts';
import type { Counters, Hold } from '../schema/counters.ts';
import type { FleetFacts } from '../schema/fleet.ts';
import type { KubeObject } from '../schema/kube.ts';
import type { Workload } from '../schema/workload.ts';

/** Everything known of one service at one moment. What could not be had is absent, and the gate answers for the worst case. */
export interface ServiceView {
  readonly namespace: string;
  /** Of the Blueprint. */
  readonly name: string;
  /** In force: the last accepted version. */
  readonly blueprint?: Blueprint;
  /** What is wrong with the newest version. */
  readonly faults?: readonly Fault[];
  /** The Blueprint object. */
  readonly object: KubeObject;
  /** Absent when no good version of the organisation's rules was ever read. */
  readonly global?: GlobalRules;
  readonly workload?: Workload;
  /** Deployments that are the target: 1, or 0 when it is not there or on its way out. */
  readonly matches: number;
  readonly assessment?: Assessment;
  readonly counters?: Counters;
  readonly breakerObject?: KubeObject;
  readonly holds?: readonly Hold[];
  /** The other services, and what all share. */
  readonly fleet?: FleetFacts;
  /** The CircuitBreaker `fleet`, which the slots of all are taken on. */
  readonly fleetObject?: KubeObject;
  /** What could not be read, in words for a person; the texts of others in it are untrusted. */
  readonly problems?: readonly string[];
}
