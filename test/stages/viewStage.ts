import { Executor } from '../../src/executor/executor.ts';
import type { GatewayDeps } from '../../src/gateway/deps.ts';
import type { Identity } from '../../src/gateway/people/identity.ts';
import { Turns } from '../../src/gateway/turns.ts';
import { approvalCard } from '../../src/gateway/views/approvalCard.ts';
import { vote } from '../../src/gateway/vote.ts';
import { ApprovalCard, type VoteBody } from '../../src/schema/api/approvals.ts';
import type { DecisionSpec } from '../../src/schema/records.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { seededIds } from '../../src/testing/seededIds.ts';
import { openStage, type StageOptions } from './executorStage.ts';

export const REQUEST = 'web-aaaaaaaaaa';

export const identity = (name = 'ann', rest: Partial<Identity> = {}): Identity => ({
  name,
  role: 'operator',
  groups: ['devops-team'],
  by: { kind: 'session', secret: 's', idleUntil: 0, until: 0 },
  ...rest,
});

export interface AskedOptions extends StageOptions {
  /** Replicas asked for. */
  readonly to?: number;
  readonly from?: number;
  /** What else is special about the wish. */
  readonly asks?: Partial<DecisionSpec>;
}

/** A service so hot that more pods would be needed than its six, all running: people were asked, and a gateway looks on. */
export async function openViewStage({ to = 8, from = 6, asks = {}, ...options }: AskedOptions = {}) {
  const stage = await openStage({
    replicas: from,
    load: { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 50 },
    ...options,
  });
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  const { observer, port, clock } = stage;
  const deps: GatewayDeps = {
    observer,
    reader: port.reader,
    records: port.records,
    journal: new MemoryJournal(clock, 'gateway-test'),
    clock,
    ids: seededIds(7),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    ownNamespace: 'agent-system',
    key: PEOPLE.key,
    trust: PEOPLE.trust,
    turns: new Turns(clock),
  };
  await stage.wish(REQUEST, { arguments: { replicas: to }, operation: 'scale_beyond_limits', ...asks });
  await executor.pass();
  await stage.world.advance(1);
  const card = async (who = identity(), name = REQUEST): Promise<ApprovalCard> => {
    const answer = await approvalCard(deps, who, 'shop', name);
    if (!answer.ok) throw new Error(answer.error.message);
    return ApprovalCard.parse(answer.value);
  };
  return {
    stage,
    executor,
    deps,
    card,
    /** A person's answer to what the card shows now. */
    async answer(body: Partial<VoteBody>, who = identity()) {
      const { digest } = await card(who);
      const voted = await vote(deps, who, { namespace: 'shop', name: REQUEST }, { vote: 'approve', digest, ...body });
      await stage.world.advance(1);
      return voted;
    },
  };
}

export type ViewStage = Awaited<ReturnType<typeof openViewStage>>;
