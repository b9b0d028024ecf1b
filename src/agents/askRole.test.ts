import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { err, ok } from '../kernel/result.ts';
import { Origin } from '../schema/records.ts';
import { HOSTILE, HostileModel } from '../testing/hostileModel.ts';
import { ManualClock, settle } from '../testing/manualClock.ts';
import { answerOf, callsOf, errorOf, textOf } from '../testing/modelReplies.ts';
import { refusal } from '../testing/proposalContext.ts';
import { ScriptedModel } from '../testing/scriptedModel.ts';
import { scale } from '../tools/scale.ts';
import { agentOf } from './agent.ts';
import type { Desk, RoleModel, Said } from './askRole.ts';
import { parsePrompt } from './prompt.ts';
import type { Role } from './roles/role.ts';
import { RUN_LIMITS } from './runLimits.ts';

const Variables = z.strictObject({ facts: z.string().max(100) });
const SAY = { name: 'say', summary: 'Say it.', input: z.strictObject({ text: z.string() }) };
/** Concludes the text it is told, and by rules that there is none; takes no text that shouts. */
const echo: Role<typeof Variables, string, string> = {
  id: 'blueprint-parser',
  version: 1,
  variables: Variables,
  tools: [scale],
  answers: [SAY],
  limits: RUN_LIMITS,
  fill: (facts) => ({ facts }),
  take: ({ args }) => {
    const { text } = SAY.input.parse(args);
    if (text === 'throw') throw new Error('a fault of the role');
    return text.endsWith('!') ? err('it shouts') : ok(text);
  },
  byRules: (facts) => `rules on ${facts}`,
};
const prompt = parsePrompt(
  '---\nid: blueprint-parser\nversion: 1\nvariables: [facts]\n---\n\n# System\n\nSay.\n\n# User\n\n{{facts}}\n',
  'blueprint-parser.v1.md',
  Variables,
);
const desk: Desk = {
  runId: 'run-1',
  own: { namespace: 'shop', name: 'web' },
  judge: async (call) => ({ kind: 'refused', verdict: refusal(call.tool) }),
  record: async () => true,
};

function stage(model: RoleModel<typeof Variables>['model'], clock = new ManualClock()) {
  const warned: object[] = [];
  const log = { info: () => undefined, warn: (fields: object) => void warned.push(fields), error: () => undefined };
  const agent = agentOf(echo, { model, prompt, clock, log, withinMs: 15_000 });
  const ask = (signal = new AbortController().signal, over: Partial<Desk> = {}): Promise<Said<string>> =>
    agent.ask('facts', { ...desk, ...over }, signal);
  return { ask, clock, warned };
}

describe('a role that is asked', () => {
  it('answers with what the model concluded, and says which model, prompt and cost', async () => {
    const { ask, warned } = stage(new ScriptedModel(callsOf(['say', { text: 'well' }])));
    const said = await ask();
    expect(said).toMatchObject({ conclusion: 'well', byModel: true });
    expect(said.origin).toMatchObject({
      role: 'blueprint-parser',
      prompt: 'blueprint-parser@1',
      model: 'scripted-1',
      steps: 1,
      run: 'run-1',
    });
    expect(Origin.safeParse(said.origin).error).toBeUndefined();
    expect(warned).toEqual([]);
  });

  it('answers by rules, in the role’s name and without a note, when there is no model', async () => {
    const { conclusion, origin, byModel } = await agentOf(echo).ask('facts', desk, new AbortController().signal);
    expect({ conclusion, byModel }).toEqual({ conclusion: 'rules on facts', byModel: false });
    expect(origin).toMatchObject({ role: 'blueprint-parser', prompt: '', model: 'rules planner', steps: 0 });
    expect(origin).not.toHaveProperty('note');
  });

  it.each<{ when: string; replies: ConstructorParameters<typeof ScriptedModel>; note: string }>([
    { when: 'what it says is not borne out', replies: [callsOf(['say', { text: 'no!' }])], note: 'it shouts' },
    { when: 'the role itself fails', replies: [callsOf(['say', { text: 'throw' }])], note: 'a fault of the role' },
    { when: 'the endpoint fails', replies: [errorOf('unavailable', 'down')], note: 'model:unavailable: down' },
    { when: 'it only chats', replies: [textOf('hm'), textOf('hm'), textOf('hm')], note: 'malformed' },
    { when: 'it is cut off', replies: Array.from({ length: 3 }, () => answerOf({ finish: 'length' })), note: 'cut' },
    { when: 'the endpoint filters it', replies: [answerOf({ finish: 'filtered' })], note: 'filtered' },
    {
      when: 'nobody scripted an answer, so that the port breaks its promise',
      replies: [],
      note: 'model:threw',
    },
  ])('answers by rules and says why in origin and log when $when', async ({ replies, note }) => {
    const { ask, warned } = stage(new ScriptedModel(...replies));
    const said = await ask();
    expect(said).toMatchObject({ conclusion: 'rules on facts', byModel: false });
    expect(said.origin.note).toContain(note);
    expect(warned).toMatchObject([{ agent: 'blueprint-parser', run: 'run-1' }]);
  });

  it('keeps what a useless answer cost in the note', async () => {
    const { ask } = stage(new ScriptedModel(callsOf(['say', { text: 'no!' }])));
    expect((await ask()).origin.note).toMatch(/\(100 \+ 20 tokens\)$/);
  });

  it('takes no proposal for an answer, even if a judge would let it pass', async () => {
    const change = callsOf(['scale', { service: 'shop/web', replicas: 9, reason: 'x' }]);
    const { ask } = stage(new ScriptedModel(change));
    const judge: Desk['judge'] = async (call) => ({ kind: 'accepted', verdict: refusal(call.tool) });
    expect((await ask(undefined, { judge })).origin.note).toContain('a change was proposed');
  });

  it('waits no longer than its deadline', async () => {
    const { ask, clock } = stage(new HostileModel('hangs'));
    const said = ask();
    let settled = false;
    void said.then(() => {
      settled = true;
    });
    await clock.advance(14_999);
    expect(settled).toBe(false);
    await clock.advance(1);
    expect((await said).origin.note).toContain('time');
  });

  it('answers at once, and logs nothing, when its caller stops', async () => {
    const { ask, warned } = stage(new HostileModel('hangs'));
    const caller = new AbortController();
    const said = ask(caller.signal);
    await settle();
    caller.abort();
    expect((await said).byModel).toBe(false);
    expect(warned).toEqual([]);
  });

  it('asks no further where an exchange cannot be recorded', async () => {
    const model = new HostileModel('chats');
    const { ask } = stage(model);
    expect((await ask(undefined, { record: async () => false })).origin.note).toContain('unrecorded');
    expect(model.asked).toBe(1);
  });

  it.each(Object.keys(HOSTILE))('comes back with the rules’ answer from a model that %s', async (name) => {
    const { ask, clock } = stage(new HostileModel(name));
    const said = ask();
    await clock.advance(15_000);
    expect(await said).toMatchObject({ conclusion: 'rules on facts', byModel: false });
  });
});
