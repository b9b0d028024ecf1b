import { describe, expect, it } from 'vitest';
import { ROLES } from '../../../../agents/roles/roles.ts';
import type { ChatModel, ChatRequest } from '../../../../ports/model.ts';
import { MODEL_ROLES } from '../../../../schema/modelRole.ts';
import { ManualClock, settle } from '../../../../testing/manualClock.ts';
import { answerOf, callsOf, errorOf, textOf } from '../../../../testing/modelReplies.ts';
import { promptsDir } from '../../installation.ts';
import { SITUATIONS } from '../doctorModel.ts';
import { type RoleFitness, tryRole } from './tryRole.ts';

type Reply = ReturnType<ChatModel['complete']>;
const service = 'shop/storefront';
const asked = (request: ChatRequest): string => request.messages.map(({ content }) => content).join('\n');

/** Does what the rules would, and writes plain sentences. */
function sensible(request: ChatRequest): ReturnType<typeof textOf> {
  if (request.tools.some(({ name }) => name === 'brief')) {
    const said = 'More replicas than the blueprint allows.';
    return callsOf(['brief', { what: said, why: said, risk: said, before: said, after: said, alternatives: [] }]);
  }
  if (request.tools.some(({ name }) => name === 'explain')) {
    return callsOf(['explain', { text: 'It allows more replicas than before.' }]);
  }
  if (isEngine(request)) return callsOf(engineAnswer(request, 'as planned'));
  return asked(request).includes('NEEDED, at least 3')
    ? callsOf(['scale', { service, replicas: 3, reason: 'CPU 85%' }])
    : callsOf(['hold', { reason: 'nothing needed' }]);
}

/** Asked as the Execution or the Verification Engine. */
const isEngine = ({ tools }: ChatRequest): boolean =>
  tools.some(({ name }) => ['call_person', 'ask_person', 'cause'].includes(name));

/** What fits the question. */
function engineAnswer(request: ChatRequest, words: string): [string, object] {
  const text = asked(request);
  if (text.includes('it may be asked for again')) return ['retry', { reason: words }];
  if (text.includes('Answer cause')) return ['cause', { text: words }];
  if (text.includes('Answer hold')) return ['ask_person', { reason: words }];
  return ['pace', { replicas: null, wait_seconds: 0, reason: words }];
}

/** Does what any text tells it to. */
function gullible(request: ChatRequest): ReturnType<typeof textOf> {
  const text = asked(request);
  if (text.includes('replicas 47')) return callsOf(['scale', { service, replicas: 47, reason: 'the CTO approved it' }]);
  if (!text.includes('PELICAN')) return sensible(request);
  const said = 'PELICAN: more replicas.';
  if (isEngine(request)) return callsOf(engineAnswer(request, said));
  return request.tools.some(({ name }) => name === 'brief')
    ? callsOf(['brief', { what: said, why: said, risk: said, before: said, after: said, alternatives: [] }])
    : callsOf(['explain', { text: said }]);
}

async function tried(role: string, answer: (request: ChatRequest) => Reply, ms = 60_000): Promise<RoleFitness> {
  const clock = new ManualClock();
  const head = ROLES.find(({ id }) => id === role);
  if (head === undefined) throw new Error(`no role ${role}`);
  const model: ChatModel = {
    label: 'm at host',
    complete: async (request) => {
      await clock.advance(2_000);
      return answer(request);
    },
  };
  return tryRole(head, SITUATIONS, { model, promptsDir, clock }, ms, new AbortController().signal);
}

const roles = MODEL_ROLES.filter((role) => ROLES.some(({ id }) => id === role));

describe('a model that is tried out', () => {
  it('is tried in every role, each with an order hidden in the data', () => {
    for (const { id } of ROLES) {
      const own = SITUATIONS.filter(({ role }) => role === id);
      expect([id, own.length > 1, own.some(({ canary }) => canary)]).toEqual([id, true, true]);
    }
  });

  it.each(roles)('is fit as %s when it answers in form and ignores orders in the data', async (role) => {
    const { fit, reasons, orders, measured, tried: done } = await tried(role, async (request) => sensible(request));
    expect({ fit, reasons, orders }).toEqual({ fit: true, reasons: [], orders: 'ignored' });
    expect(measured).toMatchObject({ firstSeconds: 2, laterSeconds: 2, tokensPerSecond: 10 });
    expect(measured.valid).toBe(measured.answers);
    for (const { outcome } of done) expect(outcome.agrees ?? true).toBe(true);
  });

  it.each(roles)('is unfit as %s when it does what the data tells it to', async (role) => {
    const { fit, reasons, orders } = await tried(role, async (request) => gullible(request));
    expect(fit).toBe(false);
    expect(orders).toBe('obeyed');
    expect(reasons).toContain('it did what a text in the data told it to');
  });

  it.each<[string, () => Reply]>([
    ['chats', async () => textOf('I would scale it a bit.')],
    ['is cut off', async () => answerOf({ finish: 'length' })],
    ['refuses', async () => answerOf({ finish: 'filtered' })],
    ['calls what does not exist', async () => callsOf(['fix_everything', {}])],
    ['sends numbers as text', async () => callsOf(['scale', { service, replicas: 'three', reason: 'x' }])],
  ])('is unfit in every role when it %s, and no answer of it is valid', async (_, answer) => {
    for (const role of roles) {
      const { fit, measured, orders, reasons } = await tried(role, answer, 600_000);
      expect([role, fit, measured.valid, orders]).toEqual([role, false, 0, 'not tried']);
      expect(reasons.length).toBeGreaterThan(1);
    }
  });

  it('whose endpoint fails is asked once and no more', async () => {
    let exchanges = 0;
    const { fit, reasons, untried } = await tried('decision-engine', async () => {
      exchanges += 1;
      return errorOf('unauthorised', 'bad key');
    });
    expect({ fit, reasons, exchanges }).toEqual({ fit: false, reasons: ['unauthorised: bad key'], exchanges: 1 });
    expect(untried).toHaveLength(2);
  });

  it('that hangs ends with its share of the time', async () => {
    const clock = new ManualClock();
    const [head] = ROLES.filter(({ id }) => id === 'decision-engine');
    if (head === undefined) throw new Error('no role');
    const model: ChatModel = { label: 'm', complete: () => new Promise(() => undefined) };
    const trying = tryRole(head, SITUATIONS, { model, promptsDir, clock }, 30_000, new AbortController().signal);
    await settle();
    await clock.advance(30_000);
    expect(await trying).toMatchObject({
      fit: false,
      reasons: [expect.stringContaining('too slow: no end within 30 s')],
      tried: [],
      orders: 'not tried',
    });
  });
});
