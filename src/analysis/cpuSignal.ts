import type { Signal } from '../schema/assessment.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import type { Utilisation } from './utilisation.ts';

/** CPU as a signal: up at its alarm, down under the other one, and silent where samples are too few or turn it round. */
export function cpuSignal(cpu: Utilisation, { scaling }: Blueprint, source: string): Signal {
  return {
    name: 'cpu',
    state: cpu.state,
    ...(cpu.detail === undefined ? {} : { detail: cpu.detail }),
    ...(cpu.value === undefined ? {} : { value: cpu.value }),
    target: scaling.targetCpu,
    upAbove: scaling.upThreshold,
    downBelow: scaling.downThreshold,
    ...(cpu.sampleAt === undefined ? {} : { sampleAt: cpu.sampleAt }),
    intervalMs: cpu.intervalMs,
    ...(cpu.overMs === undefined ? {} : { overMs: cpu.overMs }),
    source,
    covered: cpu.covered,
    ready: cpu.ready,
    says: direction(cpu, scaling),
    ...(cpu.formula?.flips === true ? { flips: true } : {}),
  };
}

function direction(cpu: Utilisation, scaling: Blueprint['scaling']): Signal['says'] {
  if (cpu.value === undefined || !cpu.isCovered) return 'nothing';
  if (cpu.formula?.flips === true) return 'hold';
  if (cpu.value >= scaling.upThreshold) return 'up';
  return cpu.value < scaling.downThreshold ? 'down' : 'hold';
}
