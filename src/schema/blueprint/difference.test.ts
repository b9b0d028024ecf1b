import { describe, expect, it } from 'vitest';
import { STOREFRONT } from '../../testing/proposalContext.ts';
import type { Blueprint } from '../blueprint.ts';
import { differences, differenceWords } from './difference.ts';

const words = (before: Partial<Blueprint>, after: Partial<Blueprint>): string[] =>
  differences({ ...STOREFRONT, ...before }, { ...STOREFRONT, ...after }).map(differenceWords);

const { scaling, authority, verification, safety, approval } = STOREFRONT;
const asks = (condition: string, ...approvers: string[]): Blueprint['authority'] => ({
  ...authority,
  requiresApproval: [{ operation: 'scale_beyond_limits', condition, approvers }],
});
const check = { name: 'p95', signal: 'latency_p95', comparator: '<', critical: true, rollbackTrigger: true } as const;
const checks = (...all: Blueprint['verification']['checks']): Partial<Blueprint> => ({
  verification: { ...verification, checks: all },
});
const bounds = (min: number, max: number) => ({ min, max, target: min });
const window = { cron: '0 0 * * 5', timeZone: 'UTC', durationMs: 3_600_000, reason: 'weekend' };

/** From left to right it widens; the other way round it narrows. */
const WIDER: readonly { what: string; narrow: Partial<Blueprint>; wide: Partial<Blueprint>; line: string }[] = [
  {
    what: 'max_replicas',
    narrow: {},
    wide: { scaling: { ...scaling, maxReplicas: 40 } },
    line: 'scaling.max_replicas: 10 to 40',
  },
  {
    what: 'min_replicas',
    narrow: {},
    wide: { scaling: { ...scaling, minReplicas: 0 } },
    line: 'scaling.min_replicas: 2 to 0',
  },
  { what: 'autonomy', narrow: { autonomy: 'propose' }, wide: {}, line: 'autonomy: propose to autonomous' },
  {
    what: 'a grant',
    narrow: {},
    wide: { authority: { ...authority, allowed: [...authority.allowed, 'rollback'] } },
    line: 'rollback: not granted to allowed',
  },
  {
    what: 'a grant behind an approval',
    narrow: {},
    wide: { authority: asks('always', 'ops') },
    line: 'scale_beyond_limits: not granted to with an approval when always by ops',
  },
  {
    what: 'a further approver',
    narrow: { authority: asks('always', 'ops') },
    wide: { authority: asks('always', 'ops', 'interns') },
    line: 'scale_beyond_limits: with an approval when always by ops to with an approval when always by ops, interns',
  },
  {
    what: 'bounds where there were none',
    narrow: {},
    wide: { resources: { cpu: bounds(100, 500) } },
    line: 'resources.cpu: none to 100m to 500m',
  },
  {
    what: 'wider bounds',
    narrow: { resources: { memory: bounds(2 ** 28, 2 ** 29) } },
    wide: { resources: { memory: { ...bounds(2 ** 28, 2 ** 30) } } },
    line: 'resources.memory.max: 512Mi to 1Gi',
  },
  {
    what: 'a laxer objective',
    narrow: {},
    wide: { performance: { latencyP95Ms: 900, errorRate: 0.01 } },
    line: 'performance.latency_target_p95: 200ms to 900ms',
  },
  {
    what: 'an objective that is not watched any more',
    narrow: {},
    wide: { performance: { latencyP95Ms: 200 } },
    line: 'performance.error_rate_threshold: 1% to not watched',
  },
  {
    what: 'no verification',
    narrow: {},
    wide: { verification: { ...verification, enabled: false } },
    line: 'verification.enabled: on to off',
  },
  {
    what: 'a check less',
    narrow: checks({ ...check, value: 200 }),
    wide: {},
    line: 'verification.checks.p95: latency_p95 < 200, critical, undoes to none',
  },
  {
    what: 'a laxer check',
    narrow: checks({ ...check, value: 200 }),
    wide: checks({ ...check, value: 300 }),
    line: 'verification.checks.p95: latency_p95 < 200, critical, undoes to latency_p95 < 300, critical, undoes',
  },
  {
    what: 'a shorter cooldown',
    narrow: {},
    wide: { safety: { ...safety, cooldownMs: 10_000 } },
    line: 'safety.cooldown: 60s to 10s',
  },
  {
    what: 'more operations an hour',
    narrow: {},
    wide: { safety: { ...safety, operationsPerHour: 11 } },
    line: 'safety.operations_per_hour: 10 to 11',
  },
  {
    what: 'a smaller quorum',
    narrow: { approval: { ...approval, quorum: 2 } },
    wide: {},
    line: 'approval.quorum: 2 to 1',
  },
  {
    what: 'a freeze window less',
    narrow: { freeze: [window] },
    wide: {},
    line: 'freeze: 0 0 * * 5 UTC for 3600s to none',
  },
  { what: 'logs', narrow: {}, wide: { logs: 'allowed' }, line: 'logs: denied to allowed' },
];

describe('what another version allows differently', () => {
  it.each(WIDER)('$what widens, and narrows on the way back', ({ narrow, wide, line }) => {
    expect(words(narrow, wide)).toEqual([`${line} (wider)`]);
    const back = differences({ ...STOREFRONT, ...wide }, { ...STOREFRONT, ...narrow });
    expect(back.map(({ effect }) => effect)).toEqual(['narrower']);
  });

  it('is nothing between a blueprint and itself under another version, name of version and hash', () => {
    expect(words({}, { version: '2.0.0', hash: 'b'.repeat(64) })).toEqual([]);
  });

  it('counts as wider what cannot be told to be narrower: another condition of an approval', () => {
    const [only] = differences(
      { ...STOREFRONT, authority: asks('target_replicas > 10', 'ops') },
      { ...STOREFRONT, authority: asks('target_replicas > 20', 'ops') },
    );
    expect(only?.effect).toBe('wider');
  });

  it('says neither of what only decides when and how much: thresholds, priority', () => {
    const after = { priority: 'low', scaling: { ...scaling, targetCpu: 0.6 } } as const;
    expect(words({}, after)).toEqual(['priority: high to low', 'scaling.target_cpu_utilization: 70% to 60%']);
  });
});
