import { describe, expect, it } from 'vitest';
import { CALM, SCALING, type Stage, type StageOptions } from '../../test/stages/executorStage.ts';
import { openTranscript, type Told } from '../../test/stages/executorTranscript.ts';
import { NEW_COUNTERS } from '../schema/counters.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import type { DecisionSpec } from '../schema/records.ts';
import type { CallFault } from '../world/portFaults.ts';

const A = 'web-aaaaaaaaaa';
const B = 'web-bbbbbbbbbb';
const MINUTE = 60_000;
const ANN: DecisionSpec['requester'] = { kind: 'person', name: 'ann' };
const UP: Partial<DecisionSpec> = { arguments: { replicas: 3 } };
const DOWN: Partial<DecisionSpec> = { arguments: { replicas: 2 }, requester: ANN };
const ABOVE: Partial<DecisionSpec> = { arguments: { replicas: 8 }, operation: 'scale_beyond_limits' };
const SLOW = { ...CALM, latency_ms_base: 280 };
const CALM_THREE: StageOptions = { replicas: 3, load: CALM };
const GROWN: StageOptions = { replicas: 6, load: { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 50 } };

const NO_ANSWER = { code: 'unavailable', message: 'connection reset', uncertain: true } as const;
const DOWN_NOW = { code: 'unavailable' } as const;
const WRITE = { verb: 'patch', kind: 'Deployment', sparesDryRuns: true } as const;
const SLOT = { verb: 'update', kind: 'CircuitBreaker', path: '/web/status' } as const;
const FLEET_SLOT = { verb: 'update', kind: 'CircuitBreaker', path: '/fleet/status' } as const;
const STATUS = { verb: 'update', kind: 'Decision' } as const;

/** What no schema lets in, as an older one may have. */
function smuggle(stage: Stage, kind: 'Decision' | 'ApprovalRequest', name: string, spec: object): void {
  const object = stage.world.objects.get(KINDS[kind], 'shop', name);
  if (object === undefined) throw new TypeError(`there is no ${kind} ${name}`);
  const { status: _status, ...rest } = object;
  stage.world.objects.change(
    KINDS[kind],
    { ...rest, spec: { ...(object.spec as object), ...spec } },
    'someone',
    'spec',
  );
}

function changeBlueprint(stage: Stage, edit: (draft: KubeObject) => void): void {
  stage.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => edit(draft));
}

async function harmfulDown({ stage, executor }: Told): Promise<void> {
  await stage.wish(A, DOWN);
  await executor.pass();
  stage.world.setLoad('shop/web', SLOW);
}

/** Slots of the fleet that nobody holds any more, and one of long ago. */
function leaveFleet(stage: Stage): void {
  const { apiVersion, kind } = KINDS.CircuitBreaker;
  const now = stage.clock.now();
  const slot = { service: 'shop/web', disruptive: true, inFlight: true };
  const operations = [
    { ...slot, decision: 'web-gone', changeId: 'web-gone.1', at: now - 90_000 },
    { ...slot, decision: 'web-new', changeId: 'web-new.1', at: now },
    { ...slot, service: 'shop/db', decision: 'db-gone', changeId: 'db-gone.1', at: now - 90_000 },
  ];
  stage.world.apply({
    apiVersion,
    kind,
    metadata: { name: 'fleet', namespace: 'agent-system' },
    spec: { holds: [] },
    status: { ...NEW_COUNTERS, fleet: { operations } },
  });
}

interface Course {
  readonly of: string;
  readonly on?: StageOptions;
  readonly play: (told: Told) => Promise<unknown>;
}

describe('what the executor does, call by call, where', () => {
  it.each<Course>([
    {
      of: 'theLogIsFull',
      play: async ({ stage, run }) => {
        stage.journal.unwritable = 'no space left on device';
        await stage.wish(A, UP);
        await run(30_000);
        stage.journal.unwritable = undefined;
        await run(15_000);
        stage.journal.unwritable = 'no space left on device';
        await run(2 * MINUTE);
        stage.journal.unwritable = undefined;
        await run(30_000);
      },
    },
    {
      of: 'itsDecisionIsDeleted',
      play: async ({ stage, run, executor }) => {
        await stage.wish(A, UP);
        await executor.pass();
        stage.world.remove(KINDS.Decision, 'shop', A);
        await run(MINUTE);
      },
    },
    {
      of: 'itsDecisionIsMadeAgain',
      on: { replicas: 8, load: CALM, spec: { scaling: { ...SCALING, max_replicas: 10 } } },
      play: async ({ stage, run }) => {
        await stage.wish(A, { ...DOWN, arguments: { replicas: 7 } });
        await run(15_000);
        stage.world.remove(KINDS.Decision, 'shop', A);
        await stage.wish(A, { ...DOWN, arguments: { replicas: 6 } });
        await run(MINUTE);
      },
    },
    {
      of: 'itsTargetIsDeleted',
      play: async ({ stage, run, executor }) => {
        await stage.wish(A, UP);
        await executor.pass();
        stage.world.remove(KINDS.Deployment, 'shop', 'web', { afterMs: 600_000 });
        await stage.wish(B, UP);
        await run(45_000);
      },
    },
    {
      of: 'itsBlueprintIsDeleted',
      on: CALM_THREE,
      play: async (told) => {
        await harmfulDown(told);
        told.stage.world.remove(KINDS.Blueprint, 'shop', 'web');
        await told.stage.wish(B, UP);
        await told.run(90_000);
      },
    },
    {
      of: 'itsCountersAreDeleted',
      play: async ({ stage, run, now }) => {
        await stage.wish(A, UP);
        await run(15_000);
        now('somebody deletes the counters');
        stage.world.remove(KINDS.CircuitBreaker, 'shop', 'web');
        await run(2 * MINUTE);
        now('and again, with nothing in flight');
        stage.world.remove(KINDS.CircuitBreaker, 'shop', 'web');
        await run(30_000);
        now('and writes them');
        stage.world.edit(KINDS.CircuitBreaker, 'shop', 'web', (draft) => {
          draft.status = { ...(draft.status as object), reverts: 7 };
        });
        await run(30_000);
      },
    },
    {
      of: 'slotsOfTheFleetAreLeft',
      on: CALM_THREE,
      play: async ({ stage, run }) => {
        leaveFleet(stage);
        await run(MINUTE);
      },
    },
    {
      of: 'theClockIsAhead',
      play: async ({ stage, run, executor }) => {
        await stage.wish(A, UP);
        await executor.pass();
        await run(15_000);
      },
    },
    {
      of: 'aDecisionCannotBeRead',
      play: async ({ stage, run }) => {
        await stage.wish(A, { ...UP, target: { kind: 'Deployment', namespace: 'production', name: 'web' } });
        await run(15_000);
        smuggle(stage, 'Decision', A, { arguments: { replicas: 'many' } });
        await run(30_000);
      },
    },
    {
      of: 'aBlueprintIsRefused',
      play: async ({ stage, run, now }) => {
        await run(15_000);
        now('a version that cannot be read');
        changeBlueprint(stage, (draft) => {
          const agent_authority = {
            allowed_operations: ['scale_within_limits'],
            requires_approval: [{ operation: 'scale_beyond_limits', condition: 'size(', approvers: ['devops-team'] }],
          };
          draft.spec = { ...(draft.spec as object), version: '1.0.1', governance: { agent_authority } };
        });
        stage.port.failNext({ verb: 'create', kind: 'Event', code: 'unavailable' });
        stage.port.failNext({ verb: 'update', kind: 'Blueprint', code: 'unavailable' });
        await run(45_000);
        now('eleven good ones');
        for (let max = 7; max <= 17; max++) {
          changeBlueprint(stage, (draft) => {
            const { governance: _governance, ...spec } = draft.spec as Record<string, unknown>;
            const governance = { agent_authority: { allowed_operations: ['scale_within_limits'] } };
            draft.spec = { ...spec, version: `1.1.${max}`, governance, scaling: { ...SCALING, max_replicas: max } };
          });
          if (max === 8) stage.port.failNext({ verb: 'list', kind: 'ControllerRevision', code: 'unavailable' });
          if (max === 9) stage.port.failNext({ verb: 'create', kind: 'ControllerRevision', code: 'unavailable' });
          if (max === 10) stage.port.failNext({ verb: 'get', kind: 'Blueprint', code: 'unavailable' });
          await run(15_000);
        }
        await run(15_000);
      },
    },
    {
      of: 'requestsAreLeft',
      on: GROWN,
      play: async ({ stage, run, now }) => {
        await stage.wish(A, ABOVE);
        await run(15_000);
        now('its request is deleted');
        stage.world.remove(KINDS.ApprovalRequest, 'shop', A);
        await run(30_000);
        now('its Decision is deleted');
        stage.world.remove(KINDS.Decision, 'shop', A);
        await run(30_000);
        await stage.wish(B, ABOVE);
        await run(15_000);
        now('its request is for something else');
        smuggle(stage, 'ApprovalRequest', B, { decisionUid: 'another' });
        await run(30_000);
      },
    },
    {
      of: 'rivalsAsk',
      on: GROWN,
      play: async ({ stage, run }) => {
        await stage.wish(A, ABOVE);
        await run(15_000);
        await stage.wish(B, ABOVE);
        await stage.wish('web-c', { ...ABOVE, arguments: { replicas: 9 } });
        await run(15_000);
        await stage.wish('web-d', { ...ABOVE, arguments: { replicas: 10 }, requester: ANN });
        await run(15_000);
        await stage.wish('web-e', { ...ABOVE, arguments: { replicas: 9 } });
        await run(15_000);
        await stage.wish('web-f', { ...ABOVE, arguments: { replicas: 12 }, requester: ANN });
        stage.port.failNext({ verb: 'list', kind: 'ApprovalRequest', code: 'unavailable' });
        await run(30_000);
      },
    },
    {
      of: 'recordsAreOld',
      on: { ...CALM_THREE, load: { rps: 1 } },
      play: async ({ stage, executor }) => {
        for (const name of ['web-old', 'web-older']) await stage.wish(name, { tool: 'pace', parent: 'web-nobody' });
        await executor.pass();
        await stage.wish(A, ABOVE);
        await executor.pass();
        for (const hours of [24 * 7 - 1, 2]) {
          await stage.world.advance(hours * 3_600_000);
          stage.port.failNext({ verb: 'delete', kind: 'Decision', code: 'unavailable' });
          await executor.pass();
          await stage.observe(15_000);
          await executor.pass();
        }
      },
    },
    {
      of: 'theWholeClusterIsStopped',
      on: CALM_THREE,
      play: async ({ stage, run, now }) => {
        const { apiVersion, kind } = KINDS.CircuitBreaker;
        const metadata = { name: 'fleet', namespace: 'agent-system' };
        const hold = { what: 'all', by: 'ann', reason: 'incident 4711', at: '2026-01-05T00:00:00Z' };
        const set = (...kinds: string[]): void => {
          const holds = kinds.map((one) => ({ ...hold, kind: one }));
          stage.world.apply({ apiVersion, kind, metadata, spec: { holds } });
        };
        set('stop', 'breaker', 'pause');
        stage.port.failNext({ ...FLEET_SLOT, code: 'conflict' });
        await run(30_000);
        now('ann lifts the stop');
        set('breaker');
        stage.port.failNext({ ...FLEET_SLOT, ...DOWN_NOW });
        await run(45_000);
        set();
        await run(15_000);
        set('breaker');
        stage.port.failNext({ ...FLEET_SLOT, ...DOWN_NOW, times: 2 });
        await run(45_000);
      },
    },
    {
      of: 'theApiServerIsIll',
      on: { ...CALM_THREE, apiHealth: true },
      play: async ({ stage, run, executor }) => {
        stage.port.failNext({ verb: 'get', kind: 'Deployment', ...DOWN_NOW, times: 60 });
        for (let n = 0; n < 60; n++) await stage.port.reader.get(KINDS.Deployment, 'shop', 'web');
        await stage.wish(A, DOWN);
        await run(30_000);
        await stage.observe(6 * MINUTE);
        await executor.pass();
        await run(15_000);
      },
    },
  ])('$of', async ({ of, on, play }) => {
    const ahead = (stage: Stage) => ({
      clock: { ...stage.clock, now: () => stage.clock.now() + 3_600_000, sleep: () => Promise.resolve() },
    });
    const told = await openTranscript(on, of === 'theClockIsAhead' ? ahead : undefined);
    try {
      await play(told);
    } finally {
      told.stage.close();
    }
    await expect(told.text()).toMatchFileSnapshot(`transcripts/${of}.txt`);
  });
});

const FAULTS: Readonly<Record<string, readonly CallFault[]>> = {
  writeLost: [{ ...WRITE, ...NO_ANSWER }],
  writeDone: [{ ...WRITE, ...NO_ANSWER, afterApply: true }],
  writeDenied: [{ ...WRITE, code: 'denied' }],
  writeConflict: [{ ...WRITE, code: 'conflict' }],
  tryFails: [{ verb: 'patch', kind: 'Deployment', ...DOWN_NOW }],
  slotConflict: [{ ...SLOT, code: 'conflict' }],
  slotUnavailable: [{ ...SLOT, ...DOWN_NOW }],
  slotLost: [{ ...SLOT, ...NO_ANSWER }],
  slotDone: [{ ...SLOT, ...NO_ANSWER, afterApply: true }],
  slotConflictAndUnread: [
    { ...SLOT, code: 'conflict' },
    { verb: 'get', kind: 'CircuitBreaker', path: '/web', ...DOWN_NOW, times: 2 },
  ],
  fleetSlotConflict: [{ ...FLEET_SLOT, code: 'conflict' }],
  fleetSlotLost: [{ ...FLEET_SLOT, ...NO_ANSWER }],
  statusConflict: [{ ...STATUS, code: 'conflict' }],
  statusDone: [{ ...STATUS, ...NO_ANSWER, afterApply: true }],
  eventsFail: [{ verb: 'create', kind: 'Event', ...DOWN_NOW, times: 2 }],
  decisionUnread: [{ verb: 'get', kind: 'Decision', ...DOWN_NOW, times: 2 }],
  targetUnread: [{ verb: 'get', kind: 'Deployment', ...DOWN_NOW, times: 2 }],
};

/** Whether it was done is known once no permit of then lives any more. */
const isLost = (faults: readonly CallFault[]): boolean =>
  faults.some(({ uncertain, afterApply }) => uncertain === true && afterApply !== true);

/** Of one step each: a scale-down, its end, and its undo. */
describe('what the executor does, call by call, when a call fails', () => {
  it.each(Object.entries(FAULTS))('at first: %s', async (name, faults) => {
    const told = await openTranscript(CALM_THREE);
    await told.stage.wish(A, DOWN);
    for (const fault of faults) told.stage.port.failNext(fault);
    await told.executor.pass();
    await told.run(isLost(faults) ? 45_000 : 15_000);
    told.stage.close();
    await expect(told.text()).toMatchFileSnapshot(`transcripts/faults/${name}.txt`);
  });

  it.each(Object.entries(FAULTS))('at its undo: %s', async (name, faults) => {
    const told = await openTranscript(CALM_THREE);
    await told.stage.wish(A, DOWN);
    await told.executor.pass();
    told.stage.world.setLoad('shop/web', SLOW);
    await told.run(30_000);
    told.from();
    for (const fault of faults) told.stage.port.failNext(fault);
    await told.run(isLost(faults) ? 75_000 : 30_000);
    told.stage.close();
    await expect(told.text()).toMatchFileSnapshot(`transcripts/faults/undo-${name}.txt`);
  });
});

describe('what the executor does, call by call, when a call of an approval fails', () => {
  it.each(
    Object.entries<readonly CallFault[]>({
      requestConflict: [{ verb: 'create', kind: 'ApprovalRequest', code: 'conflict' }],
      requestUnavailable: [{ verb: 'create', kind: 'ApprovalRequest', ...DOWN_NOW }],
      requestsUnread: [{ verb: 'get', kind: 'ApprovalRequest', ...DOWN_NOW, times: 2 }],
      statusConflict: [{ ...STATUS, code: 'conflict' }],
      writeDenied: [{ ...WRITE, code: 'denied' }],
      endConflict: [{ verb: 'update', kind: 'ApprovalRequest', code: 'conflict' }],
      endUnavailable: [{ verb: 'update', kind: 'ApprovalRequest', ...DOWN_NOW }],
    }),
  )('%s', async (name, faults) => {
    const told = await openTranscript(GROWN);
    await told.stage.wish(A, ABOVE);
    for (const fault of faults) told.stage.port.failNext(fault);
    await told.run(30_000);
    told.stage.port.heal();
    await told.run(15_000);
    await told.stage.vote(A);
    for (const fault of faults) told.stage.port.failNext(fault);
    await told.run(45_000);
    told.stage.close();
    await expect(told.text()).toMatchFileSnapshot(`transcripts/faults/approval-${name}.txt`);
  });
});
