import { afterEach, describe, expect, it } from 'vitest';
import { Executor } from '../src/executor/executor.ts';
import { Observer } from '../src/observe/observer.ts';
import type { WorkloadWriter } from '../src/ports/workload.ts';
import { KINDS } from '../src/schema/kube.ts';
import type { DecisionSpec } from '../src/schema/records.ts';
import { DECISION_SPEC } from '../src/testing/contractObjects.ts';
import { PEOPLE } from '../src/testing/people.ts';
import { seededIds } from '../src/testing/seededIds.ts';
import type { Load } from '../src/world/load.ts';
import { CALM, openStage, PASS_MS, SCALING, type Stage } from './stages/executorStage.ts';

/** Far more than any number of pods in range could bear: whatever is asked for, the signals agree. */
const FLOOD: Load = { rps: 1000, cpu_m_per_rps: 10, latency_ms_base: 50 };
const REQUESTS = 1000;

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

describe('two executors at once', () => {
  it('make exactly ten writes of a thousand simultaneous requests, in an hour that stands still (P7, GATE-G12-2)', {
    timeout: 120_000,
  }, async () => {
    const stage = await openStage({
      load: FLOOD,
      spec: { scaling: { ...SCALING, max_replicas: REQUESTS + 2 } },
    });
    stages.push(stage);
    const { apiVersion, kind } = KINDS.ClusterBlueprint;
    stage.world.apply({ apiVersion, kind, metadata: { name: 'default' }, spec: { safety: { cooldown: '0s' } } });
    const other = new Observer({ ...stage.deps, metrics: stage.port.metrics });
    const stop = new AbortController();
    await other.start(stop.signal);
    for (let pass = 0; pass < 4; pass++) {
      await stage.observe(15_000);
      await other.pass();
    }
    const [view] = stage.observer.views();
    expect(view?.blueprint?.safety.cooldownMs).toBe(0);
    expect(view?.assessment?.pressure).toContain('cpu');
    for (let index = 0; index < REQUESTS; index++) {
      const metadata = { name: `web-${String(index).padStart(10, '0')}`, namespace: 'shop' };
      const spec: DecisionSpec = {
        ...DECISION_SPEC,
        blueprint: { name: 'web', version: '1.0.0', hash: stage.hash },
        arguments: { replicas: 3 + index },
        requester: { kind: 'person', name: `person-${index}` },
      };
      stage.world.apply({
        apiVersion: KINDS.Decision.apiVersion,
        kind: KINDS.Decision.kind,
        metadata,
        spec: PEOPLE.asked(metadata, spec, stage.clock.now()),
      });
    }
    await stage.world.advance(1);
    // A patch whose precondition failed wrote nothing, and its slot was given back.
    const written: string[] = [];
    const workloads: WorkloadWriter = {
      apply: async (permit, change, options) => {
        const answer = await stage.deps.workloads.apply(permit, change, options);
        if (answer.ok && !options.dryRun) written.push(change.id);
        return answer;
      },
    };
    const executors = [
      new Executor({ ...stage.deps, workloads, trust: PEOPLE.trust }),
      new Executor({ ...stage.deps, workloads, observer: other, ids: seededIds(2), trust: PEOPLE.trust }),
    ];
    const before = stage.clock.now();
    for (let round = 0; round < 3; round++) await Promise.all(executors.map((executor) => executor.pass()));
    expect(stage.clock.now()).toBe(before);
    expect(new Set(written).size).toBe(10);
    expect(written).toHaveLength(10);
    expect(stage.counters().operations.map(({ changeId }) => changeId)).toEqual(written);
    const reasons = stage.world.objects
      .list(KINDS.Decision, 'shop')
      .map(({ status }) => (status as { reason?: string } | undefined)?.reason);
    expect(reasons.filter((reason) => reason === 'BudgetSpent').length).toBeGreaterThan(REQUESTS * 0.9);
    stop.abort();
  });

  it('carry one disruptive change out at the first look, and neither costs the other its write (P7)', async () => {
    const stage = await openStage({ replicas: 3, load: CALM });
    stages.push(stage);
    const other = new Observer({ ...stage.deps, metrics: stage.port.metrics });
    const stop = new AbortController();
    await other.start(stop.signal);
    for (let pass = 0; pass < 3; pass++) {
      await stage.observe(PASS_MS);
      await other.pass();
    }
    const name = 'web-aaaaaaaaaa';
    await stage.wish(name, {
      tool: 'restart_pods',
      operation: 'restart_pods',
      arguments: {},
      requester: { kind: 'person', name: 'ann' },
    });
    const executors = [
      new Executor({ ...stage.deps, trust: PEOPLE.trust }),
      new Executor({ ...stage.deps, observer: other, ids: seededIds(2), trust: PEOPLE.trust }),
    ];
    await Promise.all(executors.map((executor) => executor.pass()));
    expect(stage.status(name)).toMatchObject({ phase: 'Verifying', reason: 'Written' });
    expect(stage.writes()).toBe(1);
    const { fleet } = (stage.world.get(KINDS.CircuitBreaker, stage.deps.ownNamespace, 'fleet')?.status ?? {}) as {
      fleet?: unknown;
    };
    expect(fleet).toMatchObject({ operations: [{ decision: name, inFlight: true }] });
    stop.abort();
  });
});
