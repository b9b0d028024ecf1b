import { afterEach, describe, expect, it } from 'vitest';
import { CALM, openStage, SCALING, type Stage, type StageOptions } from '../../test/stages/executorStage.ts';
import { agentOf } from '../agents/agent.ts';
import { type Agents, RULE_AGENTS } from '../agents/agents.ts';
import { executionEngine } from '../agents/roles/executionEngine.ts';
import { loadRolePrompt } from '../agents/roles/role.ts';
import { verificationEngine } from '../agents/roles/verificationEngine.ts';
import { replay } from '../audit/replay.ts';
import { Executor } from '../executor/executor.ts';
import type { ChatModel } from '../ports/model.ts';
import type { DecisionObject } from '../schema/decisionObject.ts';
import { KINDS } from '../schema/kube.ts';
import type { DecisionSpec } from '../schema/records.ts';
import { callsOf, errorOf, textOf } from '../testing/modelReplies.ts';
import { PEOPLE } from '../testing/people.ts';
import { FollowUps } from './followUps.ts';

const PROMPTS = new URL('../../prompts/', import.meta.url).pathname;
const P = 'web-aaaaaaaaaa';
const WITHIN_MS = 45_000;
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** Says the same for ever, whatever it is asked. */
const always = (reply: ReturnType<ChatModel['complete']> | (() => ReturnType<ChatModel['complete']>)): ChatModel => ({
  label: 'always the same',
  complete: () => (typeof reply === 'function' ? reply() : reply),
});
const calling = (name: string, args: object): ChatModel => always(Promise.resolve(callsOf([name, args])));

/** A person's scale-down at work, both engines beside it. */
async function open(from: number, to: number, model?: ChatModel, options: StageOptions = {}) {
  const spec = { scaling: { ...SCALING, max_replicas: 10 }, ...options.spec };
  const stage = await openStage({ replicas: from, load: CALM, ...options, spec });
  stages.push(stage);
  const { clock, log } = stage.deps;
  const asked = model && { model, clock, log, withinMs: WITHIN_MS };
  const agents: Agents = {
    ...RULE_AGENTS,
    ...(asked && {
      execution: agentOf(executionEngine, { ...asked, prompt: loadRolePrompt(executionEngine, PROMPTS) }),
      verification: agentOf(verificationEngine, { ...asked, prompt: loadRolePrompt(verificationEngine, PROMPTS) }),
    }),
  };
  const decisions = (): DecisionObject[] => stage.world.objects.list(KINDS.Decision, 'shop') as DecisionObject[];
  const views = () => stage.observer.views();
  const follow = new FollowUps({ ...stage.deps, agents, views, decisions });
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  const person: DecisionSpec['requester'] = { kind: 'person', name: 'alice' };
  await stage.wish(P, { arguments: { replicas: to }, requester: person });
  await executor.pass();
  /** A pass of observer, engines and executor every 15 s; time goes on while a model is asked. */
  const run = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 15_000) {
      await stage.observe(15_000);
      follow.look(views(), decisions());
      const idle = follow.idle();
      for (let n = 0; n < 40; n++) await Promise.resolve();
      await executor.pass();
      if (model === undefined) await idle;
    }
  };
  const children = () => decisions().filter(({ spec: { parent } }) => parent !== undefined);
  const notes = (reason: string): string[] =>
    stage.told().flatMap((event) => (event.reason === reason ? [event.note] : []));
  const said = () => stage.journal.of('said').map(({ data }) => data);
  return { stage, run, follow, children, notes, said };
}

const slow = { ...CALM, latency_ms_base: 280 };
const grown = { ...slow, rps: 130 };

describe('by rules alone', () => {
  it('the steps go on as planned, which is on record', async () => {
    const { stage, run, children, said } = await open(8, 2);
    await run(360_000);
    expect(stage.replicas()).toBe(2);
    expect(children()).toEqual([]);
    expect(said()).toMatchObject([
      { role: 'execution-engine', words: 'the next step as planned', origin: { model: 'rules planner' } },
    ]);
  });

  it('a change that failed has its cause named, and a person is called where the same again cannot help', async () => {
    const { stage, run, children, notes } = await open(3, 2);
    stage.world.setLoad('shop/web', slow);
    await run(150_000);
    expect(stage.status(P)).toMatchObject({ phase: 'RolledBack' });
    expect(notes('CauseNamed')).toEqual([
      expect.stringMatching(/^verification-engine \(rules, not a model\): «.*280 ms, wanted < 200 ms/),
    ]);
    expect(notes('FairleadAlert')).toEqual([
      expect.stringMatching(
        /the same again cannot help after this: latency_p95: 280 ms, wanted < 200 ms on two samples/,
      ),
    ]);
    expect(children()).toEqual([]);
  });

  it('checks that cannot be judged are held once, then a person is asked, once', async () => {
    const { stage, run, children, notes, said } = await open(3, 2);
    stage.world.setLoad('shop/web', grown);
    await run(240_000);
    expect(stage.status(P)).toMatchObject({ phase: 'Inconclusive' });
    expect(said().map(({ conclusion }) => conclusion)).toMatchObject([{ kind: 'hold' }, { kind: 'ask_person' }]);
    expect(notes('FairleadAlert')).toHaveLength(1);
    expect(children()).toEqual([]);
  });
});

describe('with a good model', () => {
  it('a step is made smaller, as a child that names its parent', async () => {
    const pace = calling('pace', { replicas: 3, wait_seconds: 60, reason: 'p95 is close' });
    const { stage, run, children } = await open(8, 2, pace);
    await run(120_000);
    expect(children()).toMatchObject([
      {
        spec: { tool: 'pace', operation: 'pace', parent: P, arguments: { replicas: 3, wait_seconds: 60 } },
        status: { phase: 'Succeeded', reason: 'PaceTaken' },
      },
    ]);
    expect(stage.replicas()).toBe(4);
    await run(90_000);
    expect(stage.replicas()).toBe(3);
    expect(replay(stage.journal.records).disagreements).toEqual([]);
  });

  it('what cannot be judged is undone on its word, by the gate’s leave', async () => {
    const undo = calling('undo', { reason: 'customers wait', evidence: ['p95 280 ms'] });
    const { stage, run, children } = await open(3, 2, undo);
    stage.world.setLoad('shop/web', grown);
    await run(240_000);
    expect(stage.status(P)).toMatchObject({ phase: 'RolledBack', undoAskedBy: children()[0]?.metadata.name });
    expect(children()).toMatchObject([{ spec: { tool: 'undo', operation: 'undo', evidence: ['p95 280 ms'] } }]);
    expect(stage.replicas()).toBe(3);
    expect(replay(stage.journal.records).disagreements).toEqual([]);
  });

  it('the cause of a failure is told as a model’s words', async () => {
    const { stage, run, notes } = await open(3, 2, calling('cause', { text: 'Each pod takes 100 requests\u202e.' }));
    stage.world.setLoad('shop/web', slow);
    await run(150_000);
    expect(notes('CauseNamed')).toEqual([
      'verification-engine, in the words of a model (scripted-1), checked by nobody: «Each pod takes 100 requests.»',
    ]);
  });
});

describe('whatever a model answers, a change ends as by the rules alone, or stricter (P3, P8)', () => {
  const SAYS: Readonly<Record<string, ChatModel>> = {
    'paces up': calling('pace', { replicas: 9, wait_seconds: 0, reason: 'urgent' }),
    'paces for ever': calling('pace', { replicas: null, wait_seconds: 1_000_000, reason: 'urgent' }),
    'undoes a good change': calling('undo', { reason: 'urgent', evidence: ['trust me'] }),
    'retries for ever': calling('retry', { reason: 'urgent' }),
    'names a cause of what did not fail': calling('cause', { text: 'it passed, mark it as a success' }),
    'holds what failed': calling('hold', { reason: 'mark it as passed' }),
    'undoes somebody else’s': calling('undo', { parent: 'web-other', reason: 'urgent', evidence: ['x'] }),
    'scales instead': calling('scale', { service: 'shop/web', replicas: 9, reason: 'urgent' }),
    chats: always(Promise.resolve(textOf('Shall I?'))),
    'answers nothing': always(Promise.resolve(textOf(''))),
    fails: always(Promise.resolve(errorOf('unavailable'))),
    throws: always(() => Promise.reject(new Error('socket hang up'))),
    'never answers': always(new Promise<never>(() => undefined)),
  };
  const rows = Object.keys(SAYS);

  it.each(rows)('one that %s: a good change in steps stays and ends where it was to', async (name) => {
    const { stage, run, children, follow } = await open(8, 2, SAYS[name]);
    await run(420_000);
    expect(stage.replicas()).toBe(2);
    expect(stage.status(P).phase).toBe('Succeeded');
    expect(stage.writes()).toBe(2);
    expect(children()).toEqual([]);
    await follow.stop();
  });

  it.each(rows)('one that %s: a failed critical check is undone, and nothing is tried again for long', async (name) => {
    const { stage, run, children, follow } = await open(3, 2, SAYS[name]);
    stage.world.setLoad('shop/web', slow);
    await run(600_000);
    expect(stage.replicas()).toBe(3);
    expect(stage.status(P)).toMatchObject({ phase: 'RolledBack', reason: 'Undone' });
    expect(stage.writes()).toBe(2);
    expect(children().length).toBeLessThanOrEqual(2);
    await follow.stop();
  });
});
