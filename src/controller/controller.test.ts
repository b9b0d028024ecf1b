import { afterEach, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../test/stages/executorStage.ts';
import type { Proposer } from '../agents/proposer.ts';
import { RulesPlanner } from '../agents/rulesPlanner.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { DECISION_SPEC } from '../testing/contractObjects.ts';
import { settle } from '../testing/manualClock.ts';
import { Controller } from './controller.ts';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

const { blueprint: _, ...NO_BLUEPRINT } = DECISION_SPEC;
const metadata = { name: 'old-1', namespace: 'elsewhere' };
const { apiVersion, kind } = KINDS.Decision;

describe('the controller', () => {
  it.each([
    { what: 'without a blueprint', object: { spec: NO_BLUEPRINT } },
    { what: 'without arguments', object: { spec: { ...DECISION_SPEC, arguments: undefined } } },
    { what: 'without a spec', object: {} },
    { what: 'whose status has no history', object: { spec: DECISION_SPEC, status: { phase: 'Refused' } } },
  ])('goes on beside a Decision $what, from before its definition was what it is now', async ({ object }) => {
    const stage = await openStage();
    stages.push(stage);
    const odd: KubeObject = { apiVersion, kind, metadata, ...object };
    const controller = new Controller({
      ...stage.deps,
      proposer: new RulesPlanner(),
      decisions: () => [odd],
    });
    await controller.pass(stage.observer.views());
    await controller.idle();
    expect(stage.world.objects.list(KINDS.Decision, 'shop')).toHaveLength(1);
  });

  it.each([
    { what: 'a restart', wish: { tool: 'restart_pods', arguments: {} }, busy: false },
    { what: 'what is refused', wish: { tool: 'delete_deployment', arguments: { replicas: 9 } }, busy: false },
    { what: 'fewer replicas', wish: { tool: 'scale', arguments: { replicas: 1 } }, busy: false },
    { what: 'more replicas', wish: { tool: 'scale', arguments: { replicas: 3 } }, busy: true },
  ])(
    'is held back from a scale-up that is needed by a wish for $what that waits: $busy (P8)',
    async ({ wish, busy }) => {
      const stage = await openStage();
      stages.push(stage);
      const [view] = stage.observer.views();
      if (view === undefined) throw new Error('no service');
      const waits: KubeObject = {
        apiVersion,
        kind,
        metadata: { name: 'web-waits', namespace: 'shop' },
        spec: { ...DECISION_SPEC, ...wish },
      };
      const controller = new Controller({ ...stage.deps, proposer: new RulesPlanner(), decisions: () => [waits] });
      await controller.pass([view]);
      await controller.idle();
      expect(stage.world.objects.list(KINDS.Decision, 'shop')).toHaveLength(busy ? 0 : 1);
    },
  );

  it('goes on for the others where one service cannot be looked at', async () => {
    const stage = await openStage();
    stages.push(stage);
    const [view] = stage.observer.views();
    if (view === undefined) throw new Error('no service');
    const { blueprint: _blueprint, ...rest } = view;
    const broken = {
      ...rest,
      name: 'broken',
      get assessment(): never {
        throw new Error('odd');
      },
    };
    const controller = new Controller({ ...stage.deps, proposer: new RulesPlanner(), decisions: () => [] });
    await controller.pass([broken, view]);
    await controller.idle();
    expect(stage.world.objects.list(KINDS.Decision, 'shop')).toHaveLength(1);
  });

  const FULL = {
    direction: 'hold',
    replicas: 2,
    started: true,
    reason: 'CPU 202%: 6 replicas are needed, max_replicas is 2',
  } as const;
  it.each([
    { when: 'an objective is missed', breach: ['latency_p95'], recommendation: FULL, called: 1 },
    { when: 'no objective is missed', breach: [], recommendation: FULL, called: 0 },
    { when: 'there is room', breach: ['latency_p95'], recommendation: { ...FULL, started: false }, called: 0 },
  ])('calls a person for a service that is short at its maximum: $called where $when', async (assumed) => {
    const stage = await openStage();
    stages.push(stage);
    const [view] = stage.observer.views();
    if (view?.assessment === undefined) throw new Error('no service');
    const { breach, recommendation, called } = assumed;
    const short = { ...view, assessment: { ...view.assessment, breach, recommendation, candidates: [] } };
    const controller = new Controller({ ...stage.deps, proposer: new RulesPlanner(), decisions: () => [] });
    for (const _ of [1, 2]) {
      await controller.pass([short]);
      await controller.idle();
    }
    const words = 'AtMaximum: missed: latency_p95; CPU 202%: 6 replicas are needed, max_replicas is 2';
    expect(stage.told().filter(({ note }) => note === words)).toHaveLength(called);
  });

  it('keeps a wish for a service that nothing governs on record, and nothing comes of it here (GATE-G14-1)', async () => {
    const stage = await openStage();
    stages.push(stage);
    const rules = new RulesPlanner();
    const proposer: Proposer = {
      label: 'a model',
      propose: async (context) => {
        const { origin } = await rules.propose(context);
        const args = { service: 'production/web', replicas: 3, reason: 'it is hot' };
        return { kind: 'change', tool: 'scale', args, rationale: 'it is hot', origin };
      },
    };
    const controller = new Controller({ ...stage.deps, proposer, decisions: () => [] });
    await controller.pass(stage.observer.views());
    await controller.idle();
    await stage.run(30_000);
    const [decision] = stage.world.objects.list(KINDS.Decision, 'shop');
    expect(decision?.spec).toMatchObject({ target: { namespace: 'production', name: 'web' } });
    expect(decision?.status).toMatchObject({ phase: 'Refused', reason: 'NotGoverned' });
    expect(stage.writes()).toBe(0);
  });

  it('asks anew when a scale-up has started while a model still thinks about what was before (P8)', async () => {
    const stage = await openStage();
    stages.push(stage);
    const [view] = stage.observer.views();
    if (view?.assessment === undefined) throw new Error('no service');
    const { recommendation, ...numbers } = view.assessment;
    const { direction: _direction, started: _started, ...rest } = recommendation;
    const before = {
      ...view,
      assessment: {
        ...numbers,
        breach: ['latency_p95'],
        recommendation: { ...rest, direction: 'hold' as const, started: false },
      },
    };
    const asked: string[] = [];
    const rules = new RulesPlanner();
    const proposer: Proposer = {
      label: 'a slow model',
      propose: async (context, signal) => {
        const { origin } = await rules.propose(context);
        asked.push(context.assessment.recommendation.direction);
        if (asked.length > 1) return rules.propose(context);
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        const args = { service: 'shop/web', reason: 'stuck' };
        return { kind: 'change', tool: 'restart_pods', args, rationale: 'stuck', origin };
      },
    };
    const controller = new Controller({ ...stage.deps, proposer, decisions: () => [] });
    await controller.pass([before]);
    await settle();
    await controller.pass([before]);
    await controller.pass([view]);
    await controller.pass([view]);
    await controller.idle();
    expect(asked).toEqual(['hold', 'up']);
    expect(stage.world.objects.list(KINDS.Decision, 'shop').map(({ spec }) => spec)).toMatchObject([{ tool: 'scale' }]);
  });
});
