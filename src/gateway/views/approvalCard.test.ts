import { afterEach, describe, expect, it } from 'vitest';
import { identity, openViewStage, REQUEST, type ViewStage } from '../../../test/stages/viewStage.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { RULE_IDS } from '../../schema/verdict.ts';
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
const withFresh = (view: ViewStage, fresh: ViewStage['deps']['observer']['fresh']): ViewStage['deps']['observer'] => {
  const { observer } = view.deps;
  return {
    fresh,
    views: () => observer.views(),
    history: (...where) => observer.history(...where),
    decisions: () => observer.decisions(),
    approvals: () => observer.approvals(),
    onChange: (listener) => observer.onChange(listener),
  };
};
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
      rule: 'authority (G0)',
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
    expect(asking.passed).toHaveLength(RULE_IDS.length - 1);
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
    const proof = { at: '2026-01-05T00:01:30.000Z', key: 'k', signature: 'forged' };
    const { card } = await open({ asks: { requester: { kind: 'person', name: 'eve\u202e' }, proof } });
    const shown = await card();
    expect(shown.requester).toEqual({ kind: 'agent', name: 'eve' });
    expect(shown.risks.find(({ title }) => title === 'Who asked')?.text).toContain('calls themselves eve,');
  });

  it('of a person who is known says so, and quotes what they wrote as theirs', async () => {
    const { card } = await open({
      asks: { requester: { kind: 'person', name: 'cleo' }, rationale: 'sale at noon\u200b' },
    });
    const shown = await card();
    expect(shown.requester).toEqual({ kind: 'person', name: 'cleo' });
    expect(shown.words).toEqual([{ text: 'sale at noon', by: 'cleo' }]);
    const own = await card(identity('cleo', { groups: ['payments'] }));
    expect(own.may).toMatchObject({
      approve: false,
      raise: false,
      reject: true,
      why: 'nobody approves their own request; rejecting it takes it back',
    });
    expect(own.mine).toBe(false);
  });

  it('of a Blueprint that a GitOps tool applies shows the raise for its repository, and offers none', async () => {
    const view = await open();
    const fields = { 'f:spec': { 'f:scaling': {} } };
    const { observer } = view.deps;
    const fresh = async (...where: Parameters<typeof observer.fresh>) => {
      const seen = await observer.fresh(...where);
      if (!seen.ok) return seen;
      const managedFields = [{ manager: 'argocd-controller', operation: 'Apply' as const, fieldsV1: fields }];
      const { object } = seen.value;
      return {
        ok: true as const,
        value: { ...seen.value, object: { ...object, metadata: { ...object.metadata, managedFields } } },
      };
    };
    const answer = await approvalCard({ ...view.deps, observer: withFresh(view, fresh) }, identity(), 'shop', REQUEST);
    expect(answer).toMatchObject({
      ok: true,
      value: {
        raise: { ownedBy: 'argocd-controller', to: '1.1.0' },
        may: { approve: true, raise: false, why: expect.stringContaining('repository') },
        onApproval: 'once',
      },
    });
  });

  it('shows the file that a raise would edit where one keeps the Blueprint', async () => {
    const view = await open();
    const asked: unknown[] = [];
    const lines = [{ sign: '-' as const, text: '    max_replicas: 6 # see the incident' }];
    const files = {
      raise: () => Promise.resolve({ ok: true as const, value: 'absent' as const }),
      preview: (raise: unknown) => {
        asked.push(raise);
        return Promise.resolve({ ok: true as const, value: lines });
      },
    };
    const answer = await approvalCard({ ...view.deps, files }, identity(), 'shop', REQUEST);
    expect(answer).toMatchObject({ ok: true, value: { raise: { fileDiff: lines } } });
    expect(asked).toMatchObject([{ namespace: 'shop', name: 'web', from: 6, to: 8, version: { to: '1.1.0' } }]);
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
      move: (view: ViewStage) => view.stage.world.remove(KINDS.Deployment, 'shop', 'web'),
      now: 'it is gone',
    },
    {
      what: 'BlueprintGone',
      move: (view: ViewStage) => view.stage.world.remove(KINDS.Blueprint, 'shop', 'web'),
      now: 'it is gone',
    },
    {
      what: 'DecisionGone',
      move: (view: ViewStage) => view.stage.world.remove(KINDS.Decision, 'shop', REQUEST),
      now: 'it is gone',
    },
  ])('says $what, and lets nobody approve', async ({ what, move, now }) => {
    const view = await open();
    move(view);
    const { stale, may } = await view.card();
    expect(stale[0]).toMatchObject({ what, now: expect.stringContaining(now) });
    expect(may).toMatchObject({ approve: false, raise: false, reject: true, why: expect.stringContaining('moved') });
  });

  it('cannot be approved while the cluster cannot be read, and still shows what was seen', async () => {
    const view = await open();
    const fresh = { ok: false, error: { code: 'unavailable', message: 'timeout', uncertain: false } } as const;
    const deaf = withFresh(view, () => Promise.resolve(fresh));
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

describe('the card after the answer', () => {
  it('of an approval tells step by step what became of it, and offers no second answer', async () => {
    const view = await open();
    await view.answer({ choice: 'once', comment: 'ok\u0007 go' }, identity('bob'));
    expect(await view.card()).toMatchObject({
      phase: 'Approved',
      answer: 'approved once',
      answeredBy: 'bob',
      votes: 1,
      given: [{ by: 'bob', groups: ['devops-team'], vote: 'approve', choice: 'once', comment: 'ok go', counts: true }],
      may: { approve: false, reject: false, why: 'this request is approved already' },
      stale: [],
      alternatives: [],
    });
    await view.stage.run(30_000, view.executor);
    const running = await view.card();
    expect(running.phase).toBe('Consumed');
    expect(running.receipt.map(({ step, state }) => `${step} ${state}`)).toEqual([
      'Answer done',
      'Judged again done',
      'Written done',
      'Applied done',
      'Verified now',
    ]);
    await view.stage.run(12 * 60_000, view.executor);
    const ended = await view.card();
    expect(ended.receipt.at(-1)).toMatchObject({ step: 'Verified', state: 'done' });
    expect(ended.outcome).toMatch(/^Succeeded/);
  });

  it('of a rejection says who, with what words, and that nothing changes', async () => {
    const view = await open();
    await view.answer({ vote: 'reject', comment: 'load test' }, identity('bob'));
    expect(await view.card()).toMatchObject({
      phase: 'Rejected',
      answer: 'rejected: load test',
      receipt: [{ step: 'Answer', state: 'done', text: 'Rejected by bob: load test. Nothing changes.' }],
      may: { approve: false, raise: false, reject: false },
    });
  });

  it('that never came says so', async () => {
    const view = await open();
    await view.stage.observe(31 * 60_000);
    const { phase, may, receipt } = await view.card();
    expect([phase, may.approve, receipt[0]?.state]).toEqual(['Expired', false, 'failed']);
    expect(may.why).toContain('no answer means rejected');
  });

  it('shows a vote that nobody signed, and that it counts for nothing', async () => {
    const view = await open();
    await view.stage.vote(
      REQUEST,
      { by: 'bob', ballot: { groups: ['payments'] } },
      { by: 'eve', ballot: { digest: 'a'.repeat(64) } },
    );
    const shown = await view.card();
    expect(shown.given.map(({ by, counts }) => [by, counts])).toEqual([
      ['bob', false],
      ['eve', false],
    ]);
    expect([shown.phase, shown.votes]).toEqual(['Pending', 0]);
  });

  it('tells whoever said yes already how many more have to', async () => {
    const view = await open({
      from: 4,
      to: 9,
      spec: { approval: { quorum: 2 } },
      load: { rps: 100, cpu_m_per_rps: 6, latency_ms_base: 50 },
    });
    await view.answer({ comment: 'needed' });
    const { may, votes, quorum, phase } = await view.card();
    expect([phase, votes, quorum]).toEqual(['Pending', 1, 2]);
    expect(may).toMatchObject({ approve: false, reject: true, why: 'you approved it: 1 more has to' });
    expect((await view.card(identity('bob'))).may.approve).toBe(true);
  });
});

it.each(['none', '../etc/passwd'])('a request %j that is not there is refused in words', async (name) => {
  const view = await open();
  expect(await approvalCard(view.deps, identity(), 'shop', name)).toMatchObject({
    ok: false,
    error: { code: 'notFound' },
  });
});
