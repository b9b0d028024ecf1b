import { isWithin, replicasFor } from './count.ts';

/** A pod whose sample counts: use and request in one unit (millicores). */
export interface PodUse {
  readonly used: number;
  readonly requested: number;
}

export interface HpaPods {
  /** Ready, past their start, with a sample. */
  readonly counted: readonly PodUse[];
  /** Requests of ready pods without a sample. */
  readonly missing: readonly number[];
  /** Requests of pods that do not carry load yet: not ready, or ready for less than one window of their sample. */
  readonly starting: readonly number[];
}

export interface HpaAim {
  readonly current: number;
  /** Fraction of the request. */
  readonly target: number;
  readonly tolerance: number;
}

export interface HpaAnswer {
  readonly replicas: number;
  /** Utilisation of the counted pods over the target. */
  readonly ratio: number;
  /** The missing pods, counted against the direction, turn it round: no action (G4). */
  readonly flips: boolean;
}

/**
 * Replicas the HorizontalPodAutoscaler asks for, by the published algorithm (kubernetes.io, "Horizontal Pod
 * Autoscaling", algorithm details): proportional to the ratio, a dead band around the target, missing pods counted as
 * full going down and as idle going up, starting pods as idle going up, and no change of direction by any of that. It
 * differs in one point: utilisation is not cut to whole percents first, so that it never answers less than the HPA does.
 * `undefined` when no pod counts or nothing is requested.
 */
export function hpaReplicas(pods: HpaPods, aim: HpaAim): HpaAnswer | undefined {
  const { current, target, tolerance } = aim;
  const used = sum(pods.counted.map((pod) => pod.used));
  const requested = sum(pods.counted.map((pod) => pod.requested));
  if (pods.counted.length === 0 || requested <= 0 || target <= 0) return undefined;

  const ratio = used / requested / target;
  // On target to the last digit: there is no direction against which missing pods could be counted.
  if (ratio === 1) return { replicas: current, ratio, flips: false };
  const rising = ratio > 1;
  const starting = rising ? pods.starting : [];
  if (pods.missing.length === 0 && starting.length === 0) {
    const replicas = isWithin(ratio, tolerance) ? current : replicasFor(ratio * pods.counted.length);
    return { replicas, ratio, flips: false };
  }

  const full = Math.max(1, target);
  const missingRequested = sum(pods.missing);
  const against = {
    used: used + (ratio < 1 ? missingRequested * full : 0),
    requested: requested + missingRequested,
  };
  const withMissing = against.used / against.requested / target;
  const flips = !isWithin(ratio, tolerance) && turns(ratio, withMissing);

  const withAll = against.used / (against.requested + sum(starting)) / target;
  const counted = pods.counted.length + pods.missing.length + starting.length;
  const replicas = replicasFor(withAll * counted);
  const holds =
    isWithin(withAll, tolerance) || turns(ratio, withAll) || (withAll < 1 ? replicas > current : replicas < current);
  return { replicas: holds ? current : replicas, ratio, flips };
}

const turns = (before: number, after: number): boolean => (before < 1 && after > 1) || (before > 1 && after < 1);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
