import { describe, expect, it } from 'vitest';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { Hold } from '../../schema/counters.ts';
import { calmBlueprint, calmWorkload, hotAssessment, idleAssessment, signal } from '../../testing/gateInput.ts';
import { doing } from './doing.ts';

const hold = (kind: Hold['kind'], by: string, what: Hold['what'] = 'all'): Hold => ({
  kind,
  what,
  by,
  reason: 'so',
  at: '2026-01-05T12:00:00Z',
});
const blueprint = calmBlueprint();
const { maxReplicas, minReplicas } = blueprint.scaling;
const assessment = (...signals: ReturnType<typeof signal>[]) => idleAssessment({ breach: [], pressure: [], signals });
const view = (more: Partial<ServiceView> = {}): ServiceView => ({
  namespace: 'shop',
  name: 'web',
  object: { apiVersion: 'fairlead.dev/v1', kind: 'Blueprint', metadata: { name: 'web', namespace: 'shop' } },
  matches: 1,
  blueprint,
  workload: calmWorkload({ replicas: minReplicas, ready: minReplicas }),
  holds: [],
  assessment: assessment(
    signal('cpu', { value: 0.6, says: 'hold' }),
    signal('latency_p95', { value: 80, says: 'hold' }),
  ),
  ...more,
});
const at = (replicas: number): Partial<ServiceView> => ({ workload: calmWorkload({ replicas, ready: replicas }) });
const cpu = (value: number, says: 'up' | 'down'): Partial<ServiceView> => ({
  assessment: assessment(signal('cpu', { value, says })),
});
const refused = {
  faults: [
    {
      path: 'spec',
      code: 'AboveGlobalCeiling' as const,
      message: 'over the ceiling',
      fix: 'lower it',
      file: '',
      line: 1,
      column: 1,
      found: '9',
      expected: 'less',
    },
  ],
};

describe('what status says that a service does', () => {
  it.each<[string, Partial<ServiceView>, string]>([
    ['is calm where all numbers are there and ask for nothing', {}, 'calm'],
    ['is not calm at its maximum', { ...at(maxReplicas), ...cpu(2.02, 'up') }, 'at its maximum, CPU 202%'],
    ['is not calm while CPU asks for more', cpu(0.9, 'up'), 'CPU 90% asks for more'],
    [
      'is not calm while CPU would allow fewer',
      { ...at(minReplicas + 1), ...cpu(0.1, 'down') },
      'CPU 10% would allow fewer',
    ],
    ['is calm at its minimum', cpu(0.1, 'down'), 'calm'],
    [
      'is not calm where a number is missing',
      {
        assessment: assessment(
          signal('cpu', { state: 'missing', says: 'nothing' }),
          signal('latency_p95', { state: 'stale', says: 'nothing' }),
        ),
      },
      'no number: CPU missing, latency_p95 stale',
    ],
    [
      'is calm without the latency of no requests',
      {
        assessment: assessment(
          signal('cpu', { value: 0.6, says: 'hold' }),
          signal('latency_p95', { state: 'missing', says: 'nothing', requests: 0 }),
        ),
      },
      'calm',
    ],
    ['has nothing to measure at 0', { ...at(0), ...cpu(0, 'down') }, 'scaled to 0'],
    [
      'shows a stop before a pause, whatever was set first',
      { holds: [hold('pause', 'root'), hold('stop', 'ada')] },
      'stopped by ada: so; paused by root: so',
    ],
    [
      'shows the two strongest of many',
      { holds: [hold('pause', 'cy', 'downs'), hold('pause', 'root'), hold('breaker', 'bo')] },
      'breaker held open by bo: so; paused by root: so',
    ],
    [
      'shows a missed objective beside a refused blueprint',
      { ...refused, assessment: hotAssessment({ breach: ['error_rate'], signals: [] }) },
      'newest blueprint refused: over the ceiling; missed: error_rate',
    ],
  ])('%s', (_, more, words) => {
    expect(doing(view(more))).toBe(words);
  });
});
