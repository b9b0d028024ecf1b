import { Executor } from '../../src/executor/executor.ts';
import type { GatewayDeps } from '../../src/gateway/deps.ts';
import { Turns } from '../../src/gateway/turns.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { ApprovalRequestSpec, ApprovalRequestStatus, type DecisionSpec } from '../../src/schema/records.ts';
import { answer, personIn } from '../../src/testing/gateway.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { openStage, type Stage, type StageOptions } from './executorStage.ts';

export const A = 'web-aaaaaaaaaa';
export const B = 'web-bbbbbbbbbb';

/** Eight pods are needed where six are the limit. */
const NEEDS_EIGHT = { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 50 };

/** A hot service at its limit, an executor that trusts the gateway, and the gateway itself. */
export async function openApprovals(options: StageOptions = {}) {
  const stage = await openStage({ replicas: 6, load: NEEDS_EIGHT, ...options });
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  const gateway: GatewayDeps = {
    ...stage.deps,
    observer: stage.observer,
    journal: new MemoryJournal(stage.clock, 'gateway-test'),
    key: PEOPLE.key,
    trust: PEOPLE.trust,
    turns: new Turns(stage.clock),
  };
  const request = (name: string): KubeObject | undefined => stage.world.get(KINDS.ApprovalRequest, 'shop', name);
  return {
    stage,
    executor,
    gateway,
    request,
    spec: (name: string): ApprovalRequestSpec => ApprovalRequestSpec.parse(request(name)?.spec),
    phase: (name: string): string => {
      const { status } = request(name) ?? {};
      return status === undefined ? 'Pending' : ApprovalRequestStatus.parse(status).phase;
    },
    async ask(name: string, replicas: number, spec: Partial<DecisionSpec> = {}): Promise<void> {
      await stage.wish(name, { arguments: { replicas }, operation: 'scale_beyond_limits', ...spec });
      await executor.pass();
      await stage.world.advance(1);
    },
    /** One person of the group that is asked answers at the gateway. */
    async says(name: string, said: Parameters<typeof answer>[3], by = 'omar', deps = gateway): Promise<string> {
      const voted = await answer(deps, personIn(by, 'devops-team'), { namespace: 'shop', name }, said);
      await stage.world.advance(1);
      return voted.ok ? voted.value.tally.kind : voted.error.message;
    },
    run: (ms: number): Promise<void> => stage.run(ms, executor),
  };
}

export type Approvals = Awaited<ReturnType<typeof openApprovals>>;

export function changeBlueprint(stage: Stage, change: (spec: Record<string, unknown>) => void): void {
  stage.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => change(draft.spec as Record<string, unknown>));
}
