import { describe, expect, it } from 'vitest';
import { type GatewayStage, openGateway } from '../../../test/stages/gatewayStage.ts';
import { hashPassword } from '../../gateway/people/password.ts';
import { settle } from '../../testing/manualClock.ts';

const PASSWORD = 'correct horse battery';
const HASH = await hashPassword(PASSWORD);
const BEHIND_PROXY = { host: '0.0.0.0', tls: false, behindProxy: true };

/** Counts how often the store is read. */
function counting(stage: GatewayStage): () => number {
  let reads = 0;
  const read = stage.store.read.bind(stage.store);
  stage.store.read = () => {
    reads += 1;
    return read();
  };
  return () => reads;
}
const open = (standing?: Parameters<typeof openGateway>[1]): GatewayStage => {
  const stage = openGateway({}, standing);
  for (const name of ['root', 'ada']) stage.person(name, 'admin');
  const users = stage.store.people.users.map((user) => ({ ...user, password: HASH }));
  stage.store.people = { ...stage.store.people, users };
  return stage;
};
const madeUp = (n: number): string => `made-up-${'x'.repeat(30)}-${n}`;

describe('a secret that is made up', () => {
  it.each([
    ['a cookie', (n: number) => ({ cookie: madeUp(n) })],
    ['a token', (n: number) => ({ token: `fl_${madeUp(n)}` })],
  ])('costs no read of the store each: %s', async (_, how) => {
    const stage = open();
    const reads = counting(stage);
    const calls = Array.from({ length: 500 }, (__, n) => stage.call('GET', '/api/me', how(n)));
    await settle();
    await stage.clock.advance(1_000);
    expect((await Promise.all(calls)).every(({ status }) => status === 401)).toBe(true);
    expect(reads()).toBeLessThanOrEqual(11);
  });

  it('is not looked up at all where it cannot be one, or where anybody may ask', async () => {
    const stage = open();
    const reads = counting(stage);
    for (const cookie of ['short', 'x'.repeat(101), 'with spaces in it and more', 'ümläuts-ümläuts-ümläuts']) {
      expect(
        (await stage.call('GET', '/api/me', { headers: { cookie: `fairlead=${encodeURI(cookie)}` } })).status,
      ).toBe(401);
    }
    for (const path of ['/healthz', '/readyz', '/api/openapi.json']) {
      expect((await stage.call('GET', path, { cookie: madeUp(1) })).status).toBe(200);
    }
    expect(reads()).toBe(0);
  });

  it('keeps nobody out: a session that was there goes on at once, one opened elsewhere within a second', async () => {
    const stage = open();
    const before = stage.session('ada');
    await stage.call('GET', '/api/me', { cookie: before });
    const flood = Array.from({ length: 500 }, (_, n) => stage.call('GET', '/api/me', { cookie: madeUp(n) }));
    expect((await stage.call('GET', '/api/me', { cookie: before })).status).toBe(200);
    const elsewhere = stage.call('GET', '/api/me', { cookie: stage.session('root') });
    await settle();
    await stage.clock.advance(1_000);
    expect((await elsewhere).status).toBe(200);
    await Promise.all(flood);
  });
});

describe('whoever guesses the password of a name', () => {
  const login = (stage: GatewayStage, password: string, from: string, device?: string) =>
    stage.call('POST', '/api/login', {
      body: { name: 'ada', password },
      headers: {
        'x-forwarded-for': from,
        ...(device !== undefined && { cookie: `__Host-fairlead-device=${device}` }),
      },
    });
  const deviceIn = (response: Response): string =>
    /__Host-fairlead-device=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? '';

  it('from elsewhere does not keep its owner out of the browser they were let in with before', async () => {
    const stage = open(BEHIND_PROXY);
    const device = deviceIn(await login(stage, PASSWORD, '192.0.2.1'));
    for (let i = 0; i < 5; i += 1) await login(stage, 'guess', `198.51.100.${i}`);
    expect((await login(stage, PASSWORD, '192.0.2.1')).status).toBe(429);
    expect((await login(stage, PASSWORD, '192.0.2.1', device)).status).toBe(200);
  });

  it('from the same network does not either', async () => {
    const stage = open(BEHIND_PROXY);
    const device = deviceIn(await login(stage, PASSWORD, '192.0.2.1'));
    for (let i = 0; i < 5; i += 1) await login(stage, 'guess', '192.0.2.1');
    expect((await login(stage, PASSWORD, '192.0.2.1', device)).status).toBe(200);
  });

  it('with the cookie of such a browser has five tries a minute, like anybody', async () => {
    const stage = open(BEHIND_PROXY);
    const device = deviceIn(await login(stage, PASSWORD, '192.0.2.1'));
    const tries = [];
    for (let i = 0; i < 6; i += 1) tries.push((await login(stage, `guess ${i}`, `198.51.100.${i}`, device)).status);
    expect(tries).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it.each([
    ['made up', () => `${'a'.repeat(43)}.${'A'.repeat(86)}`],
    [
      'of somebody else',
      async (stage: GatewayStage) => {
        const body = { name: 'root', password: PASSWORD };
        return deviceIn(await stage.call('POST', '/api/login', { body, headers: { 'x-forwarded-for': '192.0.2.9' } }));
      },
    ],
  ])('with one that is %s is counted as without', async (_, make) => {
    const stage = open(BEHIND_PROXY);
    const device = await make(stage);
    for (let i = 0; i < 5; i += 1) await login(stage, 'guess', `198.51.100.${i}`, device);
    expect((await login(stage, PASSWORD, '203.0.113.1', device)).status).toBe(429);
  });

  it('is given a cookie that no page reads, and lets nobody in', async () => {
    const stage = open(BEHIND_PROXY);
    const response = await login(stage, PASSWORD, '192.0.2.1');
    expect(response.headers.get('set-cookie')).toMatch(
      /__Host-fairlead-device=[^,]*HttpOnly[^,]*Secure[^,]*SameSite=Strict/,
    );
    const headers = { cookie: `__Host-fairlead-device=${deviceIn(response)}` };
    expect((await stage.call('GET', '/api/me', { headers })).status).toBe(401);
  });
});
