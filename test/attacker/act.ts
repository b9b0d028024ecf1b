import { DECISION_SPEC } from '../../src/testing/contractObjects.ts';
import { changeBreaker, changeDeployment, changeMetrics, hold, isThere, liftHolds, toggle } from './bystanders.ts';
import { copyApproval, create, forge, replay, vote } from './decisions.ts';
import type { AttackStage } from './stage.ts';
import { LOADS, type Step } from './steps.ts';

type Acts = {
  readonly [K in Step['do']]: (stage: AttackStage, step: Extract<Step, { do: K }>) => void | Promise<void>;
};

const ACTS: Acts = {
  pass: async (stage, { times }) => {
    for (let pass = 0; pass < times; pass += 1) await stage.pass();
  },
  wait: async (stage, { passes }) => {
    for (let pass = 0; pass < passes; pass += 1) await stage.observe();
  },
  model: (stage, { call }) => {
    stage.wish = call;
  },
  forge: (stage, { call, lies }) => {
    forge(stage, call, lies);
  },
  person: (stage, { call: { tool, args } }) => {
    const spec = { ...DECISION_SPEC, tool, arguments: args, requester: { kind: 'person' as const, name: 'ann' } };
    const made = create(stage, (where) => stage.people.asked(where, spec, stage.clock.now()));
    if (made !== undefined) stage.signed.add(made.metadata.uid ?? '');
  },
  replay,
  vote,
  copyApproval: (stage, { which }) => copyApproval(stage, which),
  breaker: (stage, { how }) => changeBreaker(stage, how),
  hold,
  lift: liftHolds,
  scaleByHand: (stage, { replicas }) => {
    if (isThere(stage)) stage.world.scaleByHand('shop/web', replicas);
  },
  people: (stage, { what }) => changeDeployment(stage, what),
  blueprint: (stage, { name }) => stage.setBlueprint(name),
  global: ({ ledger }, { name }) => ledger.setGlobal(name),
  load: ({ ledger, clock, world }, { name }) => {
    ledger.loadSince = clock.age();
    world.setLoad('shop/web', LOADS[name]);
  },
  metrics: (stage, { what }) => changeMetrics(stage, what),
  crash: async (stage, { role }) => {
    if (role === 'all') await stage.start();
    else stage.restartExecutors();
  },
  kill: (stage, step) => {
    stage.kill = step;
  },
  second: async (stage) => {
    stage.second = !stage.second;
    await stage.start();
  },
  clock: ({ clock }, { ms }) => clock.jump(ms),
  api: ({ port }, { verb, code, lost }) => {
    port.failNext({ verb, code, afterApply: lost, sparesDryRuns: true });
  },
  disk: ({ journals }) => {
    for (const journal of journals) journal.broken = !journal.broken;
  },
  autoscaler: (stage) =>
    toggle(stage, 'HorizontalPodAutoscaler', 'autoscaling/v2', {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 5,
    }),
  disruptionBudget: (stage) =>
    toggle(stage, 'PodDisruptionBudget', 'policy/v1', {
      minAvailable: 2,
      selector: { matchLabels: { app: 'web' } },
    }),
};

/** One step of an attack, done to the world or to the product's processes. */
export async function act(stage: AttackStage, step: Step): Promise<void> {
  // The table is by kind: what stands at a kind takes the steps of that kind.
  await (ACTS[step.do] as (stage: AttackStage, step: Step) => void | Promise<void>)(stage, step);
}
