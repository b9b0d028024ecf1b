import { beforeAll, describe, expect, it } from 'vitest';
import { type GatewayStage, openGateway } from '../../../test/stages/gatewayStage.ts';
import { hashPassword } from '../../gateway/people/password.ts';

const PASSWORD = 'correct horse battery';
const MINUTE = 60_000;
let hashed: string;
beforeAll(async () => {
  hashed = await hashPassword(PASSWORD);
});

function open(standing?: Parameters<typeof openGateway>[1]): GatewayStage {
  const stage = openGateway({}, standing);
  stage.person('ada', 'operator', ['devops-team']);
  stage.person('root', 'admin');
  const users = stage.store.people.users.map((user) => ({ ...user, password: hashed }));
  stage.store.people = { ...stage.store.people, users };
  return stage;
}
const login = (stage: GatewayStage, name = 'ada', password = PASSWORD, headers = {}): Promise<Response> =>
  stage.call('POST', '/api/login', { body: { name, password }, headers });
const cookieIn = (response: Response): string =>
  /^[^=]+=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? '';
const me = (stage: GatewayStage, cookie: string): Promise<number> =>
  stage.call('GET', '/api/me', { cookie }).then(({ status }) => status);

describe('a login', () => {
  it('opens a session that says who, for how long, and what to send along', async () => {
    const stage = open();
    const cookie = cookieIn(await login(stage));
    const answer = await stage.call('GET', '/api/me', { cookie });
    expect(await answer.json()).toMatchObject({
      name: 'ada',
      role: 'operator',
      groups: ['devops-team'],
      csrf: expect.stringMatching(/^[\w-]{43}$/),
      idleUntil: '2026-01-05T00:30:00.000Z',
      until: '2026-01-05T12:00:00.000Z',
    });
    expect(stage.journal.of('access').map(({ data }) => data)).toEqual([
      { who: 'ada', what: 'logged in', from: 'unknown' },
    ]);
  });

  it.each([
    [undefined, /^fairlead=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/],
    [
      { host: '127.0.0.1', tls: true, behindProxy: false },
      /^__Host-fairlead=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    ],
    [
      { host: '0.0.0.0', tls: false, behindProxy: true },
      /^__Host-fairlead=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    ],
  ])('sets a cookie that no script reads and no other site sends: %j', async (standing, cookie) => {
    expect((await login(open(standing))).headers.getSetCookie()[0]).toMatch(cookie);
  });

  it('keeps no secret as it is', async () => {
    const stage = open();
    const cookie = cookieIn(await login(stage));
    const kept = JSON.stringify([stage.store.people, stage.journal.records]);
    expect(kept).not.toContain(cookie);
    expect(kept).not.toContain(PASSWORD);
  });

  it.each([
    ['a wrong password', 'ada', 'wrong horse battery'],
    ['a name that nobody has', 'eve', PASSWORD],
  ])('is refused in the same words for %s', async (_, name, password) => {
    const response = await login(open(), name, password);
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
    expect(await response.json()).toEqual({ error: { code: 'Wrong', message: 'name or password is wrong' } });
  });

  it('is refused to somebody disabled', async () => {
    const stage = open();
    const users = stage.store.people.users.map((user) => ({ ...user, disabled: user.name === 'ada' }));
    stage.store.people = { ...stage.store.people, users };
    expect((await login(stage)).status).toBe(401);
  });

  it('that nobody has is not on record as it was typed: it may be a password', async () => {
    const stage = open();
    await login(stage, PASSWORD, 'ada');
    await login(stage, 'ada', 'wrong horse battery');
    expect(stage.journal.of('access').map(({ data }) => data['who'])).toEqual(['', 'ada']);
  });

  it('tells nobody where the gateway keeps its people when it cannot read them', async () => {
    const stage = open();
    stage.store.broken = '/var/lib/fairlead/users.json can be read by others';
    const answer = await login(stage);
    expect([answer.status, await answer.text()]).toEqual([503, expect.not.stringContaining('/var')]);
  });

  it('waits a minute after five wrong tries, also for the right password, and then goes on', async () => {
    const stage = open();
    for (let i = 0; i < 5; i += 1) expect((await login(stage, 'ada', `wrong ${i}`)).status).toBe(401);
    const held = await login(stage);
    expect([held.status, held.headers.get('retry-after')]).toEqual([429, '60']);
    await stage.clock.advance(MINUTE);
    expect((await login(stage)).status).toBe(200);
  });

  it('holds many tries at once as it holds them one by one', async () => {
    const stage = open();
    const tries = await Promise.all(Array.from({ length: 20 }, (_, i) => login(stage, 'ada', `wrong ${i}`)));
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(tries.filter(({ status }) => status === 429)).toHaveLength(15);
  });

  it('behind a proxy is counted by the address that the proxy names last, not by what the caller writes', async () => {
    const stage = open({ host: '0.0.0.0', tls: false, behindProxy: true });
    const from = (i: number) => ({ 'x-forwarded-for': `10.0.0.${i}, 192.0.2.9` });
    for (let i = 0; i < 5; i += 1) await login(stage, `name${i}`, 'wrong', from(i));
    expect((await login(stage, 'root', PASSWORD, from(9))).status).toBe(429);
    expect((await login(stage, 'root', PASSWORD, { 'x-forwarded-for': '192.0.2.10' })).status).toBe(200);
  });
});

describe('a caller of IPv6', () => {
  it('is counted by its network: one machine has more addresses than there are tries', async () => {
    const stage = open({ host: '0.0.0.0', tls: false, behindProxy: true });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    for (let i = 0; i < 5; i += 1) await login(stage, `name${i}`, 'wrong', from(`2001:db8:1:2::${i}`));
    expect((await login(stage, 'root', PASSWORD, from('2001:0db8:1:2:ffff::9'))).status).toBe(429);
    expect((await login(stage, 'root', PASSWORD, from('2001:db8:1:3::9'))).status).toBe(200);
  });
});

describe('a session', () => {
  it('ends after half an hour without a call', async () => {
    const stage = open();
    const cookie = stage.session('ada');
    await stage.clock.advance(29 * MINUTE);
    expect(await me(stage, cookie)).toBe(200);
    await stage.clock.advance(30 * MINUTE);
    expect(await me(stage, cookie)).toBe(401);
  });

  it('ends after twelve hours whatever is called', async () => {
    const stage = open();
    const cookie = stage.session('ada');
    for (let i = 0; i < 35; i += 1) {
      await stage.clock.advance(20 * MINUTE);
      expect(await me(stage, cookie)).toBe(200);
    }
    await stage.clock.advance(20 * MINUTE);
    expect(await me(stage, cookie)).toBe(401);
  });

  it('is over for a replayed cookie after logout', async () => {
    const stage = open();
    const cookie = cookieIn(await login(stage));
    const other = cookieIn(await login(stage));
    const out = await stage.call('POST', '/api/logout', { cookie, body: {} });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([200, expect.stringContaining('Max-Age=0')]);
    expect([await me(stage, cookie), await me(stage, other)]).toEqual([401, 200]);
  });

  it('that could not be ended is not said to be over', async () => {
    const stage = open();
    const cookie = stage.session('ada');
    const update = stage.store.update.bind(stage.store);
    stage.store.update = () => Promise.resolve({ ok: false, error: '/var/x/users.json: disk full' });
    const out = await stage.call('POST', '/api/logout', { cookie, body: {} });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([503, null]);
    expect(await out.text()).not.toContain('/var');
    stage.store.update = update;
    expect((await stage.call('POST', '/api/logout', { cookie, body: {} })).status).toBe(200);
    expect(await me(stage, cookie)).toBe(401);
  });

  it('is not pushed out by those that somebody else opens', async () => {
    const stage = open();
    const cookie = stage.session('ada');
    const of = { user: 'root', createdAt: stage.clock.now(), seenAt: stage.clock.now() };
    const many = Array.from({ length: 1_999 }, (_, i) => ({ id: i.toString(16).padStart(64, '0'), ...of }));
    stage.store.people = { ...stage.store.people, sessions: [...stage.store.people.sessions, ...many] };
    const opened = cookieIn(await login(stage, 'root'));
    expect([await me(stage, cookie), await me(stage, opened)]).toEqual([200, 200]);
  });

  it('ends when its person is disabled or gets a new password, and loses rights that were taken at once', async () => {
    const stage = open();
    const admin = stage.session('root');
    const put = (body: object) => stage.call('PUT', '/api/users', { cookie: admin, body });
    const first = stage.session('ada');
    await put({ name: 'ada', role: 'viewer', groups: [] });
    const held = await stage.call('POST', '/api/fleet/pause', { cookie: first, body: { action: 'pause' } });
    expect(held.status).toBe(403);
    await put({ name: 'ada', role: 'operator', groups: [], password: 'another long one' });
    expect(await me(stage, first)).toBe(401);
    const second = stage.session('ada');
    await put({ name: 'ada', role: 'operator', groups: [], disabled: true });
    expect(await me(stage, second)).toBe(401);
    expect(JSON.stringify(stage.journal.records)).not.toContain('another long one');
  });
});

describe('a one-time link', () => {
  const invite = async (stage: GatewayStage, name = 'ada'): Promise<string> => {
    const admin = stage.session('root');
    const made = await stage.call('POST', `/api/users/${name}/invite`, { cookie: admin, body: {} });
    const { link } = (await made.json()) as { link: string };
    return /^http:\/\/127\.0\.0\.1:8443\/#\/first-run\?token=([\w-]{43})$/.exec(link)?.[1] ?? '';
  };
  const accept = (stage: GatewayStage, token: string, password = 'a new long one') =>
    stage.call('POST', '/api/first-run', { body: { token, password } });

  it('sets a password once, and ends the sessions that were', async () => {
    const stage = open();
    const before = stage.session('ada');
    const token = await invite(stage);
    const accepted = await accept(stage, token);
    expect(await me(stage, cookieIn(accepted))).toBe(200);
    expect(await me(stage, before)).toBe(401);
    expect((await accept(stage, token)).status).toBe(401);
    expect((await login(stage, 'ada', 'a new long one')).status).toBe(200);
  });

  it('ends the tokens that were made with the password before, and a disabled person gets none of theirs back', async () => {
    const stage = open();
    await accept(stage, await invite(stage));
    const tokens = (): number => stage.store.people.tokens.filter(({ owner }) => owner === 'ada').length;
    const made = {
      id: 'a',
      hash: 'a'.repeat(64),
      name: 'cli',
      owner: 'ada',
      scopes: [],
      createdAt: 0,
      expiresAt: 1e15,
    };
    const own = { ...made, id: 'b', hash: 'b'.repeat(64), owner: 'root' };
    stage.store.people = { ...stage.store.people, tokens: [made, own] };
    await accept(stage, await invite(stage));
    expect(tokens()).toBe(0);
    stage.store.people = { ...stage.store.people, tokens: [made, own] };
    const put = (disabled: boolean) =>
      stage.call('PUT', '/api/users', {
        cookie: stage.session('root'),
        body: { name: 'ada', role: 'operator', groups: [], disabled },
      });
    await put(true);
    await put(false);
    expect([tokens(), stage.store.people.tokens.length]).toEqual([0, 1]);
  });

  it('is too old after a day', async () => {
    const stage = open();
    const token = await invite(stage);
    await stage.clock.advance(24 * 60 * MINUTE);
    expect((await accept(stage, token)).status).toBe(401);
  });

  it('wants a password of twelve characters', async () => {
    const stage = open();
    const answer = await accept(stage, await invite(stage), 'too short');
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('at least 12 characters')]);
  });

  it('cannot be guessed at speed', async () => {
    const stage = open();
    const tries = [];
    for (let i = 0; i < 7; i += 1) tries.push((await accept(stage, `guess-${i}`)).status);
    expect(tries).toEqual([401, 401, 401, 401, 401, 429, 429]);
  });

  it('cannot be guessed at speed by many tries at once either, and the log does not grow by them', async () => {
    const stage = open();
    const tries = await Promise.all(Array.from({ length: 9 }, (_, i) => accept(stage, `guess-${i}`)));
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(stage.journal.of('access')).toHaveLength(5);
  });

  it('is worth nothing any more once an admin sets a password or disables its person', async () => {
    const stage = open();
    const token = await invite(stage);
    const body = { name: 'ada', role: 'operator', groups: ['devops-team'], password: 'set by an admin' };
    await stage.call('PUT', '/api/users', { cookie: stage.session('root'), body });
    expect((await accept(stage, token)).status).toBe(401);
    expect((await login(stage, 'ada', 'set by an admin')).status).toBe(200);
  });

  it('is not made for nobody', async () => {
    const stage = open();
    const admin = stage.session('root');
    expect((await stage.call('POST', '/api/users/eve/invite', { cookie: admin, body: {} })).status).toBe(404);
  });
});

describe('a token', () => {
  it('is shown once, kept hashed, does what its scopes say, and stops at once when revoked', async () => {
    const stage = open();
    const cookie = stage.session('ada');
    const body = { name: 'ci', scopes: ['read'], days: 1 };
    const made = await stage.call('POST', '/api/tokens', { cookie, body });
    const { secret: token, id } = (await made.json()) as { secret: string; id: string };
    expect(JSON.stringify([stage.store.people, stage.journal.records])).not.toContain(token);
    expect((await stage.call('GET', '/api/services', { token })).status).toBe(200);
    expect((await stage.call('POST', '/api/fleet/pause', { token, body: { action: 'pause' } })).status).toBe(403);
    const listed = await (await stage.call('GET', '/api/tokens', { cookie })).json();
    expect(listed).toMatchObject({ items: [{ id, name: 'ci', owner: 'ada', scopes: ['read'] }] });
    expect(JSON.stringify(listed)).not.toContain(token);
    expect((await stage.call('DELETE', `/api/tokens/${id}`, { cookie, body: {} })).status).toBe(200);
    expect((await stage.call('GET', '/api/services', { token })).status).toBe(401);
  });

  it('is one of a hundred at most: one person does not use up what there is for all', async () => {
    const stage = open();
    const token = (i: number) => ({ id: `t${i}`, hash: i.toString(16).padStart(64, '0'), name: 'ci', owner: 'ada' });
    const lasts = { scopes: ['read' as const], createdAt: 0, expiresAt: stage.clock.now() + MINUTE };
    const tokens = Array.from({ length: 100 }, (_, i) => ({ ...token(i), ...lasts }));
    stage.store.people = { ...stage.store.people, tokens };
    const body = { name: 'ci', scopes: ['read'], days: 1 };
    const made = (name: string) => stage.call('POST', '/api/tokens', { cookie: stage.session(name), body });
    const refused = await made('ada');
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('revoke')]);
    expect((await made('root')).status).toBe(201);
  });

  it('ends on its day, and with its owner', async () => {
    const stage = open();
    const token = stage.token('ada', ['read']);
    await stage.clock.advance(24 * 60 * MINUTE - 1);
    expect((await stage.call('GET', '/api/services', { token })).status).toBe(200);
    await stage.clock.advance(1);
    expect((await stage.call('GET', '/api/services', { token })).status).toBe(401);
    const other = stage.token('ada', ['read']);
    const users = stage.store.people.users.map((user) => ({ ...user, disabled: user.name === 'ada' }));
    stage.store.people = { ...stage.store.people, users };
    expect((await stage.call('GET', '/api/services', { token: other })).status).toBe(401);
  });

  it('is neither seen nor revoked by somebody else who is no admin', async () => {
    const stage = open();
    stage.token('root', ['read']);
    const [{ id } = { id: '' }] = stage.store.people.tokens;
    const cookie = stage.session('ada');
    expect(await (await stage.call('GET', '/api/tokens', { cookie })).json()).toEqual({ items: [] });
    expect((await stage.call('DELETE', `/api/tokens/${id}`, { cookie, body: {} })).status).toBe(404);
    expect(stage.store.people.tokens).toHaveLength(1);
  });
});

describe('the last admin', () => {
  it.each([
    { name: 'root', role: 'operator', groups: [] },
    { name: 'root', role: 'admin', groups: [], disabled: true },
  ])('stays one: %j', async (body) => {
    const stage = open();
    const cookie = stage.session('root');
    const answer = await stage.call('PUT', '/api/users', { cookie, body });
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('the last admin stays one')]);
  });
});
