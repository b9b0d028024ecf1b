import type { Assessment, Signal } from '../schema/assessment.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import { mainContainer } from '../schema/changeText.ts';
import type { History, HistoryPoint } from '../schema/history.ts';
import type { MetricsReading } from '../schema/samples.ts';
import type { Workload } from '../schema/workload.ts';
import { anomaly, rolloutSuspect } from './anomaly.ts';
import { candidates } from './candidates.ts';
import { isMeasure } from './count.ts';
import { cpuSignal } from './cpuSignal.ts';
import { cpuFlags, type Demand, demands, isMissed } from './demand.ts';
import { distress } from './distress.ts';
import { extended, historyFacts } from './history.ts';
import { objectiveSignals } from './objectives.ts';
import { type Facts, recommend } from './recommend.ts';
import { type Utilisation, utilisation } from './utilisation.ts';

export interface Assessing {
  readonly now: number;
  readonly blueprint: Blueprint;
  readonly workload: Workload;
  /** Samples of this service only. */
  readonly reading: MetricsReading;
  /** The ring before this pass. */
  readonly history: History;
  /** Operations left in this hour, where the caller knows: with few left ups take more room and downs wait. */
  readonly operationsLeft?: number;
}

/**
 * Numbers and directions of one service at one moment, and the ring with this pass added. Pure: the same observation
 * gives the same assessment, whatever a model said. The ring that comes in is not changed.
 */
export function assess(given: Assessing): { readonly assessment: Assessment; readonly history: History } {
  const { now, blueprint, workload, reading } = given;
  const before = given.history;
  const cpu = utilisation(workload, reading, blueprint, now);
  const source = reading.usage[0]?.source ?? reading.source;
  const signals = [cpuSignal(cpu, blueprint, source), ...objectiveSignals(workload, reading, blueprint, now)];
  const asked = demands({ blueprint, cpu, signals, history: before });
  const desired = asked.length === 0 ? undefined : Math.max(...asked.map((demand) => demand.replicas));
  const breach = breachOf(workload, blueprint, signals);
  const history = extended(before, pointOf(given, cpu, signals, desired, breach));

  const facts: Facts = {
    now,
    blueprint,
    workload,
    cpu,
    signals,
    demands: asked,
    breach,
    distress: distress(workload, signals, before, now),
    history: historyFacts(history, blueprint.safety.downWindowMs),
    ...(given.operationsLeft === undefined ? {} : { operationsLeft: given.operationsLeft }),
  };
  const strange = anomaly(workload, blueprint, cpu, signals, breach, before, now);
  const recommendation = recommend(facts);
  const weighted = weightedOf(cpu, blueprint);
  const assessment: Assessment = {
    at: now,
    signals,
    ...(weighted === undefined ? {} : { weighted }),
    breach,
    pressure: pressureOf(breach, asked),
    distress: facts.distress,
    recommendation,
    ...(desired === undefined ? {} : { desired }),
    history: facts.history,
    candidates: candidates(facts, recommendation, strange, rolloutSuspect(workload, before, now)),
    ...(strange === undefined ? {} : { anomaly: strange }),
  };
  return { assessment, history };
}

/** Objectives missed now. Replicas below min were somebody's decision, or are mended at once: ready is held against what is asked for. */
function breachOf(workload: Workload, { scaling }: Blueprint, signals: readonly Signal[]): readonly string[] {
  if (workload.deleting) return [];
  const breach: string[] = signals.filter(isMissed).map((signal) => signal.name);
  if (workload.ready < Math.min(workload.replicas, scaling.minReplicas)) breach.push('ready');
  return breach;
}

function pressureOf(breach: readonly string[], asked: readonly Demand[]): readonly string[] {
  const isHot = asked.some((demand) => demand.signal === 'cpu' && demand.isAlarmed);
  return isHot ? ['cpu', ...breach] : breach;
}

function weightedOf(cpu: Utilisation, { scaling, resources }: Blueprint): number | undefined {
  const parts: number[] = [];
  if (cpu.value !== undefined && scaling.targetCpu > 0) parts.push(cpu.value / scaling.targetCpu);
  if (cpu.memory !== undefined && resources.memory !== undefined && resources.memory.target > 0) {
    parts.push(cpu.memory / resources.memory.target);
  }
  return parts.length === 0 ? undefined : parts.reduce((total, part) => total + part, 0) / parts.length;
}

function pointOf(
  { now, blueprint, workload, reading }: Assessing,
  cpu: Utilisation,
  signals: readonly Signal[],
  desired: number | undefined,
  missed: readonly string[],
): HistoryPoint {
  const latency = fresh(signals, 'latency_p95');
  const errors = fresh(signals, 'error_rate');
  const requests = fresh(signals, 'requests_per_second');
  // A number made during a rollout mixes two versions and their surge: the down window must not remember it (G9).
  const isSteady = !workload.rollout.underWay;
  const isUsable = cpu.isCovered && cpu.value !== undefined && cpu.sampleAt !== undefined;
  const flags = cpuFlags(cpu, blueprint.scaling);
  // Every key, always in this order: a day of points is scanned at each pass, and stays fast only while all have one shape.
  return {
    at: now,
    ready: workload.ready,
    replicas: workload.replicas,
    image: workload.image,
    cpu: isUsable ? cpu.value : undefined,
    cpuAt: isUsable ? cpu.sampleAt : undefined,
    load: isUsable ? cpu.load : undefined,
    latencyP95: latency?.value,
    latencyAt: latency?.sampleAt,
    errorRate: errors?.value,
    errorsAt: errors?.sampleAt,
    requestsPerSecond: requests?.value,
    memory: largestMemory(workload, reading, now),
    desired: isSteady ? desired : undefined,
    overAlarm: flags.overAlarm,
    overTarget: flags.overTarget,
    overMs: averaged(signals),
    usable: cpu.isCovered && signals.every((signal) => signal.state === 'fresh'),
    missed,
  };
}

/** The longest time that a value of this pass is averaged over, where a source says so. */
function averaged(signals: readonly Signal[]): number | undefined {
  let longest: number | undefined;
  for (const { overMs } of signals) if (overMs !== undefined && overMs > (longest ?? 0)) longest = overMs;
  return longest;
}

/** Older samples say nothing of this pass. */
const MEMORY_AGE_MS = 120_000;

/** Largest working set of the main container on any pod; undefined where none was sampled lately. */
function largestMemory(workload: Workload, { usage }: MetricsReading, now: number): number | undefined {
  const main = mainContainer(workload)?.name;
  const names = new Set(workload.pods.map(({ name }) => name));
  let largest: number | undefined;
  for (const { pod, container, memory, at, namespace } of usage) {
    if (container !== main || namespace !== workload.namespace || !names.has(pod) || now - at > MEMORY_AGE_MS) continue;
    if (isMeasure(memory) && memory > (largest ?? 0)) largest = memory;
  }
  return largest;
}

interface Fresh {
  readonly value: number;
  readonly sampleAt: number;
}

function fresh(signals: readonly Signal[], name: Signal['name']): Fresh | undefined {
  const signal = signals.find((one) => one.name === name);
  if (signal?.state !== 'fresh' || signal.value === undefined || signal.sampleAt === undefined) return undefined;
  return { value: signal.value, sampleAt: signal.sampleAt };
}
