import type { HistoryFacts, Recommendation, Signal } from '../schema/assessment.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import { budgetRoom } from '../schema/disruptionBudget.ts';
import type { Workload } from '../schema/workload.ts';
import { clamp, isWithin } from './count.ts';
import type { Demand } from './demand.ts';
import { isMissed } from './demand.ts';
import { standsAsDecided } from './standing.ts';
import type { Utilisation } from './utilisation.ts';
import { percent, plural, span } from './words.ts';

/** A rollout lets a scale-up under breach pass by at most this much (G7). */
const ROLLOUT_STEP = 1.5;
/** Predicted use after an agent's down stays under this share of the up alarm (G10). */
const PREDICTED = 0.85;
/** With so few operations left in the hour, an up takes more room and downs wait. */
const FEW_OPERATIONS = 2;
const HEADROOM = 1.25;

export interface Facts {
  readonly now: number;
  readonly blueprint: Blueprint;
  readonly workload: Workload;
  readonly cpu: Utilisation;
  readonly signals: readonly Signal[];
  readonly demands: readonly Demand[];
  readonly breach: readonly string[];
  readonly distress: readonly string[];
  readonly history: HistoryFacts;
  readonly operationsLeft?: number;
}

/** What the analysis alone would do now: the floor. Never a number outside the blueprint's range. */
export function recommend(facts: Facts): Recommendation {
  const { blueprint, workload } = facts;
  const { minReplicas, maxReplicas } = blueprint.scaling;
  if (workload.deleting) return hold(facts, 'the target is being deleted');
  if (standsAsDecided(workload, blueprint)) {
    // Above the range each further pod needs people again: to ask for more undoes nothing that they decided.
    const more = workload.replicas > maxReplicas ? rise(facts) : undefined;
    if (more?.started === true) return more;
    const range = `${minReplicas} to ${maxReplicas}`;
    return hold(
      facts,
      `${plural(workload.replicas, 'replica')}, outside ${range}, were decided by people: left as they are`,
    );
  }
  if (workload.replicas < minReplicas) {
    const wanted = clamp(wantedUp(facts)?.replicas ?? 0, minReplicas, maxReplicas);
    return up(wanted, `${plural(workload.replicas, 'replica')}, below min_replicas ${minReplicas}`);
  }
  return rise(facts) ?? fall(facts);
}

/** The largest of all demands once one of them starts an up; undefined while none does. */
export function wantedUp(facts: Facts): { readonly replicas: number; readonly words: string } | undefined {
  const starting = facts.demands.filter((demand) => demand.starts);
  if (starting.length === 0) return undefined;
  const replicas = Math.max(...facts.demands.map((demand) => demand.replicas));
  const few = facts.operationsLeft !== undefined && facts.operationsLeft <= FEW_OPERATIONS;
  const words = starting.map((demand) => demand.words).join(', ');
  if (!few || replicas <= facts.workload.replicas) return { replicas, words };
  const roomy = Math.ceil(replicas * HEADROOM);
  return {
    replicas: roomy,
    words: `${words}; headroom, as ${plural(facts.operationsLeft ?? 0, 'operation')} of this hour are left`,
  };
}

function rise(facts: Facts): Recommendation | undefined {
  const { blueprint, workload } = facts;
  const { maxReplicas, minReplicas } = blueprint.scaling;
  const wanted = wantedUp(facts);
  if (wanted === undefined) {
    const first = facts.demands.find((demand) => demand.isAlarmed);
    return first === undefined ? undefined : hold(facts, `${first.words}: a second sample in a row starts an up`);
  }
  const locked = workload.rollout.underWay || workload.rollout.paused;
  if (locked && facts.breach.length === 0) return hold(facts, `${wanted.words}, but ${lockWords(workload)}`);
  const step = locked ? Math.floor(workload.replicas * ROLLOUT_STEP) : maxReplicas;
  const replicas = clamp(wanted.replicas, minReplicas, Math.min(maxReplicas, step));
  if (replicas > workload.replicas) {
    const capped = replicas < wanted.replicas ? `; the formula asks for ${wanted.replicas}` : '';
    return up(replicas, `${wanted.words} at ${plural(facts.cpu.ready, 'ready pod')}${capped}`);
  }
  if (wanted.replicas > Math.max(maxReplicas, workload.replicas)) {
    const reason = `${wanted.words}: ${wanted.replicas} replicas are needed, max_replicas is ${maxReplicas}`;
    // Started though nothing can be done inside the range: somebody has to be asked for more.
    return locked ? hold(facts, reason) : { ...hold(facts, reason), started: true };
  }
  return hold(facts, `${wanted.words}: ${plural(workload.replicas, 'replica')} are enough, or on their way`);
}

function fall(facts: Facts): Recommendation {
  const { blueprint, workload, cpu, signals, history, now } = facts;
  const { scaling, safety } = blueprint;
  const cpuSays = signals.find((signal) => signal.name === 'cpu')?.says;
  if (cpu.value === undefined || cpuSays === 'nothing') return hold(facts, `CPU: ${cpu.detail ?? 'not known'}`);
  if (cpu.formula?.flips === true)
    return hold(facts, 'pods without samples, counted as the HPA does, turn the direction round');
  if (cpuSays !== 'down') return hold(facts, calm(facts, cpu.value));
  const low = `CPU ${percent(cpu.value)} is below ${percent(scaling.downThreshold)}`;
  const against = blocksDown(facts);
  if (against !== undefined) return hold(facts, `${low}, but ${against}`);

  const { highestDesired, highestLoad, unbrokenSince } = history;
  if (unbrokenSince === undefined || now - unbrokenSince < safety.downWindowMs) {
    const known = unbrokenSince === undefined ? 'nothing' : `only ${span(now - unbrokenSince)}`;
    return hold(facts, `${low}, but of the last ${span(safety.downWindowMs)} ${known} is known without a gap`);
  }
  const formula = cpu.formula?.replicas;
  if (formula === undefined || highestDesired === undefined || highestLoad === undefined) return hold(facts, low);
  const predicted = fewestUnder(highestLoad, PREDICTED * scaling.upThreshold);
  const needed = Math.max(formula, highestDesired, predicted, scaling.minReplicas);
  if (needed >= workload.replicas)
    return hold(facts, `${low}, but the last ${span(safety.downWindowMs)} needed ${needed}`);
  const wanted = fewestInBudgets(workload, needed);
  const budgets = workload.disruptionBudgets.map(({ name }) => name).join(', ');
  if (wanted >= workload.replicas)
    return hold(facts, `${low}, but PodDisruptionBudget ${budgets} would have no disruption left with fewer pods`);
  // Into the range but no lower than the window allows: where both cannot be had, nothing is taken away.
  if (wanted > scaling.maxReplicas) return hold(facts, `${low}, but ${wanted} are needed, over max_replicas`);
  const kept = wanted > needed ? `; ${needed} would do, PodDisruptionBudget ${budgets} keeps ${wanted}` : '';
  const reason = `${low} at ${plural(cpu.ready, 'ready pod')}${kept}`;
  return { direction: 'down', replicas: wanted, reason, started: true };
}

/** The fewest pods from `needed` on at which every PodDisruptionBudget still allows one disruption, as G2 asks; else what there is. */
function fewestInBudgets({ disruptionBudgets, replicas }: Workload, needed: number): number {
  const isEnough = (pods: number): boolean =>
    disruptionBudgets.every((budget) => (budgetRoom(budget, pods, pods)?.left ?? 0) >= 1);
  for (let pods = needed; pods < replicas; pods++) if (isEnough(pods)) return pods;
  return replicas;
}

/** Why capacity may not be reduced now whatever CPU says. */
function blocksDown(facts: Facts): string | undefined {
  const { workload, breach, distress, signals } = facts;
  if (workload.rollout.underWay || workload.rollout.paused) return lockWords(workload);
  if (breach.length > 0) return `missed: ${breach.join(', ')}`;
  const unseen = signals.find((signal) => signal.state !== 'fresh');
  if (unseen !== undefined) return `${unseen.name} is ${unseen.state}: ${unseen.detail ?? 'no value'}`;
  if (distress[0] !== undefined) return distress[0];
  if (facts.operationsLeft !== undefined && facts.operationsLeft <= FEW_OPERATIONS)
    return 'few operations are left this hour';
  return undefined;
}

/** Smallest number of pods that carry `load` strictly below `most` each. */
function fewestUnder(load: number, most: number): number {
  const fewest = Math.ceil(load / most);
  return load / fewest < most ? fewest : fewest + 1;
}

function calm({ blueprint, workload, signals }: Facts, cpu: number): string {
  const { targetCpu, upThreshold, downThreshold, tolerance, maxReplicas } = blueprint.scaling;
  const missed = signals.filter(isMissed).map((signal) => signal.name);
  const band = isWithin(cpu / targetCpu, tolerance)
    ? `within ${percent(tolerance)} of its target ${percent(targetCpu)}`
    : `between its alarms ${percent(downThreshold)} and ${percent(upThreshold)}`;
  const above =
    workload.replicas > maxReplicas ? `; ${workload.replicas} replicas are over max_replicas ${maxReplicas}` : '';
  const but = missed.length === 0 ? '' : `; ${missed.join(', ')} missed, which more replicas would not mend`;
  return `CPU ${percent(cpu)} is ${band}${but}${above}`;
}

const lockWords = (workload: Workload): string =>
  workload.rollout.paused ? 'the rollout is paused' : 'a rollout is under way';

const up = (replicas: number, reason: string): Recommendation => ({ direction: 'up', replicas, reason, started: true });

function hold({ blueprint, workload }: Facts, reason: string): Recommendation {
  const { minReplicas, maxReplicas } = blueprint.scaling;
  return { direction: 'hold', replicas: clamp(workload.replicas, minReplicas, maxReplicas), reason, started: false };
}
