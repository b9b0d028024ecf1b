import { KINDS } from '../../src/schema/kube.ts';
import { CALM, HOT, type StageOptions } from '../stages/executorStage.ts';
import { NEEDS_EIGHT, type Requests } from '../stages/requestStage.ts';

/** A service as calls find it. */
export interface State {
  readonly name: string;
  readonly options: StageOptions;
  readonly become?: (all: Requests) => Promise<void>;
}

const hold =
  (kind: 'pause' | 'stop' | 'breaker', what: 'all' | 'downs' = 'all') =>
  async (all: Requests) => {
    all.stage.hold([{ kind, what, by: 'alice', reason: 'load test', at: '2026-01-05T00:00:00Z' }]);
    await all.stage.observe(15_000);
  };

const granting = (allowed: readonly string[], asked: readonly string[] = [], forbidden: readonly string[] = []) => ({
  governance: {
    agent_authority: {
      allowed_operations: allowed,
      requires_approval: asked.map((operation) => ({ operation, condition: 'always', approvers: ['devops-team'] })),
      forbidden_operations: forbidden,
    },
  },
});
const EVERYTHING = [
  'scale_within_limits',
  'restart_pods',
  'adjust_resources_within_bounds',
  'rollback',
  'scale_to_zero',
];

/** One change of this service, and so long after it. */
const changed = (ms: number) => async (all: Requests) => {
  await all.stage.wish('web-before', { arguments: { replicas: 3 } });
  await all.run(ms);
};

/** By state: what the rules of limits, evidence, budgets, holds, grants and owners say to the same calls. */
export const STATES: readonly State[] = [
  { name: 'calm', options: { replicas: 3, load: CALM } },
  { name: 'hot', options: { load: HOT } },
  { name: 'at its limit and short', options: NEEDS_EIGHT },
  { name: 'paused', options: { load: HOT }, become: hold('pause') },
  { name: 'paused for downs', options: { replicas: 3, load: CALM }, become: hold('pause', 'downs') },
  { name: 'stopped', options: { load: HOT }, become: hold('stop') },
  { name: 'with its breaker held open', options: { load: HOT }, become: hold('breaker') },
  { name: 'with a change in flight', options: { load: HOT }, become: changed(15_000) },
  { name: 'in cooldown', options: { load: HOT }, become: changed(120_000) },
  {
    name: 'with its breaker open by failures',
    options: { load: HOT },
    become: async (all) => {
      await changed(120_000)(all);
      all.stage.world.edit(KINDS.CircuitBreaker, 'shop', 'web', (draft) => {
        const open = { state: 'open', failures: 3, opens: 2, until: all.stage.clock.now() + 600_000 };
        Object.assign(draft.status as object, { breaker: open, optionalBreaker: open });
      });
      await all.stage.observe(15_000);
    },
  },
  {
    name: 'that nobody can measure',
    options: { load: HOT },
    become: async (all) => {
      all.stage.world.metricsFault({ target: '*', missing: true });
      for (let pass = 0; pass < 10; pass += 1) await all.stage.observe(15_000);
    },
  },
  {
    name: 'just seen for the first time after a restart',
    options: { load: HOT, templateAnnotations: { note: 'x' } },
    become: (all) => {
      all.stage.world.scaleByHand('shop/web', 4);
      return all.stage.observe(15_000);
    },
  },
  { name: 'that is only observed', options: { load: HOT, spec: { autonomy: 'observe' } } },
  { name: 'that agents propose for', options: { load: HOT, spec: { autonomy: 'propose' } } },
  { name: 'with everything granted', options: { load: HOT, spec: granting(EVERYTHING) } },
  { name: 'with everything asked about', options: { load: HOT, spec: granting([], EVERYTHING) } },
  {
    name: 'with everything forbidden',
    options: { load: HOT, spec: granting(['scale_within_limits'], [], ['restart_pods', 'rollback', 'scale_to_zero']) },
  },
  {
    name: 'in a freeze',
    options: { load: HOT, spec: { freeze: [{ cron: '0 0 * * *', duration: '24h', reason: 'year end' }] } },
  },
];
