import { expect, it } from 'vitest';
import { isoInstant } from '../../kernel/instant.ts';
import type { ClusterReader } from '../../ports/cluster.ts';
import { absentLines, holderOf } from './heldLease.ts';

const NOW = Date.parse('2026-01-05T12:00:00Z');
const lease = (holderIdentity: string, agoMs: number) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'x' },
  spec: { holderIdentity, renewTime: isoInstant(NOW - agoMs) },
});

it.each([
  ['is heard', lease('pod', 5_000), '', 'pod'],
  [
    'is silent',
    lease('pod', 95_000),
    'no executor runs in own: pod: silent for 95s: nobody acts, verifies or undoes\n',
    undefined,
  ],
  [
    'gave up',
    lease('', 95_000),
    'no executor runs in own: given up 95s ago: nobody acts, verifies or undoes\n',
    undefined,
  ],
  ['never ran', undefined, 'no executor runs in own: none has run yet: nobody acts, verifies or undoes\n', undefined],
  [
    'has another time',
    lease('pod', -3_600_000),
    'executor: pod: its Lease was renewed 60m ahead of the cluster’s time: a clock is wrong, and whether it still runs cannot be told\n',
    'pod',
  ],
] as const)('an executor that %s is told of in a line, or in none', async (_, object, line, holder) => {
  const get: ClusterReader['get'] = async (_kind, _namespace, name) => ({
    ok: true,
    value: name === 'fairlead-executor' ? object : lease('controller', 1_000),
  });
  expect(await absentLines({ get }, 'own', NOW)).toBe(line);
  expect(holderOf(object, NOW)).toBe(holder);
});

it('of a Lease that may not be read nothing is said', async () => {
  const get: ClusterReader['get'] = async () => ({
    ok: false,
    error: { code: 'denied', message: 'no right', uncertain: false },
  });
  expect(await absentLines({ get }, 'own', NOW)).toBe('');
});
