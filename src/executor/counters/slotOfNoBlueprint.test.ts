import { afterEach, expect, it } from 'vitest';
import { CALM, openStage, type Stage } from '../../../test/stages/executorStage.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { CircuitBreakerStatus } from '../../schema/records.ts';
import { deploymentObject } from '../../testing/contractObjects.ts';
import { PEOPLE } from '../../testing/people.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

const inFlightOfFleet = (stage: Stage): number => {
  const record = stage.world.get(KINDS.CircuitBreaker, 'agent-system', 'fleet');
  const { fleet } = CircuitBreakerStatus.parse(record?.status);
  return (fleet?.operations ?? []).filter(({ inFlight }) => inFlight).length;
};

/** A scale-down under verification, beside another service, whose Blueprint is deleted. */
async function orphaned(): Promise<{ stage: Stage; executor: Executor }> {
  const stage = await openStage({ replicas: 3, load: CALM });
  stages.push(stage);
  stage.world.apply(deploymentObject('shop', 'api', { replicas: 2 }));
  const { apiVersion, kind, spec } = stage.world.get(KINDS.Blueprint, 'shop', 'web') as KubeObject;
  stage.world.apply({ apiVersion, kind, metadata: { name: 'api', namespace: 'shop' }, spec });
  await stage.observe(15_000);
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  await stage.wish(A, { arguments: { replicas: 2 }, requester: { kind: 'person', name: 'ann' } });
  await executor.pass();
  expect([stage.status(A).phase, inFlightOfFleet(stage)]).toEqual(['Verifying', 1]);
  stage.world.remove(KINDS.Blueprint, 'shop', 'web');
  await stage.observe(15_000);
  return { stage, executor };
}

it.each([
  { what: 'its counters are not written at its end', forget: () => undefined },
  { what: 'the Decision goes as well', forget: (stage: Stage) => stage.world.remove(KINDS.Decision, 'shop', A) },
])('frees the slots of a service whose Blueprint is gone, also when $what (P7)', async ({ forget }) => {
  const { stage, executor } = await orphaned();
  stage.port.failNext({ verb: 'update', kind: 'CircuitBreaker', path: '/web/status', code: 'unavailable' });
  await executor.pass();
  forget(stage);
  expect(inFlightOfFleet(stage)).toBe(1);
  await stage.run(120_000, executor);
  expect([stage.counters().inFlight, inFlightOfFleet(stage)]).toEqual([undefined, 0]);
});
