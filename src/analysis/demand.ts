import type { Signal } from '../schema/assessment.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import type { History, HistoryPoint } from '../schema/history.ts';
import { replicasFor } from './count.ts';
import { freshFor } from './freshness.ts';
import { sampleBefore } from './history.ts';
import type { Utilisation } from './utilisation.ts';
import { milliseconds, percent } from './words.ts';

/** CPU from this share of its target on makes a missed objective a lack of capacity. */
const CAPACITY_BOUND = 0.9;
/** A missed objective alone asks for half as much again at most: its ratio says little about replicas. */
const OBJECTIVE_RATIO = 1.5;
const FULL_STEP = { ratio: 2, pods: 4 };

/** What one signal asks for. */
export interface Demand {
  readonly signal: Signal['name'];
  readonly replicas: number;
  /** It is over its alarm now. */
  readonly isAlarmed: boolean;
  /** Over its alarm now and over its target one sample before: an up may start. */
  readonly starts: boolean;
  /** `CPU 85% (target 70%)`. */
  readonly words: string;
}

export interface Observed {
  readonly blueprint: Blueprint;
  readonly cpu: Utilisation;
  readonly signals: readonly Signal[];
  /** Before this pass. */
  readonly history: History;
}

/** Every signal's demand; a signal that is not fresh, too thinly covered or turned round by missing pods has none. */
export function demands(observed: Observed): readonly Demand[] {
  const all = [cpuDemand(observed)];
  for (const signal of observed.signals) {
    if (isMissed(signal)) all.push(objectiveDemand(signal, observed));
  }
  return all.filter((demand) => demand !== undefined);
}

/** A declared objective that is missed now, on fresh data of enough requests. */
export const isMissed = (signal: Signal): signal is Signal & { value: number; target: number } =>
  signal.name !== 'cpu' &&
  signal.state === 'fresh' &&
  signal.says === 'up' &&
  signal.value !== undefined &&
  signal.target !== undefined &&
  signal.value > signal.target;

/**
 * Whether more replicas can mend a missed objective: CPU is near its target. A CPU that cannot be known contradicts
 * nothing: where none is requested it never will be, and where its source is blind the objective is the only evidence
 * left, and adding capacity is the safe direction (G3, G5). Pods that have only just become ready are not blind: their
 * first whole window is waited for.
 */
export function isCapacityBound(cpu: Utilisation, targetCpu: number): boolean {
  if (cpu.ready === 0) return false;
  if (cpu.value === undefined) return !(cpu.state === 'missing' && cpu.covered > 0);
  return cpu.value >= CAPACITY_BOUND * targetCpu;
}

function cpuDemand({ blueprint, cpu, history }: Observed): Demand | undefined {
  const { formula, value, sampleAt } = cpu;
  if (formula === undefined || value === undefined || sampleAt === undefined || !cpu.isCovered) return undefined;
  const { targetCpu, upThreshold } = blueprint.scaling;
  const isAlarmed = value >= upThreshold && !formula.flips;
  const before = sampleBefore(history, 'cpuAt', sampleAt, freshFor(blueprint.safety.freshnessMs, cpu.intervalMs));
  return {
    signal: 'cpu',
    replicas: formula.replicas,
    isAlarmed,
    starts: isAlarmed && before?.overTarget === true,
    words: `CPU ${percent(value)} (target ${percent(targetCpu)})`,
  };
}

function objectiveDemand(signal: Signal & { value: number; target: number }, observed: Observed): Demand | undefined {
  const { blueprint, cpu, history } = observed;
  if (signal.sampleAt === undefined || !isCapacityBound(cpu, blueprint.scaling.targetCpu)) return undefined;
  const latency = signal.name === 'latency_p95';
  const within = freshFor(blueprint.safety.freshnessMs, signal.intervalMs);
  const before = sampleBefore(history, latency ? 'latencyAt' : 'errorsAt', signal.sampleAt, within);
  const valueBefore = latency ? before?.latencyP95 : before?.errorRate;
  return {
    signal: signal.name,
    replicas: cpu.isAtLimit
      ? Math.max(FULL_STEP.ratio * cpu.ready, cpu.ready + FULL_STEP.pods)
      : replicasFor(cpu.ready * Math.min(OBJECTIVE_RATIO, signal.value / signal.target)),
    isAlarmed: true,
    starts: valueBefore !== undefined && valueBefore > signal.target,
    words: `${missedWords(signal)}${cpu.isAtLimit ? ' with CPU at its limit' : ''}`,
  };
}

/** `p95 280 ms (target 200 ms)`, `errors 8.4% (threshold 1%)`. */
export const missedWords = (signal: Signal & { value: number; target: number }): string =>
  signal.name === 'latency_p95'
    ? `p95 ${milliseconds(signal.value)} (target ${milliseconds(signal.target)})`
    : `errors ${percent(signal.value)} (threshold ${percent(signal.target)})`;

/** The flags of a history point that the next pass reads as "one sample before". */
export function cpuFlags(
  cpu: Utilisation,
  scaling: Blueprint['scaling'],
): Pick<HistoryPoint, 'overAlarm' | 'overTarget'> {
  const argues = cpu.value !== undefined && cpu.isCovered && cpu.formula?.flips !== true ? cpu.value : 0;
  return { overAlarm: argues >= scaling.upThreshold, overTarget: argues > scaling.targetCpu };
}
