import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { runCli } from '../../src/faces/cli/program.ts';
import { serveWorld, type WorldServer } from '../../src/world/http/worldServer.ts';
import { World } from '../../src/world/world.ts';
import { cli, STACK_TRACE } from './cli.ts';

const PASSWORD = 'correct horse battery';
let dir: string;
let server: WorldServer;
let url: string;
let said = '';
const stop = new AbortController();
let serving: Promise<number>;

const at = (name: string): string => path.join(dir, name);

/** `fairlead serve` in this process, until `stop`. */
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-gateway-'));
  vi.stubEnv('XDG_CONFIG_HOME', at('config'));
  const world = new World({ clock: systemClock, seed: 1 });
  world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agent-system' }, spec: {} });
  server = await serveWorld(world);
  writeFileSync(at('kubeconfig'), server.kubeconfig(), { mode: 0o600 });
  writeFileSync(at('password'), `${PASSWORD}\n`, { mode: 0o600 });
  writeFileSync(at('wrong'), 'wrong horse battery\n', { mode: 0o600 });
  const ready = new Promise<void>((resolve) => {
    const io = {
      out: () => {},
      err: (text: string) => {
        said += text;
        if (said.includes('#/first-run?token=')) resolve();
      },
      signal: stop.signal,
      interactive: false,
    };
    const argv = ['serve', '--port', '0', '--ops-port', '0', '--data', at('data'), '--kubeconfig', at('kubeconfig')];
    serving = runCli(argv, io);
  });
  await ready;
  url = /approvals at (\S+)/.exec(said)?.[1] ?? '';
}, 60_000);
afterAll(async () => {
  stop.abort();
  await serving;
  await server.close();
  rmSync(dir, { recursive: true, force: true });
  vi.unstubAllEnvs();
});
afterEach(() => {
  expect(said).not.toMatch(STACK_TRACE);
});

describe('fairlead serve', () => {
  it('prints a one-time link for the first admin, and keeps users and key to itself', async () => {
    const token = /token=([\w-]+)/.exec(said)?.[1];
    const body = JSON.stringify({ token, password: PASSWORD });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${url}/api/first-run`, { method: 'POST', headers, body })).status).toBe(200);
    expect((await fetch(`${url}/api/first-run`, { method: 'POST', headers, body })).status).toBe(401);
    for (const name of ['users.json', 'gateway.key']) expect(statSync(at(`data/${name}`)).mode & 0o777).toBe(0o600);
    expect(readFileSync(at('data/users.json'), 'utf8')).not.toContain(token);
  });

  it.each([
    [['--host', '0.0.0.0'], 'without TLS only this machine'],
    [['--tls-cert', 'a.pem'], '--tls-cert is given without the other'],
    [['--behind-proxy'], '--public-url says under which name'],
    [['--tls-cert', 'nowhere.pem', '--tls-key', 'nowhere.pem'], 'the certificate cannot be read'],
    [['--port', 'eighty'], '--port eighty: write a whole number'],
  ])('refuses to stand where it must not: %j', async (flags, words) => {
    const ran = await cli('serve', ...flags, '--data', at('other'), '--kubeconfig', at('kubeconfig'));
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(words)]);
  });

  it('hands out no link when the blueprints of `up DIR` are refused, and says what to mend', async () => {
    writeFileSync(at('blueprint.yaml'), 'metadata: { name: web }\nspec: { scaling: { max_replicas: many } }\n');
    const argv = ['up', at('blueprint.yaml'), '--port', '0', '--data', at('up'), '--kubeconfig', at('kubeconfig')];
    const ran = await cli(...argv);
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('not started; mend the above')]);
    expect(ran.err).not.toMatch(/approvals at|first-run/);
  });

  it('says that a port it was told to take is taken', async () => {
    const { port } = new URL(url);
    const ran = await cli('serve', '--port', port, '--data', at('other'), '--kubeconfig', at('kubeconfig'));
    expect([ran.code, ran.err]).toEqual([
      1,
      expect.stringMatching(/cannot listen on .*\n {2}fix: --port names another/),
    ]);
  });
});

describe('a command line that asks the gateway', () => {
  const session = ['--password-file', ''];
  beforeAll(() => {
    session[1] = at('password');
  });

  it('wants a login first, and says how', async () => {
    expect(await cli('approvals')).toMatchObject({ code: 1, err: expect.stringContaining('fix: fairlead login URL') });
  });

  it('logs in by name and password, and keeps a token for this user alone', async () => {
    const wrong = await cli('login', url, '--name', 'admin', '--password-file', at('wrong'));
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('name or password is wrong') });
    const ran = await cli('login', url, '--name', 'admin', '--password-file', at('password'));
    expect([ran.code, ran.err]).toEqual([0, expect.stringMatching(/^logged in at http:\S+ as admin until /)]);
    const file = at('config/fairlead/login.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(PASSWORD);
    expect(await cli('approvals')).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing waits for an answer'),
    });
    expect(JSON.parse((await cli('approvals', '-o', 'json')).out)).toMatchObject({ items: [] });
  });

  it.each([
    [['approve', 'shop/nothing'], 1, /there is no such request|no such/],
    [['approve', 'nothing'], 2, /is no request: write namespace\/name/],
    [['approve', 'shop/nothing', '--once', '--raise'], 2, /either --once or --raise/],
    [['reject', 'shop/nothing', '--reason', 'no'], 1, /no such/],
    [['reject', 'shop/nothing'], 2, /--reason/],
    [['approvals', '--gateway', 'http://127.0.0.1:1'], 1, /the login that is kept is for .*\n {2}fix: fairlead login/],
    [
      ['users', 'list', '--secret', '--gateway', 'http://127.0.0.1:1'],
      2,
      /--secret asks no gateway, which --gateway is for/,
    ],
    [['users', 'add', 'ada', '--secret', '--as', 'root'], 2, /--secret asks no gateway, which --as is for/],
    [['users', 'disable', 'ada', '--data', '.', '--password-file', '-'], 2, /--data .* which --password-file is for/],
    [['login', 'nowhere'], 2, /is no address of a gateway/],
    [['login', 'http://127.0.0.1:1', '--name', 'a', '--password-file', '/dev/null'], 1, /does not answer/],
  ])('%j ends with words', async (argv, code, words) => {
    const ran = await cli(...argv);
    expect([ran.code, ran.err]).toEqual([code, expect.stringMatching(words)]);
    expect(ran.err).not.toMatch(STACK_TRACE);
  });

  it('asks for a change, and what nobody governs is refused on record', async () => {
    const ran = await cli('request', 'scale', 'shop/web', '--replicas', '3', '--reason', 'the sale');
    expect([ran.code, ran.err]).toEqual([1, '']);
    expect(ran.out).toMatch(/^scale to 3 on shop\/web: forbidden: [\s\S]*\nnot asked for: no blueprint governs it\n$/);
    const [journal = ''] = readdirSync(at('data')).filter((name) => name.startsWith('gateway-'));
    expect(readFileSync(at(`data/${journal}`), 'utf8')).toMatch(/"client":\{"face":"cli","name":"fairlead-cli",/);
  });

  it('adds, lists and disables people, in a session that ends with the command', async () => {
    const added = await cli('users', 'add', 'ada', '--group', 'devops-team', ...session);
    expect([added.code, added.out]).toEqual([0, expect.stringContaining(`${url}/#/first-run?token=`)]);
    expect((await cli('users', 'list', ...session)).out).toMatch(/^ada +operator +devops-team +\S+ +enabled$/m);
    // What is not named stays.
    await cli('users', 'add', 'ada', '--role', 'viewer', ...session);
    expect((await cli('users', 'list', ...session)).out).toMatch(/^ada +viewer +devops-team /m);
    await cli('users', 'add', 'ada', '--no-group', ...session);
    expect((await cli('users', 'list', ...session)).out).toMatch(/^ada +viewer +- /m);
    expect(await cli('users', 'disable', 'ada', ...session)).toMatchObject({ code: 0, out: 'ada is disabled\n' });
    expect((await cli('users', 'list', ...session)).out).toMatch(/^ada .* disabled$/m);
    expect(await cli('users', 'add', 'ada', ...session)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/fairlead users enable ada/),
    });
    expect(await cli('users', 'enable', 'ada', ...session)).toMatchObject({ code: 0, out: 'ada is enabled\n' });
    expect((await cli('users', 'list', ...session)).out).toMatch(/^ada +viewer +- .* enabled$/m);
    expect(await cli('users', 'enable', 'eve', ...session)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no user eve/),
    });
    expect((await cli('users', 'disable', 'ada', ...session)).code).toBe(0);
    expect(await cli('users', 'disable', 'admin', ...session)).toMatchObject({ code: 1, err: /last admin/ });
    const { sessions } = JSON.parse(readFileSync(at('data/users.json'), 'utf8')) as { sessions: object[] };
    // The one of the one-time link: those of the commands are over.
    expect(sessions).toHaveLength(1);
  });

  it('makes, lists and revokes tokens', async () => {
    const made = await cli('tokens', 'create', 'ci', '--scope', 'read', ...session);
    expect([made.code, made.out]).toEqual([0, expect.stringMatching(/^fl_[\w-]{43}\n$/)]);
    const bearer = { authorization: `Bearer ${made.out.trim()}` };
    expect((await fetch(`${url}/api/services`, { headers: bearer })).status).toBe(200);
    const id = /token (\w+) until/.exec(made.err)?.[1] ?? '';
    expect((await cli('tokens', 'list', ...session)).out).toContain(`${id}  ci`);
    expect((await cli('tokens', 'revoke', id, ...session)).code).toBe(0);
    expect((await fetch(`${url}/api/services`, { headers: bearer })).status).toBe(401);
    expect(await cli('tokens', 'revoke', id, ...session)).toMatchObject({ code: 1, err: /no such token/ });
  });

  it('cares for people on the file itself too, for the first admin', async () => {
    const added = await cli('users', 'add', 'root', '--role', 'admin', '--data', at('bare'));
    expect([added.code, added.out]).toEqual([
      0,
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:8484\/#\/first-run\?token=/),
    ]);
    await cli('users', 'add', 'root', '--group', 'sre', '--data', at('bare'));
    await cli('users', 'add', 'root', '--data', at('bare'));
    expect((await cli('users', 'list', '--data', at('bare'))).out).toMatch(/^root +admin +sre /m);
    expect(await cli('users', 'add', 'No Name', '--data', at('bare'))).toMatchObject({ code: 2, err: /small letters/ });
    expect(await cli('users', 'disable', 'eve', '--data', at('bare'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no user eve/),
    });
  });
});
