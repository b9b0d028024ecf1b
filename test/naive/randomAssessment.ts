import type { Assessment, HistoryFacts, Signal } from '../../src/schema/assessment.ts';
import type { Blueprint } from '../../src/schema/blueprint.ts';
import type { Request } from '../../src/schema/request.ts';
import type { Workload } from '../../src/schema/workload.ts';
import type { Draw } from './draw.ts';

const MI = 2 ** 20;
const DAY = 86_400_000;

/** Signals that mostly argue for what is asked, with values on both sides of what the rules compare them to. */
export function randomAssessment(
  draw: Draw,
  blueprint: Blueprint,
  workload: Workload,
  request: Request,
  now: number,
): Assessment {
  const wanted = request.wanted?.kind === 'scale' ? request.wanted.replicas : workload.replicas;
  const asked = wanted > workload.replicas ? 'up' : wanted < workload.replicas ? 'down' : 'hold';
  const mood = draw.odd(asked, () => draw.pick(['up', 'down', 'hold'] as const));
  const signals = (['cpu', 'latency_p95', 'error_rate', 'requests_per_second'] as const)
    .filter((name) => name === 'cpu' || !(name === 'latency_p95' && blueprint.performance.latencyP95Ms === undefined))
    .filter((name) => !(name === 'error_rate' && blueprint.performance.errorRate === undefined))
    .filter(() => draw.odd(true, () => false, 0.2))
    .map((name) => randomSignal(draw, name, mood, workload, now));
  const breach = draw.odd<string[]>([], () => [draw.pick(['latency_p95', 'error_rate', 'ready'])]);
  return {
    at: now,
    signals,
    breach,
    pressure: draw.odd(mood === 'up' && draw.chance(0.5) ? [...breach, 'cpu'] : breach, () => [...breach, 'cpu']),
    distress: draw.odd([], () => ['p95 over 80% of its target']),
    recommendation: {
      direction: mood,
      replicas: mood === 'hold' ? workload.replicas : Math.max(0, draw.around(wanted)),
      reason: 'formula',
      started: draw.chance(0.8),
    },
    history: randomHistory(draw, blueprint, wanted, now),
    candidates: [],
  };
}

function randomSignal(draw: Draw, name: Signal['name'], mood: Signal['says'], workload: Workload, now: number): Signal {
  const state = draw.odd('fresh', () => draw.pick(['fresh', 'stale', 'missing', 'implausible'] as const), 0.7);
  const intervalMs = draw.pick([15_000, 15_000, 20_000, 60_000]);
  const edge = draw.pick([20_000, 45_000, 60_000, 180_000]);
  const age = draw.odd(1000, () => draw.pick([draw.around(edge), draw.around(-5000), 600_000]));
  const calmValue = { cpu: 0.5, latency_p95: 100, error_rate: 0.001, requests_per_second: 100 }[name];
  const value = draw.odd<number | undefined>(
    calmValue,
    () => draw.pick([undefined, 0, -1, 1, 1.0001, 3_600_000, 3_600_001, Number.NaN, Number.POSITIVE_INFINITY]),
    0.5,
  );
  const argues =
    name === 'requests_per_second' ? 'nothing' : name === 'cpu' ? mood : draw.pick([mood, 'hold'] as const);
  const says = state === 'fresh' ? argues : draw.odd('nothing', () => mood, 0.5);
  const ready = workload.ready;
  const covered = draw.odd(ready, () =>
    draw.pick([Math.ceil(ready * 0.8), Math.max(0, Math.ceil(ready * 0.8) - 1), 0]),
  );
  return {
    name,
    state,
    ...(value === undefined || state === 'missing' ? {} : { value }),
    ...(state === 'missing' && draw.chance(0.5) ? {} : { sampleAt: now - age }),
    intervalMs,
    source: 'test',
    ...(draw.chance(0.8)
      ? { target: { cpu: 0.7, latency_p95: 200, error_rate: 0.01, requests_per_second: 0 }[name] }
      : {}),
    ...(name === 'cpu' && state !== 'missing'
      ? draw.odd<{ covered?: number; ready: number }>({ covered, ready }, () => ({ ready }), 0.3)
      : {}),
    says: mood === 'down' && name !== 'cpu' ? (says === 'down' ? 'hold' : says) : says,
    ...(name === 'cpu' ? draw.odd<{ flips?: true }>({}, () => ({ flips: true }), 0.5) : {}),
  };
}

function randomHistory(draw: Draw, blueprint: Blueprint, wanted: number, now: number): HistoryFacts {
  const { upThreshold } = blueprint.scaling;
  const { downWindowMs } = blueprint.safety;
  const part = <T extends object>(value: T): Partial<T> => draw.odd<Partial<T>>(value, () => ({}), 0.3);
  // Loads around the agent's limit, the person's, and the load of an undone scale-down.
  const limits = [0.85 * upThreshold * wanted, wanted, 1.6];
  const loadAt = (): number => Math.max(0, draw.pick([0, ...limits.map((limit) => draw.around(limit, 0.001))]));
  return {
    ...part({
      unbrokenSince: now - draw.odd(2 * downWindowMs, () => draw.pick([draw.around(downWindowMs), 1000])),
    }),
    ...part({ highestDesired: draw.odd(Math.max(0, wanted - 1), () => draw.around(wanted)) }),
    ...part({ highestLoad: draw.odd(0.3 * wanted, loadAt) }),
    ...part({ highestLoadEver: draw.odd(0.4 * wanted, loadAt) }),
    ...part({
      memoryPeak: draw.odd(200 * MI, () => draw.around((draw.pick([410, 461, 819, 922]) * MI) / 1.2, MI), 3),
    }),
    ...part({ memorySince: now - draw.odd(2 * DAY, () => draw.around(DAY - 60_000)) }),
    ...part({ load: draw.odd(0.2 * wanted, loadAt) }),
  };
}
