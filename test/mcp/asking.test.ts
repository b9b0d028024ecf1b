import { afterEach, describe, expect, it } from 'vitest';
import { isFromPerson } from '../../src/approvals/requesterProof.ts';
import { clientWords } from '../../src/schema/client.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import type { DecisionSpec } from '../../src/schema/records.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { identity, REQUEST } from '../stages/viewStage.ts';
import { CALLS } from './product.ts';
import { ask, chatting, type McpStage, openMcpStage } from './stage.ts';

const phaseOf = (object: KubeObject | undefined): unknown => (object?.status as { phase?: string } | undefined)?.phase;

let open: McpStage | undefined;
afterEach(() => open?.close());

async function opened() {
  const stage = await openMcpStage();
  open = stage;
  const client = await stage.connect();
  const { clock, world } = stage.stage;
  // Of two wishes of one second none is the newer one.
  await world.advance(1_000);
  /** Asks while time goes on and an executor looks every second. */
  const propose = async (args: Record<string, unknown>, tool = 'fairlead_propose') => {
    const answer = ask(client, tool, { service: 'shop/web', reason: 'p95 is 480 ms', ...args });
    for (let second = 0; second < 8; second += 1) {
      await clock.advance(500);
      await stage.executor.pass();
      await world.advance(500);
    }
    return answer;
  };
  const decision = (name: unknown) => world.get(KINDS.Decision, 'shop', String(name).split('/')[1] ?? '');
  return { stage, client, propose, decision };
}

describe('a wish in a chat', () => {
  it('that is allowed is a Decision in the person’s name, proven by the gateway, and is carried out', async () => {
    const { propose, decision } = await opened();
    const { data, text, refused } = await propose({ operation: 'restart_pods' });
    expect(refused).toBe(false);
    expect(data).toMatchObject({ verdict: 'allowed', operation: 'restart_pods', again: false });
    expect(text).toContain('in the name of olga');
    const object = decision((data as { decision: string }).decision);
    const spec = object?.spec as DecisionSpec;
    expect(spec.requester).toEqual({ kind: 'person', name: 'olga' });
    expect(object && isFromPerson(object, spec, PEOPLE.trust)).toBe(true);
    expect(spec.origin.note).toBe(clientWords({ face: 'mcp-http', name: 'test-client', version: '1.2.3' }));
    expect(phaseOf(object)).toMatch(/Executing|Verifying/);
  });

  it('beyond the limit asks people, and the answer carries the link for them', async () => {
    const { propose, stage } = await opened();
    const { data, text } = await propose({ operation: 'scale', replicas: 9 });
    expect(data).toMatchObject({ verdict: 'restricted', operation: 'scale_beyond_limits', approvers: ['devops-team'] });
    const { approval, link } = data as { approval: string; link: string };
    expect(link).toBe(`https://fairlead.example/#/approvals/${approval}`);
    expect(text).toContain(link);
    expect(text).toContain('approve or reject it');
    // The asker is none of those who may answer, whatever group they are in.
    const card = await stage.card(identity('olga'), approval.split('/')[1]);
    expect(card.may).toMatchObject({
      approve: false,
      why: expect.stringMatching(/^nobody approves their own request/),
    });
    expect((await stage.card(identity('ann'), approval.split('/')[1])).may.approve).toBe(true);
  });

  it('that has to wait says until when, and lapses rather than surprise anybody later', async () => {
    const { propose, client, stage } = await opened();
    await ask(client, 'fairlead_pause', { scope: 'shop/web', reason: 'incident 4711' });
    await stage.stage.observer.pass();
    const { data, text } = await propose({ operation: 'restart_pods' });
    expect(data).toMatchObject({ verdict: 'deferred', decision: expect.any(String) });
    expect(text).toMatch(/G20 Paused: «paused by olga: incident 4711/);
    expect(text).toContain('when what holds it back has cleared; after ten minutes of waiting it lapses');
  });

  it('asked twice is one wish', async () => {
    const { propose } = await opened();
    const [first, second] = [
      await propose({ operation: 'scale', replicas: 9 }),
      await propose({ operation: 'scale', replicas: 9 }),
    ];
    expect(second.data).toMatchObject({ decision: (first.data as { decision: string }).decision, again: true });
    expect(second.text).toContain('asked for the same before');
  });

  it.each(['delete_deployment', 'change_rbac', 'kubectl_exec', 'rm -rf /'])(
    'for %s is refused by name with its rules and what to do, and on record as refused',
    async (operation) => {
      const { propose, decision, stage } = await opened();
      const { data, text, refused } = await propose({ operation });
      expect(refused).toBe(false);
      expect(data).toMatchObject({ verdict: 'forbidden' });
      expect(text).toMatch(/Forbidden: /);
      expect(text).toMatch(/G0 |G22 /);
      expect(text).toContain('Next: Do not ask for it again');
      const { decision: name } = data as { decision?: string };
      expect(phaseOf(decision(name))).toBe('Refused');
      expect(stage.stage.port.calls.filter(({ verb, path }) => verb === 'delete' || path.includes('exec'))).toEqual([]);
    },
  );

  it('offers what could be asked for instead, each with its verdict, what can be done first', async () => {
    const { propose } = await opened();
    const { data, text } = await propose({ operation: 'delete_deployment' });
    expect((data as { instead: string[] }).instead).toEqual([
      expect.stringContaining('advice only'),
      'scale_to_zero: forbidden: the blueprint does not grant scale_to_zero',
    ]);
    expect(text).toContain('Instead: disable_ingress');
  });

  it('that people said no to lately asks nobody, and says who said no, why, and from when it may be asked again', async () => {
    const { propose, stage } = await opened();
    const first = (await propose({ operation: 'scale', replicas: 9 })).data as { decision: string };
    stage.stage.world.edit(KINDS.Decision, 'shop', first.decision.split('/')[1] ?? '', (draft) => {
      const message = 'rejected by dana; their words: "no spot tonight"';
      Object.assign(draft.status as object, { phase: 'Rejected', reason: 'Rejected', message });
    });
    await stage.stage.observer.pass();
    const { data, text } = await propose({ operation: 'scale', replicas: 9 });
    expect(data).toMatchObject({ again: true, decision: first.decision, askAgainAt: expect.stringMatching(/Z$/) });
    expect(data).not.toHaveProperty('approval');
    expect(text).toMatch(/Next: Tell the person: it was rejected \(.*no spot tonight.*\), nobody is asked now/);
  });

  it('for approval of what nobody has to approve comes to nothing, and says what to call', async () => {
    const { propose, stage } = await opened();
    const before = stage.deps.observer.decisions().length;
    const { data, text } = await propose({ operation: 'restart_pods' }, 'fairlead_request_approval');
    expect(data).toMatchObject({ verdict: 'allowed' });
    expect(data).not.toHaveProperty('decision');
    expect(text).toContain('call fairlead_propose');
    await stage.stage.observer.pass();
    expect(stage.deps.observer.decisions()).toHaveLength(before);
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{ operation: 'scale' }, /scale wants replicas, the number of pods at the end: call once more with it/],
    [{ operation: 'restart_pods', replicas: 3 }, /replicas/],
    [{ operation: 'adjust_resources' }, /adjust_resources wants one of cpu_request, .*: call once more with it/],
    [{ operation: 'adjust_resources', cpu_limit: 'lots' }, /cpu_limit: must be a quantity/],
    [{ operation: 'scale', replicas: 2.5 }, /replicas/],
    [{ operation: 'scale', replicas: '6' }, /replicas/],
    [{ operation: 'scale', replicas: -1 }, /replicas/],
    [{ operation: 'scale', replicas: 3, urgent: true }, /unknown field "urgent"/],
    [{ operation: 'scale', replicas: 3, reason: '  ' }, /reason: say in one sentence why/],
    [{ operation: 'scale', replicas: 3, service: 'shop/*' }, /service: must be one service/],
    [{ operation: 'scale', replicas: 3, service: 'web' }, /namespace\/name/],
    [{ operation: 'scale', replicas: { $gt: 1 } }, /replicas/],
    [{ operation: 'scale', replicas: JSON.parse('['.repeat(40) + ']'.repeat(40)) }, /nested too deeply/],
  ])('that is not understood is a result that says what to send: %j', async (args, fault) => {
    const { propose, stage } = await opened();
    const { text, refused } = await propose(args);
    expect(refused).toBe(true);
    expect(text).toMatch(fault);
    expect(text).toMatch(/Nothing was (done|asked for)/);
    await stage.stage.observer.pass();
    expect(stage.deps.observer.decisions()).toHaveLength(1);
  });
});

describe('a call of any kind', () => {
  it.each(Object.entries(CALLS))('is on record with the person and their program: %s', async (name, args) => {
    const { stage, client } = await opened();
    const who = chatting('olga', ['read', 'propose'], { groups: ['devops-team'] });
    const own = name === 'fairlead_reject' ? await stage.connect(who) : client;
    const { records } = stage.deps.journal as unknown as { records: { kind: string; data: Record<string, unknown> }[] };
    const before = records.length;
    const answer = ask(own, name, args);
    await stage.stage.clock.advance(8_000);
    await answer;
    const text = JSON.stringify(records.slice(before));
    expect(text).toContain('olga');
    expect(text).toContain('test-client');
    expect(text).toContain('1.2.3');
  });

  it.each([
    ['whose token may only read', chatting('rita', ['read']), 'this token was not given the scope propose'],
    ['who only looks', chatting('vera', ['read', 'propose'], { role: 'viewer' }), 'it takes the role operator'],
  ])('of somebody %s is on record where a tool is not theirs', async (_, who, why) => {
    const { stage } = await opened();
    const client = await stage.connect(who);
    const { records } = stage.deps.journal as unknown as { records: { kind: string; data: unknown }[] };
    for (const name of ['fairlead_propose', 'fairlead_pause']) {
      expect((await ask(client, name, CALLS[name])).text).toContain(why);
      expect(records.at(-1)).toMatchObject({
        kind: 'access',
        data: { who: who.name, what: expect.stringContaining(name), client: { name: 'test-client', version: '1.2.3' } },
      });
    }
  });

  it('by the name of no tool is judged, refused and on record', async () => {
    const { stage, client } = await opened();
    const answer = await ask(client, 'delete_deployment', { service: 'shop/web' });
    expect(answer.refused).toBe(true);
    expect(answer.text).toContain('the tools are fairlead_overview');
    const { records } = stage.deps.journal as unknown as { records: { kind: string; data: unknown }[] };
    expect(records.at(-1)).toMatchObject({
      kind: 'call',
      data: {
        input: { request: { tool: 'delete_deployment', effect: 'unknown' } },
        verdict: { authority: 'forbidden' },
      },
    });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['names the service that it was about', { service: 'shop/web' }, /Refused\. forbidden: .*restart_everything/],
    ['names a service that nobody governs', { service: 'shop/cart' }, /no blueprint governs shop\/cart/],
    ['says that there was none', {}, /there is no tool restart_everything, and the call names no service/],
    ['says so of what is no service', { service: 7 }, /the call names no service/],
  ])('by the name of no tool is refused in words that it %s', async (_, args, words) => {
    const { client } = await opened();
    const answer = await ask(client, 'restart_everything', args);
    expect(answer.refused).toBe(true);
    expect(answer.text).toMatch(words);
    expect(answer.text).not.toMatch(/governs \/|"\/"/);
    expect(answer.text).toContain('the tools are fairlead_overview');
  });

  it('does nothing when it cannot be put on record, and says so', async () => {
    const { stage, client } = await opened();
    stage.journal.unwritable = 'disk full';
    for (const [name, args] of Object.entries(CALLS)) {
      if (name === 'fairlead_pause') continue; // a full disk keeps nobody from stopping the machines
      const answer = await ask(client, name, args);
      expect([name, answer.refused]).toEqual([name, true]);
    }
    expect((await stage.card()).phase).toBe('Pending');
  });

  it('about a service that no blueprint governs is refused with the names of those that are', async () => {
    const { client } = await opened();
    for (const name of ['fairlead_service', 'fairlead_evidence', 'fairlead_blueprint']) {
      const answer = await ask(client, name, { service: 'kube-system/coredns' });
      expect(answer).toMatchObject({ refused: true, text: expect.stringContaining('The services are: shop/web') });
    }
  });

  it('that breaks inside tells nobody how', async () => {
    const { stage } = await opened();
    const views = { ...stage.desk.views, serviceList: () => Promise.reject(new Error('/var/lib/secret.json is gone')) };
    const client = await stage.connect(chatting('olga'), { ...stage.desk, views });
    const answer = await ask(client, 'fairlead_overview');
    expect(answer.refused).toBe(true);
    expect(answer.text).not.toMatch(/var|secret|Error|at .*:\d/);
  });
});

describe('a wait for the end of a decision', () => {
  it('tells how it goes, and ends with it', async () => {
    const { stage, client } = await opened();
    const heard: string[] = [];
    const args = { decision: `shop/${REQUEST}`, wait_seconds: 40 };
    const answer = client.callTool({ name: 'fairlead_why', arguments: args }, undefined, {
      onprogress: ({ message }) => heard.push(message ?? ''),
    });
    await stage.stage.clock.advance(2_000);
    await stage.answer({ vote: 'reject' });
    await stage.executor.pass();
    await stage.stage.clock.advance(3_000);
    expect((await answer).structuredContent).toMatchObject({ ended: true, phase: 'Rejected' });
    expect(heard[0]).toMatch(/^AwaitingApproval: /);
  });

  it('ends at its time, with the decision as it stands', async () => {
    const { stage, client } = await opened();
    const answer = ask(client, 'fairlead_why', { decision: `shop/${REQUEST}`, wait_seconds: 3 });
    await stage.stage.clock.advance(4_000);
    expect((await answer).data).toMatchObject({ ended: false, phase: 'AwaitingApproval' });
  });

  it('ends when the client takes it back: nothing is read for it any more', async () => {
    const { stage, client } = await opened();
    const { clock, port } = stage.stage;
    const stop = new AbortController();
    const args = { decision: `shop/${REQUEST}`, wait_seconds: 50 };
    const answer = client.callTool({ name: 'fairlead_why', arguments: args }, undefined, { signal: stop.signal });
    answer.catch(() => undefined);
    await clock.advance(3_000);
    stop.abort();
    await expect(answer).rejects.toThrow();
    await clock.advance(2_000);
    const reads = port.calls.length;
    await clock.advance(30_000);
    expect(port.calls).toHaveLength(reads);
  });
});
