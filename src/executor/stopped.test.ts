import { afterEach, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../test/stages/executorStage.ts';
import { Executor } from './executor.ts';

const A = 'web-aaaaaaaaaa';
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

async function asked(): Promise<Stage> {
  const stage = await openStage();
  stages.push(stage);
  await stage.wish(A, { arguments: { replicas: 3 } });
  return stage;
}

describe('an executor that is told to stop', () => {
  it('begins nothing any more', async () => {
    const stage = await asked();
    const before = stage.port.calls.length;
    expect(await new Executor(stage.deps).pass(AbortSignal.abort())).toEqual({});
    expect(stage.port.calls.slice(before)).toEqual([]);
  });

  it('in the middle of a write ends that step, and whoever comes next verifies it and writes nothing twice (P5, P7)', async () => {
    const stage = await asked();
    const stop = new AbortController();
    let writes = 0;
    const { workloads } = stage.deps;
    const counted: typeof workloads = {
      apply: async (permit, change, options) => {
        if (!options.dryRun) {
          writes += 1;
          stop.abort();
        }
        return workloads.apply(permit, change, options);
      },
    };
    const first = new Executor({ ...stage.deps, workloads: counted });
    for (let pass = 0; pass < 20 && writes === 0; pass++) {
      await stage.observe(1_000);
      await first.pass(stop.signal);
    }
    expect(writes).toBe(1);
    expect(stage.status(A).changes).toMatchObject([{ appliedAt: expect.any(Number) }]);
    const next = new Executor({ ...stage.deps, workloads: counted });
    for (let pass = 0; pass < 60; pass++) {
      await stage.observe(5_000);
      await next.pass();
    }
    expect(stage.status(A).phase).toBe('Succeeded');
    expect(writes).toBe(1);
  });
});
