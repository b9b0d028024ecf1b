import { afterEach, describe, expect, it } from 'vitest';
import { identity, openViewStage, REQUEST, type ViewStage } from '../../../test/viewStage.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { approvalCard } from './approvalCard.ts';

const opened: ViewStage[] = [];
afterEach(() => {
  for (const { stage } of opened.splice(0)) stage.close();
});
const open = async (...options: Parameters<typeof openViewStage>): Promise<ViewStage> => {
  const made = await openViewStage(...options);
  opened.push(made);
  return made;
};
const edit = (view: ViewStage, kind: keyof typeof KINDS, name: string, change: (draft: KubeObject) => void): void =>
  void view.stage.world.edit(KINDS[kind], 'shop', name, change);
const TOKEN = { kind: 'token', id: 't', scopes: ['read'] } as const;

describe('the card of a request beyond the maximum', () => {
  it('says the change, its limits, its size and why, in words of code', async () => {
    const { card } = await open();
    expect(await card()).toMatchObject({
      service: 'web',
      operation: 'scale_beyond_limits',
      before: '6 replicas',
      after: '8 replicas',
      risk: 'low',
      why: 'CPU 87% (limit 80%) is over for 60 s; all 6 replicas that the blueprint allows are running.',
      rule: 'G0 ApprovalRequired',
      rail: { current: 6, min: 2, max: 6, asked: 8 },
      stale: [],
      reversible: true,
      requester: { kind: 'agent', name: 'decision-engine' },
      may: { approve: true, raise: true, reject: true },
      asks: { comment: false, delayMs: 0 },
      ifUnanswered: 'No answer means rejected: web stays as it is (6 replicas).',
      receipt: [],
    });
  });

  it('shows one field of the real object, and the two that a raise would write', async () => {
    const { card, stage } = await open();
    const { changes, raise } = await card();
    const uid = stage.world.get(KINDS.Deployment, 'shop', 'web')?.metadata.uid;
    expect(changes).toMatchObject({ target: 'Deployment shop/web', uid });
    expect(changes.diff.map(({ sign, text }) => `${sign}${text}`)).toEqual([
      ' spec:',
      '-  replicas: 6',
      '+  replicas: 8',
    ]);
    expect(raise).toMatchObject({ from: '1.0.0', to: '1.1.0' });
    expect(raise?.diff.map(({ sign, text }) => `${sign}${text}`)).toEqual([
      ' spec:',
      '-  version: 1.0.0',
      '+  version: 1.1.0',
      '   scaling:',
      '-    max_replicas: 6',
      '+    max_replicas: 8',
    ]);
  });

  it('draws each signal with the lines it is held against', async () => {
    const { card } = await open();
    const { series } = await card();
    expect(series.map(({ name, unit, over }) => `${name} ${unit}${over ? ' over' : ''}`)).toEqual([
      'cpu percent over',
      'latency_p95 ms',
      'error_rate percent',
      'requests_per_second per-second',
      'replicas replicas',
    ]);
    expect(series[0]).toMatchObject({
      now: '87%',
      limits: [{ name: 'limit', value: 80 }, { value: 70 }, { value: 40 }],
    });
    expect(series[0]?.points.every(([, value]) => value !== null && value > 80)).toBe(true);
  });

  it('names the one rule that asked, with the values compared, and those that passed', async () => {
    const { card } = await open();
    const { restricting, asking } = await card();
    expect(restricting).toMatchObject([
      {
        rule: 'G0',
        effect: 'restrict',
        values: { condition: 'target_replicas > max_replicas', target_replicas: '8', max_replicas: '6' },
      },
    ]);
    expect(asking).toMatchObject({ verdict: 'restricted', approvers: ['devops-team'] });
    expect(asking.passed).toHaveLength(23);
  });

  it('computes what can go wrong, and keeps the words of the asker apart', async () => {
    const { card } = await open();
    const { risks, words } = await card();
    const text = (title: string): string => risks.find((risk) => risk.title === title)?.text ?? '';
    expect(text('Touches')).toBe('1 Deployment, +2 pods, +0.2 cores, +128 MiB. Running pods are not restarted.');
    expect(text('Load after it')).toBe('CPU about 65% at 8 replicas with the load of now (limit 80%).');
    expect(text('Undo')).toContain('Reversible: 8 back to 6');
    expect(text('Also going on')).toBe(
      'Breaker closed · no rollout · no freeze · cooldown clear · 0 of 10 operations this hour.',
    );
    expect(words).toEqual([{ text: 'use is high', by: 'decision-engine (rules planner: rules, not a model)' }]);
  });

  it('tells what all share, before and after, under the rules of the organisation', async () => {
    const view = await open();
    const { apiVersion, kind } = KINDS.ClusterBlueprint;
    const spec = { ceilings: { max_replicas: 20 }, capacity: { replicas: 10, cpu: '2' } };
    view.stage.world.apply({ apiVersion, kind, metadata: { name: 'default' }, spec });
    await view.stage.observe(15_000);
    const { risks, rail } = await view.card();
    expect(rail).toMatchObject({ ceiling: 20 });
    expect(risks.find(({ title }) => title === 'Shared capacity')?.text).toBe(
      '6 to 8 of 10 replicas, 0.6 to 0.8 of 2 cores. No other service waits for room.',
    );
  });

  it('offers nearer numbers with what the gate says of each', async () => {
    const { card } = await open({ from: 4, to: 9, load: { rps: 100, cpu_m_per_rps: 6, latency_ms_base: 50 } });
    const { alternatives, risk, asks } = await card();
    expect(alternatives).toMatchObject([{ index: 0, title: 'Scale to 6 replicas', possible: true, advice: false }]);
    expect(alternatives[0]?.headline).toMatch(/^Allowed/);
    expect([risk, asks.comment]).toEqual(['high', true]);
  });

  it.each([
    { who: identity('bob', { groups: ['payments'] }), why: /only devops-team may decide/ },
    { who: identity('ann', { role: 'viewer' }), why: /viewer looks/ },
    { who: identity('ann', { by: TOKEN }), why: /scope approve/ },
    { who: identity('decision-engine'), why: /nobody approves their own request/ },
  ])('gives $who.name ($who.role, $who.by.kind) the card and no vote', async ({ who, why }) => {
    const { card } = await open();
    const shown = await card(who);
    expect(shown.mine).toBe(false);
    expect(shown.may).toMatchObject({ approve: false, raise: false, reject: false, why: expect.stringMatching(why) });
  });

  it('whose wish names an unsigned person says that nobody vouches for the name', async () => {
    const view = await open();
    edit(view, 'Decision', REQUEST, (draft) => {
      draft.spec = { ...(draft.spec as object), requester: { kind: 'person', name: 'eve\u202e' } };
    });
    const shown = await view.card();
    expect(shown.requester.kind).toBe('agent');
    expect(shown.risks.find(({ title }) => title === 'Who asked')?.text).toContain('calls themselves eve,');
  });
});

describe('the card after the world moved', () => {
  it.each([
    {
      what: 'ValueChanged',
      move: (view: ViewStage) =>
        edit(view, 'Deployment', 'web', (draft) => {
          draft.spec = { ...(draft.spec as object), replicas: 5 };
        }),
      now: '5 replicas',
    },
    {
      what: 'BlueprintChanged',
      move: (view: ViewStage) =>
        edit(view, 'Blueprint', 'web', (draft) => {
          draft.spec = { ...(draft.spec as object), version: '1.0.1' };
        }),
      now: '1.0.1',
    },
    {
      what: 'TargetGone',
      move: (view: ViewStage) => view.stage.world.delete(KINDS.Deployment, 'shop', 'web'),
      now: 'it is gone',
    },
    {
      what: 'BlueprintGone',
      move: (view: ViewStage) => view.stage.world.delete(KINDS.Blueprint, 'shop', 'web'),
      now: 'it is gone',
    },
    {
      what: 'DecisionGone',
      move: (view: ViewStage) => view.stage.world.delete(KINDS.Decision, 'shop', REQUEST),
      now: 'it is gone',
    },
  ])('says $what, and lets nobody approve', async ({ what, move, now }) => {
    const view = await open();
    move(view);
    const { stale, may } = await view.card();
    const expected = what === 'BlueprintGone' ? 'TargetGone' : what;
    expect(stale[0]).toMatchObject({ what: expected, now: expect.stringContaining(now) });
    expect(may).toMatchObject({ approve: false, raise: false, reject: true, why: expect.stringContaining('moved') });
  });

  it('cannot be approved while the cluster cannot be read, and still shows what was seen', async () => {
    const view = await open();
    const fresh = { ok: false, error: { code: 'unavailable', message: 'timeout', uncertain: false } } as const;
    const { observer } = view.deps;
    const deaf = Object.assign(Object.create(observer), { fresh: () => Promise.resolve(fresh) });
    const answer = await approvalCard({ ...view.deps, observer: deaf }, identity(), 'shop', REQUEST);
    expect(answer).toMatchObject({
      ok: true,
      value: {
        stale: [],
        rail: { current: 6 },
        may: { approve: false, reject: true, why: expect.stringMatching(/timeout/) },
      },
    });
  });
});
