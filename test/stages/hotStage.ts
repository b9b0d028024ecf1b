import { Executor } from '../../src/executor/executor.ts';
import type { DecisionSpec } from '../../src/schema/records.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { openStage, type Stage } from './executorStage.ts';

/** A service so hot that eight pods would be needed where six are the limit, and the wish `name` for them: people have to be asked. */
export async function openHot(
  name: string,
  spec: Partial<DecisionSpec> = {},
): Promise<{ readonly stage: Stage; readonly executor: Executor }> {
  const stage = await openStage({ replicas: 6, load: { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 50 } });
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  await stage.wish(name, { arguments: { replicas: 8 }, operation: 'scale_beyond_limits', ...spec });
  return { stage, executor };
}
