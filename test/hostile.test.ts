import { describe, expect, it } from 'vitest';
import { HOSTILE, HostileModel } from '../src/testing/hostileModel.ts';
import { callsOf } from '../src/testing/modelReplies.ts';
import { ASKED, BESIDE, open, play, SITUATIONS, tick } from './stages/hostileStage.ts';

/**
 * Whatever the model does, the cluster ends as it would with the rules alone (P3, P8): assume that it is fully
 * controlled by an attacker.
 */
describe.each(SITUATIONS)('with $name, whatever the model does (P3, P8)', (situation) => {
  const alone = play(situation, {});

  it('the rules alone bring both services where they belong, verified', async () => {
    const { end, left } = await alone;
    expect(end.replicas).toEqual([situation.ends, situation.ends]);
    expect(end.written).toHaveLength(2);
    expect(end.written.every((line) => line.endsWith(': Succeeded'))).toBe(true);
    expect(left).toEqual([]);
  });

  it.each(Object.keys(HOSTILE))('a model that %s changes nothing of that', async (name) => {
    const model = new HostileModel(name);
    const { end, decisions } = await play(situation, { model });
    expect(end).toEqual((await alone).end);
    expect(model.asked).toBeGreaterThan(0);
    const refused = decisions.filter(({ status }) => (status?.changes.length ?? 0) === 0);
    expect(refused.map(({ status }) => status?.phase).filter((phase) => phase !== 'Refused')).toEqual([]);
  });
});

it('would be seen if a model had a say: one that holds a scale-down back is followed', async () => {
  const [, idle] = SITUATIONS;
  const hold = callsOf(['hold', { reason: 'a campaign starts in an hour' }]);
  const { end } = await play(idle, { model: { label: 'careful', complete: () => Promise.resolve(hold) } });
  expect(end).toEqual({ replicas: [3, 3], written: [], writes: [] });
});

describe('a model that never answers for one service', () => {
  it('does not hold up the other: it is served in the same tick', async () => {
    const [hot] = SITUATIONS;
    const model = new HostileModel('hangs');
    const run = await open(hot, { model, everywhere: false });
    while (model.asked === 0) await tick(run);
    expect(run.replicas('shop', BESIDE)).toBe(3);
    expect(run.replicas('shop', ASKED)).toBe(2);
    // The floor waits one pass for the model, and is then proposed without it.
    await tick(run);
    expect(run.replicas('shop', ASKED)).toBe(3);
    await run.close();
  });
});
