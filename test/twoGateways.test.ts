import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayDeps } from '../src/gateway/deps.ts';
import { type Proposed, propose } from '../src/gateway/propose.ts';
import { Turns } from '../src/gateway/turns.ts';
import { KINDS } from '../src/schema/kube.ts';
import { MemoryJournal } from '../src/testing/memoryJournal.ts';
import { openRequests, type Requests, scaleTo } from './stages/requestStage.ts';
import { identity } from './stages/viewStage.ts';

let stages: Requests[] = [];
afterEach(() => {
  for (const { stage } of stages) stage.close();
  stages = [];
});

/** Numbers that look like chance and are the same each time. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** A replica of the gateway on the same cluster: turns, ids and journal of its own, and a way to the API server that dawdles. */
function replica({ stage, gateway }: Requests, n: number, draw: () => number): GatewayDeps {
  const dawdle = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let left = Math.floor(draw() * 12); left > 0; left -= 1) await Promise.resolve();
    return work();
  };
  const { reader, records } = gateway;
  return {
    ...gateway,
    reader: {
      ...reader,
      get: (...asked) => dawdle(() => reader.get(...asked)),
      list: (...asked) => dawdle(() => reader.list(...asked)),
    },
    records: { ...records, create: (...asked) => dawdle(() => records.create(...asked)) },
    journal: new MemoryJournal(stage.clock, `gateway-${n}`),
    turns: new Turns(stage.clock, { wishes: 10_000, questions: 10_000 }),
  };
}

async function open(seed = 1) {
  const one = await openRequests();
  stages.push(one);
  const draw = draws(seed);
  const gateways = [replica(one, 1, draw), replica(one, 2, draw)];
  const ask = async (at: number, replicas: number, who = 'ann', tool = 'scale'): Promise<Proposed> => {
    const gateway = gateways[at];
    if (gateway === undefined) throw new Error('no such gateway');
    const args = tool === 'scale' ? scaleTo(replicas) : { service: 'shop/web' };
    const wish = { tool, arguments: args, reason: 'the sale begins' };
    const done = await propose(gateway, identity(who), { face: 'cli' }, wish);
    if (!done.ok) throw new Error(done.error.message);
    return done.value;
  };
  return { ...one, gateways, ask };
}

describe('two gateways that are asked for the same at once', () => {
  it('make one Decision and name it both, however they overlap', async () => {
    const { ask, made } = await open();
    for (let round = 1; round <= 100; round += 1) {
      const both = await Promise.all([ask(0, round), ask(1, round)]);
      expect(made()).toHaveLength(round);
      expect(both[0]?.decision?.name).toBe(both[1]?.decision?.name);
      expect(both.map(({ again }) => again).sort()).toEqual([false, true]);
    }
  });

  it.each(['restart_pods', 'delete_deployment'])('make one of %s too', async (tool) => {
    const { ask, made } = await open(7);
    const all = await Promise.all([0, 1, 0, 1, 0, 1].map((at) => ask(at, 0, 'ann', tool)));
    expect(made()).toHaveLength(1);
    expect(new Set(all.map(({ decision }) => decision?.name)).size).toBe(1);
  });

  it('make two of two people, and of two numbers', async () => {
    const { ask, made } = await open(3);
    await Promise.all([ask(0, 3, 'ann'), ask(1, 3, 'ben'), ask(0, 4, 'ann')]);
    expect(made()).toHaveLength(3);
  });

  it('have the call of each Decision in a journal under its name, once', async () => {
    const { ask, made, gateways } = await open(5);
    await Promise.all([ask(0, 3), ask(1, 3)]);
    await ask(0, 3);
    const name = made()[0]?.metadata.name;
    for (const { journal } of gateways) {
      if (!(journal instanceof MemoryJournal)) throw new Error('the journal is no longer in memory');
      expect(journal.of('call').filter(({ subject }) => subject === name).length).toBeLessThanOrEqual(1);
    }
  });

  it('make a new one, of another name, when the first came to nothing', async () => {
    const { ask, made, stage } = await open(9);
    const first = await ask(0, 3);
    stage.world.edit(KINDS.Decision, 'shop', first.decision?.name ?? '', (draft) => {
      Object.assign(draft, {
        status: { ...(draft.status as object), phase: 'Failed', reason: 'Test', message: '', history: [], changes: [] },
      });
    });
    await stage.world.advance(1);
    const [second, third] = await Promise.all([ask(0, 3), ask(1, 3)]);
    expect(second.decision?.name).toBe(third.decision?.name);
    expect(second.decision?.name).not.toBe(first.decision?.name);
    expect(made()).toHaveLength(2);
  });
});
