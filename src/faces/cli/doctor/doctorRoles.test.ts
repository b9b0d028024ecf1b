import { expect, it } from 'vitest';
import { isoInstant } from '../../../kernel/instant.ts';
import type { ClusterReader } from '../../../ports/cluster.ts';
import { FakeCluster } from '../../../testing/fakeCluster.ts';
import { roleFindings } from './doctorRoles.ts';

const NOW = Date.parse('2026-01-05T12:00:00Z');
const lease = (holderIdentity: string, agoMs: number) => ({
  ok: true as const,
  value: {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'x' },
    spec: { holderIdentity, renewTime: isoInstant(NOW - agoMs) },
  },
});

it.each([
  { what: 'is heard', answer: lease('executor-0', 4_000), state: 'fine', words: 'executor-0, heard 4s ago' },
  {
    what: 'is silent',
    answer: lease('executor-0', 41_000),
    state: 'wrong',
    words: 'executor-0: silent for 41s: nobody acts, verifies or undoes',
  },
  {
    what: 'renewed its Lease in the future',
    answer: lease('executor-0', -3_600_000),
    state: 'wrong',
    words: 'executor-0: its Lease was renewed 60m ahead of the cluster’s time: a clock is wrong',
  },
  { what: 'gave its place up', answer: lease('', 65_000), state: 'wrong', words: 'given up 65s ago: nobody acts' },
  {
    what: 'never ran',
    answer: { ok: true as const, value: undefined },
    state: 'off',
    words: 'none has run in own yet',
  },
  {
    what: 'may not be looked at',
    answer: { ok: false as const, error: { code: 'denied' as const, message: 'no right', uncertain: false } },
    state: 'off',
    words: 'its Lease cannot be read: no right',
  },
])('tells of an executor that $what', async ({ answer, state, words }) => {
  const asked: string[] = [];
  const get: ClusterReader['get'] = async (_kind, namespace, name) => {
    asked.push(`${namespace}/${name}`);
    return answer;
  };
  const [, executor] = await roleFindings(Object.assign(new FakeCluster(), { get }), 'own', NOW);
  expect(asked).toEqual(['own/fairlead-controller', 'own/fairlead-executor']);
  expect(executor).toMatchObject({ what: 'executor', state, detail: expect.stringContaining(words) as string });
});
