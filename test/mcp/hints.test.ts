import { afterEach, describe, expect, it } from 'vitest';
import { REQUEST } from '../stages/viewStage.ts';
import { CALLS } from './product.ts';
import { ask, chatting, type McpStage, openMcpStage } from './stage.ts';

interface Hints {
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly idempotent: boolean;
}
const READ: Hints = { readOnly: true, destructive: false, idempotent: true };
/** Written from what the tools are for, not from their declarations. */
const HINTS: Readonly<Record<string, Hints>> = {
  fairlead_overview: READ,
  fairlead_service: READ,
  fairlead_evidence: READ,
  fairlead_decisions: READ,
  fairlead_why: READ,
  fairlead_what_if: READ,
  fairlead_approvals: READ,
  fairlead_blueprint: READ,
  // It may end in fewer pods, a restart or another version.
  fairlead_propose: { readOnly: false, destructive: true, idempotent: true },
  fairlead_request_approval: { readOnly: false, destructive: true, idempotent: true },
  // A no ends a request for good.
  fairlead_reject: { readOnly: false, destructive: true, idempotent: true },
  // It takes nothing away, and people can lift it.
  fairlead_pause: { readOnly: false, destructive: false, idempotent: true },
};
/** Calls that have an effect, where the usual ones have none. */
const EFFECTIVE = {
  ...CALLS,
  fairlead_propose: { service: 'shop/web', operation: 'restart_pods', reason: 'a leak' },
  fairlead_request_approval: { service: 'shop/web', operation: 'scale', replicas: 9, reason: 'a sale' },
};

let open: McpStage | undefined;
afterEach(() => open?.close());

async function stageWithOlga() {
  const stage = await openMcpStage();
  open = stage;
  const client = await stage.connect(chatting('olga', ['read', 'propose'], { groups: ['devops-team'] }));
  const { port, clock } = stage.stage;
  const writes = () => port.calls.filter(({ verb }) => !['get', 'list', 'watch'].includes(verb)).length;
  /** Calls it while time goes on, as far as a wait for the executor takes. */
  const call = async (name: string) => {
    const answer = ask(client, name, EFFECTIVE[name as keyof typeof EFFECTIVE]);
    await clock.advance(10_000);
    return answer;
  };
  return { stage, client, writes, call };
}

describe('the hints of a tool say what it does', () => {
  it('cover every tool, and are those that are listed', async () => {
    const { client } = await stageWithOlga();
    const { tools } = await client.listTools();
    const listed = tools.map(({ name, annotations: a = {} }): [string, Hints] => [
      name,
      {
        readOnly: a.readOnlyHint ?? false,
        destructive: a.readOnlyHint === true ? false : (a.destructiveHint ?? true),
        idempotent: a.readOnlyHint === true ? true : (a.idempotentHint ?? false),
      },
    ]);
    expect(Object.fromEntries(listed)).toEqual(HINTS);
  });

  it.each(Object.keys(HINTS))(
    '%s writes to the cluster only if it is no read, and once if it is called twice',
    async (name) => {
      const { writes, call } = await stageWithOlga();
      const before = writes();
      expect((await call(name)).refused).toBe(false);
      const once = writes();
      expect(once > before).toBe(HINTS[name]?.readOnly === false);
      await call(name);
      expect(writes()).toBe(once);
    },
  );

  it('a no through a chat is that person’s signed vote, and ends the request', async () => {
    const { stage, call } = await stageWithOlga();
    await call('fairlead_reject');
    await stage.stage.world.advance(1);
    expect(await stage.card()).toMatchObject({
      phase: 'Rejected',
      given: [{ by: 'olga', vote: 'reject', counts: true }],
    });
  });

  it('a pause that somebody else set stays theirs', async () => {
    const { stage, call, client } = await stageWithOlga();
    await call('fairlead_pause');
    const other = await stage.connect(chatting('otto'));
    const answer = await ask(other, 'fairlead_pause', { scope: 'shop/web', reason: 'mine' });
    expect(answer.data).toMatchObject({ paused: true, by: 'olga' });
    expect(answer.text).toContain('paused already by olga');
    await stage.stage.observer.pass();
    const { data } = await ask(client, 'fairlead_service', { service: 'shop/web' });
    expect(JSON.stringify(data)).toContain('incident 4711');
    expect(JSON.stringify(data)).not.toContain('mine');
  });

  it.each([
    ['nobody of its approvers', chatting('otto'), /devops-team/],
    [
      'who asked for it',
      chatting('decision-engine', ['read', 'propose'], { groups: ['devops-team'] }),
      /their own request/,
    ],
  ])('a request is not rejected by %s', async (_, who, why) => {
    const { stage } = await stageWithOlga();
    const client = await stage.connect(who);
    const answer = await ask(client, 'fairlead_reject', { approval: `shop/${REQUEST}`, reason: 'no' });
    expect(answer.refused).toBe(true);
    expect(answer.text).toMatch(why);
    expect((await stage.card()).phase).toBe('Pending');
  });
});
