import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { keepLogin } from '../../src/faces/cli/people/gatewayLogin.ts';
import { type Listening, listen } from '../../src/faces/http/server.ts';
import { KINDS } from '../../src/schema/kube.ts';
import { answer, personIn } from '../../src/testing/gateway.ts';
import { serveWorld } from '../../src/world/http/worldServer.ts';
import { NEEDS_EIGHT, openRequests, type Requests } from '../stages/requestStage.ts';
import { cli, STACK_TRACE } from './cli.ts';

let dir: string;
let all: Requests;
let server: Listening;
let url = '';
const open: (() => Promise<void>)[] = [];

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-request-'));
  vi.stubEnv('XDG_CONFIG_HOME', dir);
});
afterEach(async () => {
  for (const close of open.splice(0)) await close();
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

/** A gateway on a port, with ann logged in at it as `fairlead login` leaves her; nobody carries anything out yet. */
async function serve(options: Parameters<typeof openRequests>[0] = {}, ownNamespace = 'agent-system'): Promise<void> {
  let app: Requests['http']['app'] | undefined;
  const listening = await listen(
    { host: '127.0.0.1', port: 0, clock: systemClock },
    () => (request, env) => app?.fetch(request, env) ?? new Response(null, { status: 503 }),
  );
  if (!listening.ok) throw new Error(listening.error);
  server = listening.value;
  all = await openRequests(options, { port: server.port, ownNamespace });
  ({ app } = all.http);
  url = `http://127.0.0.1:${server.port}`;
  await keepLogin({ url, name: 'ann', token: all.http.token('ann', ['read', 'propose', 'approve']) });
  open.push(async () => {
    all.stage.close();
    await server.close();
  });
}

/** Lets time pass in the cluster and the executor look, until the test ends. */
function carryOut(each: () => Promise<void> = () => Promise.resolve()): void {
  let isOver = false;
  const going = (async () => {
    while (!isOver) {
      await all.run(15_000);
      await each();
      await systemClock.sleep(20);
    }
  })();
  open.unshift(async () => {
    isOver = true;
    await going;
  });
}

const REASON = ['--reason', 'the sale begins'] as const;
const scale = (replicas: number, ...flags: string[]) =>
  cli('request', 'scale', 'shop/web', '--replicas', String(replicas), ...REASON, ...flags);

describe('fairlead request', () => {
  it('prints what the gate says and where it is on record, and asks in the name of who is logged in', async () => {
    await serve();
    const ran = await scale(3);
    const [decision] = all.made();
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toContain('scale to 3 on shop/web: allowed, step 2 to 3\n');
    expect(ran.out).toContain(`asked for by ann: fairlead why shop/${decision?.metadata.name}\n`);
    expect(decision?.spec).toMatchObject({
      requester: { kind: 'person', name: 'ann' },
      rationale: 'the sale begins',
      origin: { note: expect.stringMatching(/^fairlead-cli \d+\.\d+\.\d+ \(cli\)$/) },
    });
    expect((await scale(3)).out).toContain('asked for already: fairlead why');
  });

  it.each([
    ['silent for an hour', 3_600_000, 'ours', /^no executor carries it out now: pod-0: silent for 60m: nobody acts/m],
    ['renewed in the future', -3_600_000, 'ours', /^the executor: pod-0: its Lease was renewed .* a clock is wrong/m],
    ['heard', 1_000, 'ours', undefined],
    ['of another installation', 1_000, 'theirs', /^no executor carries it out now: none has run yet: nobody acts/m],
  ])('says of an executor that is %s, where this shell sees its Lease', async (_, ago, namespace, words) => {
    await serve({}, 'ours');
    const { world } = all.stage;
    const cluster = await serveWorld(world);
    const kubeconfig = path.join(dir, 'kubeconfig');
    writeFileSync(kubeconfig, cluster.kubeconfig(), { mode: 0o600 });
    vi.stubEnv('KUBECONFIG', kubeconfig);
    open.unshift(() => cluster.close());
    world.apply({
      apiVersion: KINDS.Lease.apiVersion,
      kind: KINDS.Lease.kind,
      metadata: { name: 'fairlead-executor', namespace },
      spec: {
        holderIdentity: 'pod-0',
        renewTime: new Date(all.stage.clock.now() - ago).toISOString().replace('Z', '000Z'),
      },
    });
    const { code, out } = await scale(3);
    expect(code).toBe(0);
    if (words === undefined) expect(out).not.toContain('executor');
    else expect(out).toMatch(words);
  });

  it.each([
    ['scale_to_zero', [], { tool: 'scale_to_zero', arguments: {} }],
    ['scale-to-zero', [], { tool: 'scale_to_zero', arguments: {} }],
    ['restart', [], { tool: 'restart_pods', arguments: {} }],
    ['adjust', ['--memory-limit', '1Gi'], { tool: 'adjust_resources', arguments: { memory_limit: '1Gi' } }],
    ['rollback', ['--revision', '1'], { tool: 'rollback', arguments: { revision: 1 } }],
    ['delete_deployment', [], { tool: 'delete_deployment' }],
  ])('%s %j is asked for as what it is', async (operation, flags, spec) => {
    await serve();
    const ran = await cli('request', operation, 'shop/web', ...flags, ...REASON, '-o', 'json');
    const told = JSON.parse(ran.out) as { verdict: { authority: string }; decision: { name: string } };
    expect(ran.code).toBe(told.verdict.authority === 'forbidden' ? 1 : 0);
    expect(all.made().map(({ metadata, spec: made }) => [metadata.name, made])).toMatchObject([
      [told.decision.name, spec],
    ]);
  });

  it.each([
    ['scael', 'fairlead: there is no operation "scael"; did you mean scale?\n'],
    ['fix\u001b[2Jit', 'fairlead: there is no operation "fixit"\n'],
    ['delete_deployment', undefined],
  ])('%j is asked for all the same, and who only misspelt it is told what there is', async (operation, words) => {
    await serve();
    const { code, err } = await cli('request', operation, 'shop/web', ...REASON);
    const all = '  one of scale, restart_pods, adjust_resources, rollback, scale_to_zero\n';
    expect([code, err]).toEqual([1, words === undefined ? '' : `${words}${all}`]);
  });

  it('says what would be allowed instead, and where people decide', async () => {
    await serve({ ...NEEDS_EIGHT, replicas: 5 });
    const eight = await scale(8);
    const name = all.made().at(-1)?.metadata.name;
    expect([eight.code, eight.out]).toEqual([0, expect.stringMatching(/^instead:\n {2}scale to 6: allowed/m)]);
    expect(eight.out).toContain(`people decide, and not who asked: ${url}/#/approvals/shop/${name}\n`);
  });

  it('waits, tells each phase, and ends well when it was carried out and verified', async () => {
    await serve();
    carryOut();
    const ran = await scale(3, '-w');
    expect([ran.code, ran.out.split('\n').at(-2)]).toEqual([
      0,
      expect.stringMatching(/^scale to 3 on shop\/web: Succeeded, /),
    ]);
    expect(ran.err).toMatch(
      /^Asked: by person ann.*\n[\s\S]*^Executing: [\s\S]*^Written: scale 2 to 3\n[\s\S]*^Succeeded: /m,
    );
    expect(ran.err.match(/^Executing: /gm)).toHaveLength(1);
    expect(all.stage.replicas()).toBe(3);
  });

  it('waits for people, and ends badly when they say no', async () => {
    await serve(NEEDS_EIGHT);
    carryOut(async () => {
      const name = all.made().at(-1)?.metadata.name ?? '';
      await answer(
        all.gateway,
        personIn('ben', 'devops-team'),
        { namespace: 'shop', name },
        { vote: 'reject', comment: 'no' },
      );
    });
    const ran = await scale(8, '-w', '-o', 'json');
    expect([ran.code, JSON.parse(ran.out)]).toMatchObject([
      1,
      { approval: { page: expect.stringContaining(`${url}/#/approvals/`) }, outcome: { phase: 'Rejected' } },
    ]);
    expect(ran.err).toMatch(/^people decide at http:[\s\S]*^AwaitingApproval: [\s\S]*^Rejected: /m);
  });

  it('waits for the request of somebody else, where theirs is merged into it', async () => {
    await serve(NEEDS_EIGHT);
    const first = await all.asks('scale', { service: 'shop/web', replicas: 8 }, 'ben');
    await all.run(15_000);
    carryOut(async () => {
      if (all.made().length < 2) return;
      const where = { namespace: 'shop', name: first.decision?.name ?? '' };
      await answer(all.gateway, personIn('dana', 'devops-team'), where, { vote: 'approve', choice: 'once' });
    });
    const ran = await scale(8, '-w', '-o', 'json');
    expect([ran.code, JSON.parse(ran.out)]).toMatchObject([
      0,
      { outcome: { phase: 'Succeeded', decision: first.decision } },
    ]);
    expect(ran.err).toMatch(/^Superseded: Merged: the same is asked by /m);
  });

  it.each([
    [
      'without a login',
      ['--gateway', 'http://127.0.0.1:1'],
      1,
      /the login that is kept is for .*\n {2}fix: fairlead login/,
    ],
    ['without a number', ['--replicas', ''], 2, /request scale wants --replicas/],
    ['of a revision', ['--revision', '3'], 2, /request scale wants --replicas/],
    ['without a word why', ['--reason', ' '], 2, /--reason wants a few words/],
  ])('%s asks for nothing', async (_, flags, code, words) => {
    await serve();
    const ran = await scale(3, ...flags);
    expect([ran.code, ran.err]).toEqual([code, expect.stringMatching(words)]);
    expect([all.made(), ran.err.match(STACK_TRACE)]).toEqual([[], null]);
  });

  it('says plainly that a token may not, that it is enough, and that nobody answers', async () => {
    await serve();
    await keepLogin({ url, name: 'ann', token: all.http.token('ann', ['read']) });
    expect(await scale(3)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^fairlead: you have no right to this: it takes /),
    });
    await keepLogin({ url: 'http://127.0.0.1:1', name: 'ann', token: `fl_${'x'.repeat(30)}` });
    const ran = await scale(3);
    expect([ran.code, ran.err]).toEqual([1, expect.stringMatching(/does not answer[\s\S]*it may have been asked for/)]);
  });
});

describe('fairlead what-if', () => {
  it('says which operations there are, in its help and of one that there is not', async () => {
    const all = /scale, restart_pods, adjust_resources, rollback, scale_to_zero\n/;
    expect((await cli('what-if', '--help')).out).toMatch(all);
    expect((await cli('what-if', 'rollbak', 'shop/web')).err).toMatch(/did you mean rollback\?\n {2}one of /);
  });

  it('takes the same short words', async () => {
    const ran = await cli('what-if', 'adjust', 'shop/web');
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('what-if adjust_resources wants at least one') });
  });
});

describe('fairlead approve and reject', () => {
  const ASKED = '  asked for by ben: "the sale begins"\n';
  /** Ben asks for eight, people are asked, and dana is logged in. */
  async function asked(approval: object = {}): Promise<string> {
    await serve({ ...NEEDS_EIGHT, spec: { approval } });
    all.http.person('dana', 'operator', ['devops-team']);
    await keepLogin({ url, name: 'dana', token: all.http.token('dana', ['read', 'approve']) });
    const { decision } = await all.asks('scale', { service: 'shop/web', replicas: 8 }, 'ben');
    await all.run(15_000);
    return `shop/${decision?.name ?? ''}`;
  }

  it('carries out what was approved once, told step by step until it is verified', async () => {
    const request = await asked();
    const { out } = await cli('approvals');
    expect(out).toMatch(/^REQUEST +SERVICE +CHANGE +BY +RISK +VOTES +DECIDE WITHIN +WHY$/m);
    expect(out).toMatch(new RegExp(`^${request} +web +6 replicas -> 8 replicas +ben +.*"the sale begins"$`, 'm'));
    carryOut();
    const ran = await cli('approve', request, '--once', '--reason', 'the sale', '-w');
    expect([ran.code, all.stage.replicas()]).toEqual([0, 8]);
    expect(ran.out).toMatch(/^web, 6 replicas -> 8 replicas: .*Succeeded/);
    expect(ran.err).toMatch(
      /^approved once: web, 6 replicas -> 8 replicas\n {2}asked for by ben: "the sale begins"\n[\s\S]*^Applied: /m,
    );
    expect((await cli('approvals')).out).toContain('nothing waits for an answer');
  });

  it.each([
    [{}, [], 'approved, and raised: web, 6 replicas -> 8 replicas\n'],
    [{}, ['--once'], 'approved once: web, 6 replicas -> 8 replicas\n'],
    [{ on_approval: 'once' }, [], 'approved once: web, 6 replicas -> 8 replicas\n'],
    [{ quorum: 2 }, [], 'approved, and to be raised: web, 6 replicas -> 8 replicas; 1 of 2 votes\n'],
    [{ quorum: 2 }, ['--once'], 'approved once: web, 6 replicas -> 8 replicas; 1 of 2 votes\n'],
  ])('under %j with %j says whether it was once or raised', async (approval, flags, out) => {
    expect(await cli('approve', await asked(approval), ...flags, '--reason', 'the sale')).toMatchObject({
      code: 0,
      out: `${out}${ASKED}`,
    });
  });

  it('ends what was rejected, with the reason on record, and a second answer changes nothing', async () => {
    const request = await asked();
    const ran = await cli('reject', request, '--reason', 'not before the freeze');
    expect(ran).toMatchObject({ code: 0, out: `rejected: web, 6 replicas -> 8 replicas\n${ASKED}` });
    await all.run(15_000);
    expect((await cli('approve', request, '--once', '--reason', 'yes')).code).toBe(1);
    expect((await cli('approvals', '--decided')).out).toMatch(/rejected: not before the freeze/);
    expect(all.stage.replicas()).toBe(6);
  });

  it('tells whoever asks for it once more who said no and why, and fails', async () => {
    await cli('reject', await asked(), '--reason', 'not before the freeze');
    await all.run(15_000);
    await keepLogin({ url, name: 'ben', token: all.http.token('ben', ['read', 'propose']) });
    const ran = await scale(8);
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(
      /^asked for already: .*\nrejected by dana; their words: "not before the freeze"; the same may be asked again from 2026-\S+Z on\n$/m,
    );
    expect(ran.out).not.toContain('people decide');
  });
});
