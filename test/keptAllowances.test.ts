import { afterEach, describe, expect, it } from 'vitest';
import { Executor } from '../src/executor/executor.ts';
import type { GatewayDeps } from '../src/gateway/deps.ts';
import { finishRaises } from '../src/gateway/finishRaises.ts';
import { keepAllowances } from '../src/gateway/keepAllowances.ts';
import type { WorkloadWriter } from '../src/ports/workload.ts';
import { ALLOWANCE_ANNOTATION, allowanceOn } from '../src/schema/allowance.ts';
import { KINDS, type KubeObject } from '../src/schema/kube.ts';
import { MemoryJournal } from '../src/testing/memoryJournal.ts';
import { PEOPLE } from '../src/testing/people.ts';
import { A, type Approvals, B, changeBlueprint, openApprovals } from './stages/approvalStage.ts';
import type { Stage, StageOptions } from './stages/executorStage.ts';

const opened: Approvals[] = [];
afterEach(() => {
  for (const { stage } of opened.splice(0)) stage.close();
});

const blueprintIn = (stage: Stage): KubeObject => {
  const object = stage.world.get(KINDS.Blueprint, 'shop', 'web');
  if (object === undefined) throw new Error('no blueprint');
  return object;
};
const uidIn = (stage: Stage): string => stage.world.get(KINDS.Deployment, 'shop', 'web')?.metadata.uid ?? '';

/** As the admission policy is: nothing beyond the range of the Blueprint but what its annotation says of this Deployment. */
const bounded = (stage: Stage): WorkloadWriter => ({
  apply(permit, lastChange, options) {
    const { change, uid } = permit.terms;
    if (change.kind !== 'scale') return stage.port.workloads.apply(permit, lastChange, options);
    const [of, lowest, highest] = (allowanceOn(blueprintIn(stage)) ?? '').split(/\/|\.\./);
    const isIn = change.to >= 2 && change.to <= 6;
    const isAllowed = of === uid && change.to >= Number(lowest) && change.to <= Number(highest);
    if (isIn || isAllowed) return stage.port.workloads.apply(permit, lastChange, options);
    const message = `ValidatingAdmissionPolicy 'fairlead-workload-within-blueprint' with binding 'b' denied request: replicas ${change.to} is outside 2..6 of Blueprint web`;
    return Promise.resolve({ ok: false, error: { code: 'denied', message, uncertain: false } });
  },
});

interface Bounded extends Approvals {
  readonly executor: Executor;
  /** Fifteen seconds at a time: what is observed, what the executor does, then the gateway looks. */
  turn(ms: number, gateway?: GatewayDeps | 'away'): Promise<void>;
  allowance(): string | undefined;
  readonly uid: string;
}

/** Eight are asked for where six are the limit, of an executor that the API server holds to the Blueprint. */
async function open(options: StageOptions = {}): Promise<Bounded> {
  const all = await openApprovals(options);
  opened.push(all);
  const { stage } = all;
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust, workloads: bounded(stage) });
  return {
    ...all,
    executor,
    async turn(ms, gateway = all.gateway) {
      for (let left = ms; left > 0; left -= 15_000) {
        await stage.run(Math.min(left, 15_000), executor);
        if (gateway !== 'away') await keepAllowances(gateway);
      }
    },
    allowance: () => allowanceOn(blueprintIn(stage)),
    uid: uidIn(stage),
  };
}

async function approved(options: StageOptions = {}): Promise<Bounded> {
  const all = await open(options);
  await all.ask(A, 8);
  expect(await all.says(A, { vote: 'approve', choice: 'once' })).toBe('approved');
  return all;
}

const die = (): never => {
  throw new Error('killed');
};
const blueprintWrites = ({ stage }: Approvals): number =>
  stage.port.calls.filter(({ verb, path }) => verb === 'update' && /blueprints\/web$/.test(path)).length;

describe('what people allowed once', () => {
  it('is told to the API server at quorum, with the way back in it, and taken away when the change is verified', async () => {
    const all = await approved();
    const { stage, gateway, turn, allowance, uid } = all;
    expect(await keepAllowances(gateway)).toEqual({});
    expect(allowance()).toBe(`${uid}/6..8`);
    await turn(30_000);
    expect([stage.replicas(), stage.phase(A), allowance()]).toEqual([8, 'Verifying', `${uid}/6..8`]);
    await turn(120_000);
    expect([stage.replicas(), stage.phase(A), allowance()]).toEqual([8, 'Succeeded', undefined]);
    expect(stage.status(A).history.map(({ reason }) => reason)).not.toContain('DeniedByServer');
    const told = (gateway.journal as MemoryJournal).of('allowance');
    expect(told.map(({ subject, data }) => [subject, data['allowance'], data['was']])).toEqual([
      [A, `${uid}/6..8`, null],
      ['', null, `${uid}/6..8`],
    ]);
  });

  it('is no other version of the Blueprint: the approval that it serves still stands', async () => {
    const { stage, gateway } = await approved();
    const before = blueprintIn(stage);
    await keepAllowances(gateway);
    await stage.observe(15_000);
    const [view] = stage.observer.views();
    expect(view?.object.metadata.annotations).toHaveProperty([ALLOWANCE_ANNOTATION]);
    expect([view?.blueprint?.hash, view?.faults]).toEqual([stage.hash, undefined]);
    expect(blueprintIn(stage).metadata.generation).toBe(before.metadata.generation);
  });

  it('is waited for where the gateway is away: no failure, no slot, and done as soon as it is told', async () => {
    const { stage, turn, allowance, gateway } = await approved();
    await turn(60_000, 'away');
    expect(stage.status(A)).toMatchObject({ phase: 'Deferred', reason: 'DeniedByServer', changes: [] });
    expect(stage.status(A).message).toContain('outside 2..6 of Blueprint web');
    expect(stage.breaker()?.inFlight).toBeUndefined();
    expect(stage.breaker()?.breaker.failures ?? 0).toBe(0);
    await keepAllowances(gateway);
    await turn(150_000);
    expect([stage.replicas(), stage.writes(), stage.phase(A), allowance()]).toEqual([8, 1, 'Succeeded', undefined]);
  });

  it('expires with the time in which it may be carried out, and no gateway tells it later', async () => {
    const { stage, turn, allowance, gateway, phase } = await approved();
    await turn(11 * 60_000, 'away');
    expect([stage.phase(A), phase(A), stage.replicas()]).toEqual(['Expired', 'Expired', 6]);
    await keepAllowances(gateway);
    expect(allowance()).toBeUndefined();
  });

  it('lets the undo of a change that failed through, and is gone then', async () => {
    const { stage, turn, allowance, gateway, uid } = await approved();
    await keepAllowances(gateway);
    await turn(30_000);
    expect([stage.replicas(), allowance()]).toEqual([8, `${uid}/6..8`]);
    // Eight pods that nobody needs any more, and every answer is slow: it is taken back.
    stage.world.setLoad('shop/web', { rps: 40, cpu_m_per_rps: 5.2, latency_ms_base: 400 });
    await turn(240_000);
    expect([stage.phase(A), stage.replicas(), allowance()]).toEqual(['RolledBack', 6, undefined]);
  });

  it.each([
    ['rejected', async ({ says }: Bounded) => void (await says(A, { vote: 'reject' }, 'dana'))],
    ['not enough', async () => undefined],
  ])('is not told while votes are %s', async (_, then) => {
    const all = await open({ spec: { approval: { quorum: 2 } } });
    await all.ask(A, 8);
    await all.says(A, { vote: 'approve', choice: 'once' });
    await then(all);
    await all.turn(60_000);
    expect([all.allowance(), all.stage.replicas(), blueprintWrites(all)]).toEqual([undefined, 6, 0]);
  });

  it('is nothing where the limit itself is raised', async () => {
    const all = await open();
    await all.ask(A, 8);
    await all.says(A, { vote: 'approve', choice: 'update_blueprint' });
    await finishRaises(all.gateway);
    await keepAllowances(all.gateway);
    expect(all.allowance()).toBeUndefined();
  });

  it('is taken away where the world moved and people are asked anew', async () => {
    const { stage, gateway, turn, allowance } = await approved();
    await keepAllowances(gateway);
    expect(allowance()).toBeDefined();
    changeBlueprint(stage, (spec) => {
      spec['version'] = '1.0.1';
    });
    await turn(30_000);
    expect([stage.phase(A), allowance(), stage.replicas()]).toEqual(['AwaitingApproval', undefined, 6]);
  });

  it('is taken away by the clock of the gateway where the executor is dead', async () => {
    const { stage, gateway, allowance } = await approved();
    await keepAllowances(gateway);
    await stage.observe(9 * 60_000);
    await keepAllowances(gateway);
    expect(allowance()).toBeDefined();
    await stage.observe(2 * 60_000);
    await keepAllowances(gateway);
    expect(allowance()).toBeUndefined();
  });

  it.each([
    ['that nothing justifies', (uid: string) => `${uid}/0..99`],
    ['that is none', () => 'everything'],
  ])('%s is taken away by whichever gateway finds it', async (_, text) => {
    const all = await open();
    const { stage, turn, allowance, uid } = all;
    stage.world.edit(KINDS.Blueprint, 'shop', 'web', ({ metadata }) => {
      metadata.annotations = { note: 'ours', [ALLOWANCE_ANNOTATION]: text(uid) };
    });
    await turn(15_000);
    expect(allowance()).toBeUndefined();
    expect(blueprintIn(stage).metadata.annotations).toEqual({ note: 'ours' });
    await turn(60_000);
    expect(blueprintWrites(all)).toBe(1);
  });

  it('wider than it was approved is put right while it is under way', async () => {
    const { stage, gateway, turn, allowance, uid } = await approved();
    await keepAllowances(gateway);
    stage.world.edit(KINDS.Blueprint, 'shop', 'web', ({ metadata }) => {
      metadata.annotations = { [ALLOWANCE_ANNOTATION]: `${uid}/0..99` };
    });
    await turn(15_000);
    expect(allowance()).toBe(`${uid}/6..8`);
  });

  it('is not told again for a Decision of which somebody writes later that it had begun', async () => {
    const { stage, turn, allowance, gateway } = await approved();
    await turn(9 * 60_000, 'away');
    await stage.observe(3 * 60_000);
    stage.world.edit(KINDS.Decision, 'shop', A, (draft) => {
      const change = { id: `${A}.1`, kind: 'scale', before: '6', after: '8', undo: false, log: '' };
      const times = { intentAt: stage.clock.now(), appliedAt: stage.clock.now(), baseline: { breached: false } };
      draft.status = { ...(draft.status as object), phase: 'Verifying', changes: [{ ...change, ...times }] };
    });
    await stage.observe(15_000);
    await keepAllowances(gateway);
    expect(allowance()).toBeUndefined();
  });

  it.each(['before the journal', 'before the write', 'after the write'])(
    'is told by the next gateway where the first was killed %s, and taken away by the one after that',
    async (moment) => {
      const { stage, gateway, turn, allowance, uid } = await approved();
      const killed = (at: string): GatewayDeps => ({
        ...gateway,
        ...(at === 'before the journal' && {
          observer: { ...gateway.observer, approvals: die, views: die, decisions: die },
        }),
        ...(at === 'before the write' && { records: { ...gateway.records, replace: die } }),
        ...(at === 'after the write' && {
          records: {
            ...gateway.records,
            replace: async (...args: Parameters<typeof gateway.records.replace>) => {
              await gateway.records.replace(...args);
              return die();
            },
          },
        }),
      });
      const next: GatewayDeps = { ...gateway, journal: new MemoryJournal(stage.clock, 'gateway-next') };
      await expect(keepAllowances(killed(moment))).rejects.toThrow('killed');
      await keepAllowances(next);
      expect(allowance()).toBe(`${uid}/6..8`);
      await turn(150_000, 'away');
      expect([stage.phase(A), stage.writes(), allowance()]).toEqual(['Succeeded', 1, `${uid}/6..8`]);
      await expect(keepAllowances(killed(moment))).rejects.toThrow('killed');
      await turn(15_000, next);
      expect(allowance()).toBeUndefined();
    },
  );

  it('is told once by two gateways, of which the slower finds it told', async () => {
    const all = await approved();
    const { stage, gateway, allowance, uid } = all;
    const other: GatewayDeps = { ...gateway, journal: new MemoryJournal(stage.clock, 'gateway-other') };
    const looks = await Promise.all([keepAllowances(gateway), keepAllowances(other)]);
    expect(looks.filter(({ againAt }) => againAt !== undefined).length).toBeLessThanOrEqual(1);
    expect(allowance()).toBe(`${uid}/6..8`);
    await keepAllowances(other);
    expect(allowance()).toBe(`${uid}/6..8`);
  });

  it('is not told where it cannot be recorded, and taken away all the same', async () => {
    const { stage, gateway, turn, allowance } = await approved();
    const journal = new MemoryJournal(stage.clock, 'gateway-full');
    const full: GatewayDeps = { ...gateway, journal };
    journal.unwritable = 'no space left on device';
    expect(await keepAllowances(full)).toHaveProperty('againAt');
    expect(allowance()).toBeUndefined();
    journal.unwritable = undefined;
    await keepAllowances(full);
    await turn(150_000, 'away');
    journal.unwritable = 'no space left on device';
    await keepAllowances(full);
    expect([stage.phase(A), allowance()]).toEqual(['Succeeded', undefined]);
  });

  it('of two for one service is the one that was approved first, and then the other', async () => {
    const all = await open({
      load: { rps: 1, cpu_m_per_rps: 5, latency_ms_base: 50 },
      spec: {
        governance: {
          agent_authority: {
            allowed_operations: ['scale_within_limits'],
            requires_approval: [
              { operation: 'scale_beyond_limits', approvers: ['devops-team'] },
              { operation: 'scale_to_zero', approvers: ['devops-team'] },
            ],
          },
        },
      },
    });
    const { stage, gateway, allowance, uid } = all;
    const ann = { requester: { kind: 'person', name: 'ann' } } as const;
    await all.ask(A, 8, ann);
    await all.ask(B, 0, { ...ann, requester: { kind: 'person', name: 'ben' }, operation: 'scale_to_zero' });
    for (const by of ['omar', 'dana']) await all.says(B, { vote: 'approve', choice: 'once' }, by);
    await keepAllowances(gateway);
    expect(allowance()).toBe(`${uid}/0..6`);
    await stage.world.advance(1_000);
    expect(await all.says(A, { vote: 'approve', choice: 'once' })).toBe('approved');
    await stage.observe(15_000);
    await keepAllowances(gateway);
    expect(allowance()).toBe(`${uid}/0..6`);
    stage.world.edit(KINDS.Decision, 'shop', B, (draft) => {
      draft.status = { ...(draft.status as object), phase: 'Superseded' };
    });
    await stage.observe(15_000);
    await keepAllowances(gateway);
    expect(allowance()).toBe(`${uid}/6..8`);
  });

  it('costs no request while nothing is allowed', async () => {
    const { stage, gateway } = await open();
    const before = stage.port.calls.length;
    for (let look = 0; look < 5; look += 1) expect(await keepAllowances(gateway)).toEqual({});
    expect(stage.port.calls.length).toBe(before);
  });
});
