import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RulesPlanner } from '../src/agents/rulesPlanner.ts';
import { NoticeDesk } from '../src/gateway/notices/noticeDesk.ts';
import { TimerQueue } from '../src/gateway/notices/timerQueue.ts';
import { approvalList } from '../src/gateway/views/approvalList.ts';
import { decisionList } from '../src/gateway/views/decisionList.ts';
import type { ApprovalNotice } from '../src/ports/noticeSink.ts';
import { KINDS, type KubeObject } from '../src/schema/kube.ts';
import { ApprovalRequestSpec, ApprovalRequestStatus } from '../src/schema/records.ts';
import { deploymentObject } from '../src/testing/contractObjects.ts';
import { answer, personIn } from '../src/testing/gateway.ts';
import { settle } from '../src/testing/manualClock.ts';
import { MemoryJournal } from '../src/testing/memoryJournal.ts';
import { VirtualRun } from '../src/virtualRun.ts';
import { SCALING } from './stages/executorStage.ts';

const SERVICES = 200;
const HISTORY = 9_800;
const MINUTE = 60_000;
const SPEC = {
  version: '1.0.0',
  scaling: SCALING,
  governance: {
    agent_authority: {
      allowed_operations: ['scale_within_limits'],
      requires_approval: [
        { operation: 'scale_beyond_limits', condition: 'target_replicas > max_replicas', approvers: ['devops-team'] },
      ],
    },
  },
};
const nameOf = (n: number): string => `web-${String(n).padStart(3, '0')}`;
const ann = personIn('ann', 'devops-team');

let run: VirtualRun;
const requests = (): readonly KubeObject[] => run.world.objects.list(KINDS.ApprovalRequest, 'shop');
const phaseOf = ({ status }: KubeObject): string => ApprovalRequestStatus.safeParse(status).data?.phase ?? 'Pending';
const pending = (): readonly KubeObject[] => requests().filter((request) => phaseOf(request) === 'Pending');

/** Two hundred services that each need more than they may have, all of them asked about, behind 9,800 that were answered. */
beforeAll(async () => {
  run = await VirtualRun.open({ proposer: new RulesPlanner(), journal: (_role, clock) => new MemoryJournal(clock) });
  for (let n = 0; n < SERVICES; n += 1) {
    const name = nameOf(n);
    run.world.apply(deploymentObject('shop', name, { replicas: 6 }));
    const { apiVersion, kind } = KINDS.Blueprint;
    run.world.apply({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec: SPEC });
    run.world.setLoad(`shop/${name}`, { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 50 });
  }
  const isAsked = await run.until(() => pending().length === SERVICES, 10 * MINUTE);
  if (!isAsked) throw new Error(`${pending().length} of ${SERVICES} were asked about`);
  const [like] = pending();
  const decision = run.decisions('shop')[0];
  if (like === undefined || decision === undefined) throw new Error('nobody was asked');
  // Of what ended long ago only the outline, so that it is read quickly ten thousand times.
  const verdict = { ...decision.spec.verdict, findings: [] };
  for (let n = 0; n < HISTORY; n += 1) {
    const name = `${nameOf(n % SERVICES)}-${String(n).padStart(10, 'b')}`;
    const of = { blueprint: { ...(like.spec as { blueprint: object }).blueprint, name: nameOf(n % SERVICES) } };
    const metadata = { name, namespace: 'shop' };
    run.world.objects.add(
      KINDS.Decision,
      {
        ...decision,
        metadata,
        spec: { ...decision.spec, ...of, verdict, evidence: [] } as never,
        status: { ...decision.status, phase: 'Succeeded', approval: name, verdict, history: [], changes: [] },
      },
      'history',
    );
    run.world.objects.add(
      KINDS.ApprovalRequest,
      {
        ...like,
        metadata,
        spec: { ...(like.spec as object), ...of, decision: name },
        status: { phase: 'Consumed', message: 'used' },
      },
      'history',
    );
  }
  await run.world.advance(1);
}, 240_000);
afterAll(() => run.close());

/** Every entry of a list, page by page. */
async function walked(
  page: (cursor: string | undefined) => Promise<{ items: readonly { name: string }[]; next?: string | undefined }>,
) {
  const names: string[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const { items, next } = await page(cursor);
    names.push(...items.map(({ name }) => name));
    cursor = next;
  }
  return names;
}
const good = <T>(answered: { ok: true; value: T } | { ok: false; error: { message: string } }): T => {
  if (!answered.ok) throw new Error(answered.error.message);
  return answered.value;
};

describe('ten thousand requests, two hundred of them open', () => {
  it.each([
    ['open', SERVICES],
    ['decided', HISTORY],
  ] as const)('page by page each that is %s is there, once', { timeout: 120_000 }, async (state, count) => {
    const names = await walked(async (cursor) =>
      good(await approvalList(run.gateway, ann, { state, ...(cursor !== undefined && { cursor }) })),
    );
    expect([names.length, new Set(names).size]).toEqual([count, count]);
  });

  it('page by page each decision is there, once', async () => {
    const names = await walked(async (cursor) =>
      good(await decisionList(run.gateway, cursor === undefined ? {} : { cursor })),
    );
    expect([names.length, new Set(names).size]).toEqual([SERVICES + HISTORY, SERVICES + HISTORY]);
  });

  it('people are told of each that is open, once, however often the queue is looked through', async () => {
    const told: ApprovalNotice[] = [];
    const sink = {
      route: 'test',
      send: (notice: ApprovalNotice) => {
        told.push(notice);
        return Promise.resolve({ ok: true as const });
      },
    };
    const routes = { byName: new Map(), otherwise: [sink], groups: new Map() } as never;
    const queue = new TimerQueue(run.clock, 'no Redis');
    const desk = new NoticeDesk({ ...run.gateway, routes }, { queue, sureForMs: 0 });
    desk.start();
    for (let look = 0; look < 3; look += 1) {
      await desk.look();
      for (let turn = 0; turn < 40; turn += 1) await settle();
    }
    await desk.close();
    const asked = told.filter(({ kind }) => kind === 'notify').map(({ request }) => request);
    expect([asked.length, new Set(asked).size]).toEqual([SERVICES, SERVICES]);
  });

  it('all two hundred approved at once are each carried out once, and nothing else is (P9)', async () => {
    const open = pending();
    const voted = await Promise.all(
      open.map(({ metadata: { namespace = '', name } }) =>
        answer(run.gateway, ann, { namespace, name }, { vote: 'approve', choice: 'once' }),
      ),
    );
    expect(voted.filter((one) => !one.ok)).toEqual([]);
    await run.world.advance(1);
    const done = await run.until(
      () =>
        pending().length === 0 &&
        open.every(
          ({ metadata }) =>
            phaseOf(run.world.get(KINDS.ApprovalRequest, 'shop', metadata.name) ?? (metadata as never)) === 'Consumed',
        ),
      9 * MINUTE,
    );
    const wanted = open.map(({ spec }) => ApprovalRequestSpec.parse(spec));
    expect(done).toBe(true);
    const writes = run.writes();
    expect([writes.length, new Set(writes).size]).toEqual([SERVICES, SERVICES]);
    expect(wanted.map(({ target }) => run.replicas('shop', target.name))).toEqual(
      wanted.map(({ arguments: args }) => args.replicas),
    );
    expect(requests()).toHaveLength(SERVICES + HISTORY);
  }, 240_000);
});
