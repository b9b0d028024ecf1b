import { afterEach, describe, expect, it } from 'vitest';
import { identity, openViewStage, REQUEST, type ViewStage } from '../../../test/stages/viewStage.ts';
import type { JournalFiles } from '../../ports/journalFiles.ts';
import { BlueprintVersionList, BreakerList } from '../../schema/api/lists.ts';
import { DecisionDetail, JournalPage } from '../../schema/api/records.ts';
import { ServiceDetail, ServiceList } from '../../schema/api/services.ts';
import { KINDS } from '../../schema/kube.ts';
import { blueprintVersions } from './blueprintVersions.ts';
import { breakerList } from './breakerList.ts';
import { decisionDetail } from './decisionDetail.ts';
import { journalPage } from './journalPage.ts';
import { serviceDetail } from './serviceDetail.ts';
import { serviceList } from './serviceList.ts';

const opened: ViewStage[] = [];
afterEach(() => {
  for (const { stage } of opened.splice(0)) stage.close();
});
const open = async (...options: Parameters<typeof openViewStage>): Promise<ViewStage> => {
  const made = await openViewStage(...options);
  opened.push(made);
  return made;
};
const good = <T>(
  answer: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T => {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value;
};
const services = async (view: ViewStage): Promise<ServiceList> => ServiceList.parse(good(await serviceList(view.deps)));
/** Passes the API server's own checks, and is refused here. */
const UNREADABLE = {
  governance: {
    agent_authority: {
      allowed_operations: ['scale_within_limits'],
      requires_approval: [{ operation: 'scale_beyond_limits', condition: 'target_replicas >', approvers: ['a'] }],
    },
  },
};
const held = (scope: string): object => ({
  kind: 'pause',
  what: 'all',
  by: 'ann',
  reason: scope,
  at: '2026-01-05T00:00:00Z',
});

describe('services', () => {
  it('tell state, limits, breaker, what waits and what was last', async () => {
    const view = await open();
    const { items, counts } = await services(view);
    expect(items).toMatchObject([
      {
        name: 'web',
        target: 'Deployment shop/web',
        cpu: '87%',
        latency: '50 ms',
        rail: { current: 6, max: 6 },
        autonomy: 'autonomous',
        breaker: { state: 'closed', failures: 0 },
        waiting: 1,
        last: { name: REQUEST, verdict: 'restricted', text: 'scale to 8: AwaitingApproval' },
      },
    ]);
    expect(items[0]?.cpuSeries?.points.length).toBeGreaterThan(2);
    expect(counts).toEqual({ services: 1, breached: 0, blind: 0, breakersOpen: 0, waiting: 1 });
  });

  it.each([
    {
      what: 'missing',
      change: ({ stage }: ViewStage) => stage.world.remove(KINDS.Deployment, 'shop', 'web'),
      text: 'There is no Deployment web.',
    },
    {
      what: 'breached',
      change: ({ stage }: ViewStage) =>
        stage.world.setLoad('shop/web', { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 350 }),
      text: /p95 latency .* \(limit 200 ms\)/,
    },
  ])('say $what in words', async ({ what, change, text }) => {
    const view = await open();
    change(view);
    for (let pass = 0; pass < 4; pass += 1) await view.stage.observe(15_000);
    const [item] = (await services(view)).items;
    expect(item?.state).toBe(what);
    expect(item?.stateText).toMatch(text);
  });

  it('with a refused newest version say what is wrong with it', async () => {
    const view = await open();
    view.stage.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => {
      draft.spec = { ...(draft.spec as object), ...UNREADABLE };
    });
    await view.stage.observe(15_000);
    const detail = ServiceDetail.parse(good(await serviceDetail(view.deps, 'shop', 'web', 30)));
    expect(detail.problems[0]).toContain('to mend it');
    expect(detail.blueprint?.version).toBe('1.0.0');
  });

  it('show one with its series, decisions, requests, limits and counters', async () => {
    const view = await open();
    await view.answer({ choice: 'once' });
    await view.stage.run(45_000, view.executor);
    const detail = ServiceDetail.parse(good(await serviceDetail(view.deps, 'shop', 'web', 15)));
    expect(detail.decisions.map(({ name, phase }) => [name, phase])).toEqual([[REQUEST, 'Verifying']]);
    expect(detail.limits).toContainEqual({ name: 'replicas', value: '2 to 6' });
    expect(detail.safety).toContainEqual({ name: 'operations an hour', value: '10', text: '1 used' });
    expect(detail.open).toEqual([]);
    expect(detail.series.map(({ name }) => name)).toContain('replicas');
    expect(await serviceDetail(view.deps, 'shop', 'none', 15)).toMatchObject({
      ok: false,
      error: { code: 'notFound' },
    });
  });

  it('and breakers name each hold with what it binds', async () => {
    const view = await open();
    view.stage.hold([held('own'), { ...held('held'), kind: 'breaker' }]);
    const { apiVersion, kind } = KINDS.CircuitBreaker;
    const holds = [{ ...held('ns'), namespace: 'shop' }, { ...held('other'), namespace: 'db' }, held('all')];
    view.stage.world.apply({
      apiVersion,
      kind,
      metadata: { name: 'fleet', namespace: 'agent-system' },
      spec: { holds },
    });
    await view.stage.observe(15_000);
    const list = BreakerList.parse(good(await breakerList(view.deps)));
    expect(list.items[0]).toMatchObject({ name: 'web', breaker: { state: 'held', text: 'Held open by ann: held.' } });
    expect(list.items[0]?.holds.map(({ scope, reason }) => [scope, reason])).toEqual([
      ['this service', 'own'],
      ['namespace shop', 'ns'],
      ['the whole cluster', 'all'],
    ]);
    expect(list.holds.map(({ namespace, reason }) => [namespace, reason])).toEqual([
      ['shop', 'ns'],
      ['db', 'other'],
      [undefined, 'all'],
    ]);
  });
});

describe('one decision', () => {
  it('is told as it went, with votes, writes and what it is bound to', async () => {
    const view = await open();
    await view.answer({ choice: 'once', comment: 'needed' });
    await view.stage.run(12 * 60_000, view.executor);
    const detail = DecisionDetail.parse(good(await decisionDetail(view.deps, 'shop', REQUEST)));
    expect(detail.phase).toBe('Succeeded');
    const titles = detail.steps.map(({ title }) => title);
    for (const title of ['Asked', 'AwaitingApproval', 'Executing', 'Written', 'Verifying', 'Succeeded']) {
      expect(titles).toContain(title);
    }
    expect(detail.steps.map(({ at }) => at)).toEqual(detail.steps.map(({ at }) => at).toSorted());
    expect(detail.changes).toMatchObject([
      { undo: false, diff: [{ sign: '-', text: 'spec.replicas: 6' }, { sign: '+' }] },
    ]);
    expect(detail.votes).toMatchObject([{ by: 'ann', counts: true, comment: 'needed' }]);
    expect(detail.bound).toContainEqual({ name: 'blueprint', value: 'web 1.0.0' });
    expect(detail.replay).toBeUndefined();
  });

  it('is replayed from the journals at hand, and one that was altered no longer agrees', async () => {
    const view = await open();
    const lines = (): string[] => [...view.stage.journal.records.map((record) => JSON.stringify(record)), ''];
    const of = (texts: readonly string[]): JournalFiles => ({
      read: () => Promise.resolve({ ok: true, value: [{ file: 'executor-test.jsonl', lines: texts }] }),
    });
    const replayed = async (texts: readonly string[]) =>
      good(await decisionDetail({ ...view.deps, journals: of(texts) }, 'shop', REQUEST)).replay;
    expect(await replayed(lines())).toMatchObject({ agrees: true });
    const altered = lines().map((line) => line.replaceAll('"authority":"restricted"', '"authority":"allowed"'));
    expect(await replayed(altered)).toMatchObject({ agrees: false });
    const page = async (texts: readonly string[], query: Parameters<typeof journalPage>[2] = {}) =>
      JournalPage.parse(good(await journalPage({ ...view.deps, journals: of(texts) }, identity(), query)));
    const sound = await page(lines(), { service: 'shop/web' });
    expect(sound.chain).toMatchObject({ sound: true, records: lines().length - 1 });
    expect(sound.items[0]?.seq).toBeGreaterThan(sound.items.at(-1)?.seq ?? 0);
    expect((await page(altered)).chain).toMatchObject({ sound: false, text: expect.stringMatching(/altered/) });
    expect((await page(lines(), { service: 'shop/db' })).items).toEqual([]);
    expect((await page(lines(), { kind: 'phase' })).items.every(({ kind }) => kind === 'phase')).toBe(true);
    expect(await journalPage(view.deps, identity(), {})).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  });
});

describe('the versions of a Blueprint', () => {
  it('are the one in force, what each changed, and a refused one on top', async () => {
    const view = await open();
    const edit = async (change: object): Promise<void> => {
      view.stage.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => {
        draft.spec = { ...(draft.spec as object), ...change };
      });
      await view.stage.run(30_000, view.executor);
    };
    await view.stage.run(15_000, view.executor);
    const scaling = { min_replicas: 2, max_replicas: 9, target_cpu_utilization: '70%', scale_up_threshold: '80%' };
    await edit({ version: '1.1.0', scaling: { ...scaling, scale_down_threshold: '40%' } });
    await edit({ version: '1.2.0', ...UNREADABLE });
    const { items } = BlueprintVersionList.parse(good(await blueprintVersions(view.deps, 'shop', 'web')));
    expect(items.map(({ version, state }) => `${version} ${state}`)).toEqual([
      '1.2.0 refused',
      '1.1.0 in force',
      '1.0.0 accepted',
    ]);
    expect(items[1]?.text).toContain('max_replicas: 6 to 9 (wider)');
    expect(items[1]?.spec).toContain('max_replicas: 9');
    expect(await blueprintVersions(view.deps, 'shop', 'none')).toMatchObject({
      ok: false,
      error: { code: 'notFound' },
    });
  });
});
