import { whatIf } from '../../src/gateway/propose.ts';
import type { ServiceView } from '../../src/observe/serviceView.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { personIn } from '../../src/testing/gateway.ts';
import type { Criterion, WorldCase } from './criterion.ts';
import { Expecting } from './expecting.ts';
import { CHANGED_IN_TIME } from './realCases.ts';
import { blueprintObject, loadOf, MINUTE, organisation, type Product, SEED, USUAL_SPEC, withProduct } from './world.ts';

const STEP_MS = 10;
/** Afterwards the evidence is old, and the gate says so instead. */
const PATIENCE_MS = 5_000;
const CLIENT = { face: 'cli' } as const;

interface Change {
  readonly what: string;
  readonly apply: (product: Product) => void;
  /** What a person is asked to be let do; what the gate says before and after. */
  readonly asks: { readonly tool: string; readonly arguments: Readonly<Record<string, unknown>> };
  readonly before: string;
  readonly after: string;
}

const scale = (replicas: number): Change['asks'] => ({ tool: 'scale', arguments: { service: 'shop/web', replicas } });
const restart: Change['asks'] = { tool: 'restart_pods', arguments: { service: 'shop/web' } };
const version = (spec: Readonly<Record<string, unknown>>): KubeObject =>
  blueprintObject({ name: 'web', spec: { version: '1.1.0', ...spec } });
const scaling = (more: object): Readonly<Record<string, unknown>> => ({
  scaling: { ...(USUAL_SPEC['scaling'] as object), ...more },
});
const authority = (more: object): Readonly<Record<string, unknown>> => {
  const { agent_authority } = USUAL_SPEC['governance'] as { readonly agent_authority: object };
  return { governance: { agent_authority: { ...agent_authority, ...more } } };
};
const ALWAYS = [{ cron: '* * * * *', duration: '2m', reason: 'holidays' }];

const CHANGES: readonly Change[] = [
  {
    what: 'max_replicas is raised from 6 to 8',
    apply: ({ run }) => run.world.apply(version(scaling({ max_replicas: 8 }))),
    asks: scale(7),
    before: 'restricted',
    after: 'allowed',
  },
  {
    what: 'max_replicas is lowered from 6 to 4',
    apply: ({ run }) => run.world.apply(version(scaling({ max_replicas: 4 }))),
    asks: scale(5),
    before: 'allowed',
    after: 'restricted',
  },
  {
    what: 'restarts are forbidden',
    apply: ({ run }) =>
      run.world.apply(
        version(authority({ allowed_operations: ['scale_within_limits'], forbidden_operations: ['restart_pods'] })),
      ),
    asks: restart,
    before: 'allowed',
    after: 'forbidden',
  },
  {
    what: 'the grant of restarts is taken away',
    apply: ({ run }) => run.world.apply(version(authority({ allowed_operations: ['scale_within_limits'] }))),
    asks: restart,
    before: 'allowed',
    after: 'forbidden',
  },
  {
    what: 'restarts are put behind an approval',
    apply: ({ run }) =>
      run.world.apply(
        version(
          authority({
            allowed_operations: ['scale_within_limits'],
            requires_approval: [{ operation: 'restart_pods', condition: 'always', approvers: ['devops-team'] }],
          }),
        ),
      ),
    asks: restart,
    before: 'allowed',
    after: 'restricted',
  },
  {
    what: 'a freeze window begins',
    apply: ({ run }) => run.world.apply(version({ freeze: ALWAYS })),
    asks: restart,
    before: 'allowed',
    after: 'allowed, waits',
  },
  {
    what: 'autonomy goes down to observe',
    apply: ({ run }) => run.world.apply(version({ autonomy: 'observe' })),
    asks: restart,
    before: 'allowed',
    after: 'forbidden',
  },
  {
    what: 'the organisation lowers the ceiling to 5 replicas',
    apply: ({ run }) => run.world.apply(organisation({ ceilings: { max_replicas: 5 } })),
    asks: scale(7),
    before: 'restricted',
    after: 'forbidden',
  },
  {
    what: 'the organisation forbids restarts',
    apply: ({ run }) => run.world.apply(organisation({ forbidden_operations: ['restart_pods'] })),
    asks: restart,
    before: 'allowed',
    after: 'forbidden',
  },
  {
    what: 'the organisation freezes everything',
    apply: ({ run }) => run.world.apply(organisation({ freeze: ALWAYS })),
    asks: restart,
    before: 'allowed',
    after: 'allowed, waits',
  },
  {
    what: 'the blueprint is taken away',
    apply: ({ run }) => run.world.remove(KINDS.Blueprint, 'shop', 'web'),
    asks: restart,
    before: 'allowed',
    after: 'forbidden',
  },
];

/** What the gate says to a person now; nothing is asked for. */
async function saysNow({ run }: Product, { tool, arguments: args }: Change['asks']): Promise<string> {
  const answer = await whatIf(run.gateway, personIn('ann', 'devops-team'), CLIENT, { tool, arguments: args });
  if (!answer.ok) throw new Error(answer.error.message);
  const { authority: said, wait } = answer.value.verdict;
  return wait === undefined ? said : `${said}, waits`;
}

const responds = ({ what, apply, asks, before, after }: Change): WorldCase => {
  const asked = asks.tool === 'scale' ? `scale to ${String(asks.arguments['replicas'])}` : 'a restart';
  return {
    checks: `When ${what}: ${asked} was ${before} and is ${after}`,
    seed: SEED,
    play: () =>
      withProduct([{ name: 'web', replicas: 3, load: loadOf(180) }], async (product) => {
        const expecting = new Expecting();
        const { run, play } = product;
        await play(3 * MINUTE);
        expecting.same('before', await saysNow(product, asks), before);
        const [virtual, real] = [run.clock.now(), performance.now()];
        apply(product);
        let said = before;
        while (said !== after && run.clock.now() - virtual < PATIENCE_MS) {
          await run.world.advance(STEP_MS);
          said = await saysNow(product, asks);
        }
        const realMs = performance.now() - real;
        expecting.same('after', said, after);
        return expecting.shown(`${before}, then ${said}`, { virtualMs: run.clock.now() - virtual, realMs });
      }),
  };
};

const RUNNING: WorldCase = {
  checks: 'A change that is under way when the version changes is finished under the old one',
  seed: SEED,
  play: () =>
    withProduct([{ name: 'web', replicas: 2, load: loadOf(170) }], async ({ run, writes }) => {
      const expecting = new Expecting();
      expecting.holds('it was scaled', await run.until(() => writes().length > 0, 5 * MINUTE));
      run.world.apply(version({ verification: { enabled: true, stabilization_period: '20m', checks: [] } }));
      expecting.holds(
        'it is verified as it began',
        await run.until(() => run.decisions('shop')[0]?.status?.phase === 'Succeeded', 3 * MINUTE),
      );
      const [decision] = run.decisions('shop');
      expecting.same('the version it names', decision?.spec.blueprint.version, '1.0.0');
      return expecting.shown('verified for 60 s, as version 1.0.0 says, while 1.1.0 with 20 min was in force');
    }),
};

const REFUSED: WorldCase = {
  checks: 'A version that cannot be read takes nothing: the last good one goes on deciding, and the fault is told',
  seed: SEED,
  play: () =>
    withProduct([{ name: 'web', replicas: 3, load: loadOf(180) }], async (product) => {
      const expecting = new Expecting();
      const { run, play } = product;
      await play(MINUTE);
      const [virtual, real] = [run.clock.now(), performance.now()];
      const condition = "service.matches('(a+)+$')";
      const requires_approval = [{ operation: 'restart_pods', condition, approvers: ['devops-team'] }];
      run.world.apply(version(authority({ allowed_operations: ['scale_within_limits'], requires_approval })));
      const looked = async (): Promise<ServiceView | undefined> => {
        const fresh = await run.observer.fresh('shop', 'web');
        return fresh.ok ? fresh.value : undefined;
      };
      let view = await looked();
      while (view?.faults === undefined && run.clock.now() - virtual < PATIENCE_MS) {
        await run.world.advance(STEP_MS);
        view = await looked();
      }
      const times = { virtualMs: run.clock.now() - virtual, realMs: performance.now() - real };
      expecting.same('the version in force', view?.blueprint?.version, '1.0.0');
      expecting.same(
        'faults',
        view?.faults?.map(({ code }) => code),
        ['InvalidCondition'],
      );
      expecting.same('a restart is', await saysNow(product, restart), 'allowed');
      return expecting.shown('InvalidCondition told, version 1.0.0 in force', times);
    }),
};

export const BLUEPRINT_RESPONSE: Criterion = {
  id: 'SC-008',
  slug: 'blueprint-change-response',
  title: 'Blueprint change response',
  atLeast: 10,
  unit: 'cases',
  means:
    'Whoever changes a blueprint, or the rules of the organisation, is obeyed at once and without a restart: the gate answers by the new version as soon as the cluster tells of it. Asked before and after is the gate itself, by a person who wants to do something.',
  target: { what: 'from the change of the object to the first verdict by it', underMs: 60_000, aimMs: 1000 },
  cases: [...CHANGES.map(responds), RUNNING, REFUSED],
  real: [CHANGED_IN_TIME],
};
