import { describe, expect, it } from 'vitest';
import { GuardedModel } from '../src/agents/model/guardedModel.ts';
import { ModelBudget } from '../src/agents/model/modelBudget.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { ChatModel } from '../src/ports/model.ts';
import { answerOf } from '../src/testing/modelReplies.ts';
import { ASKED, BESIDE, play, SITUATIONS } from './stages/hostileStage.ts';

const [hot] = SITUATIONS;

/** Agrees with the rules, at a price. */
function agreeing(tokens: number) {
  const state = { asked: [] as string[] };
  const complete: ChatModel['complete'] = async ({ about }) => {
    const service = about?.service ?? '';
    state.asked.push(service);
    const args = JSON.stringify({ service, replicas: 3, reason: 'CPU 85%' });
    return answerOf({
      finish: 'calls',
      calls: [{ id: 'a', name: 'scale', arguments: args }],
      promptTokens: tokens,
      cachedTokens: tokens / 2,
      completionTokens: 100,
    });
  };
  return { state, model: { label: 'm', complete } satisfies ChatModel };
}

function guarded(model: ChatModel, limits: { all: number; service: number }) {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const budget = new ModelBudget({ tokensPerHour: limits.all, tokensPerHourAndService: limits.service });
  const prices = { prompt: 2, cached: 1, completion: 8 };
  return (clock: Clock): ChatModel => new GuardedModel(model, { clock, log, budget, prices });
}

describe('hourly tokens, in the whole product', () => {
  it('let a model propose while there are some, and what it cost stands in the Decision', async () => {
    const { model } = agreeing(2_000);
    const { end, decisions } = await play(hot, { model: guarded(model, { all: 1_000_000, service: 100_000 }) });
    expect(end.replicas).toEqual([3, 3]);
    const origins = decisions.filter(({ status }) => status?.phase === 'Succeeded').map(({ spec }) => spec.origin);
    expect(origins).toHaveLength(2);
    for (const origin of origins) {
      expect(origin).toMatchObject({ role: 'decision-engine', promptTokens: 2_000, cachedTokens: 1_000 });
      expect(origin.cost).toBeCloseTo(0.0038, 10);
    }
  });

  it('that are not enough for one exchange leave the rules alone: they act, and the Decision says why', async () => {
    const { model, state } = agreeing(2_000);
    const { end, decisions } = await play(hot, { model: guarded(model, { all: 1_000_000, service: 500 }) });
    expect(end).toEqual((await play(hot, {})).end);
    expect(state.asked).toEqual([]);
    for (const { spec } of decisions) {
      expect(spec.origin).toMatchObject({ role: 'rules', model: 'rules planner' });
      expect(spec.origin.note).toMatch(/^model:overBudget: the hourly tokens of shop\/\w+ are used up: 0 of 500 spent/);
    }
  });

  it('are shared: what one service spends of all, the other does not have; both are served in the same tick', async () => {
    const { model, state } = agreeing(2_000);
    const { end, decisions } = await play(hot, { model: guarded(model, { all: 3_000, service: 3_000 }) });
    expect(end.replicas).toEqual([3, 3]);
    expect(state.asked).toHaveLength(1);
    const roles = decisions.filter(({ status }) => status?.phase === 'Succeeded').map(({ spec }) => spec.origin.role);
    expect(roles.toSorted()).toEqual(['decision-engine', 'rules']);
    expect([`shop/${ASKED}`, `shop/${BESIDE}`]).toContain(state.asked[0]);
  });
});
