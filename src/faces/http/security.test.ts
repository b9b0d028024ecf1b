import { describe, expect, it } from 'vitest';
import { type Call, HOST, ORIGIN, openGateway } from '../../../test/stages/gatewayStage.ts';
import { csrfOf } from '../../gateway/people/secrets.ts';

/** A change that needs no cluster, as somebody who may make it. */
const asAdmin = () => {
  const stage = openGateway();
  stage.person('root', 'admin');
  const cookie = stage.session('root');
  const change = (how: Call = {}): Promise<Response> =>
    stage.call('POST', '/api/tokens', { cookie, body: { name: 'ci', scopes: ['read'], days: 1 }, ...how });
  return { stage, cookie, change };
};
const codeOf = async (response: Response): Promise<[number, string]> => {
  const { error } = (await response.json()) as { error: { code: string } };
  return [response.status, error.code];
};

describe('a change in a session', () => {
  it('is taken from a page of ours', async () => {
    const { change, stage } = asAdmin();
    expect((await change()).status).toBe(201);
    expect(stage.store.people.tokens).toHaveLength(1);
  });

  const foreign: [string, Call][] = [
    ['without the csrf header', { csrf: null }],
    ['with an empty csrf header', { csrf: '' }],
    ["with another session's csrf header", { csrf: csrfOf('another') }],
    ['with the cookie itself as the csrf header', { csrf: 'session-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-1' }],
    ['without an Origin', { origin: null }],
    ['from another site', { origin: 'https://evil.example' }],
    ['from another port of this machine', { origin: 'http://127.0.0.1:9999' }],
    ['from a page in a sandbox', { origin: 'null' }],
    ['from a name that only begins like ours', { origin: `${ORIGIN}.evil.example` }],
    ['from our name under TLS, which is not ours here', { origin: `https://${HOST}` }],
  ];
  it.each(foreign)('is refused %s, and nothing is changed', async (_, how) => {
    const { change, stage } = asAdmin();
    expect(await codeOf(await change(how))).toEqual([403, 'ForeignPage']);
    expect(stage.store.people.tokens).toEqual([]);
  });

  it('is refused when a token comes along: there is no saying which of the two is meant', async () => {
    const { change, stage } = asAdmin();
    expect(await codeOf(await change({ token: stage.token('root', ['read']) }))).toEqual([401, 'LoginNeeded']);
  });
});

describe('a login from a page elsewhere', () => {
  it.each(['/api/login', '/api/first-run'])('is refused at %s', async (path) => {
    const { stage } = asAdmin();
    const response = await stage.call('POST', path, { origin: 'https://evil.example', body: {} });
    expect(await codeOf(response)).toEqual([403, 'ForeignPage']);
  });
});

describe('a name that is not ours', () => {
  it.each(['evil.example', 'evil.example:8443', '127.0.0.1', '127.0.0.1:80', '0.0.0.0:8443', ''])(
    'reaches nothing: %s',
    async (host) => {
      const { stage, cookie } = asAdmin();
      for (const path of ['/', '/api/me', '/api/users', '/api/openapi.json', '/nothing']) {
        const response = await stage.call('GET', path, { cookie, host });
        expect(await codeOf(response)).toEqual([421, 'WrongHost']);
      }
    },
  );

  it.each(['127.0.0.1:8443', 'localhost:8443', '[::1]:8443', 'LOCALHOST:8443'])('is not %s', async (host) => {
    const { stage, cookie } = asAdmin();
    expect((await stage.call('GET', '/api/me', { cookie, host })).status).toBe(200);
  });

  it('still gets an answer to what keeps the process alive', async () => {
    const { stage } = asAdmin();
    for (const path of ['/healthz', '/readyz']) {
      expect((await stage.call('GET', path, { host: '10.0.0.7:8443' })).status).toBe(200);
    }
  });
});

describe('headers', () => {
  const policy =
    /^default-src 'none'; script-src 'self'; style-src 'self'; .*base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/;
  it.each([
    ['GET', '/'],
    ['GET', '/healthz'],
    ['GET', '/api/me'],
    ['GET', '/nothing'],
    ['POST', '/api/login'],
  ])('stand on every answer: %s %s', async (method, path) => {
    const response = await openGateway().call(method, path, method === 'POST' ? { body: '{' } : {});
    const { headers } = response;
    expect(headers.get('content-security-policy')).toMatch(policy);
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('permissions-policy')).toContain('camera=()');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('date')).toBe('Mon, 05 Jan 2026 00:00:00 GMT');
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('say under TLS that it stays so', async () => {
    const secure = openGateway({}, { host: '127.0.0.1', tls: true, behindProxy: false });
    expect((await secure.call('GET', '/healthz')).headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
  });
});

describe('a body', () => {
  const login = (body: string, headers: Record<string, string> = {}) =>
    openGateway().call('POST', '/api/login', { body, headers });
  it.each<[string, string, number, string]>([
    ['that is no JSON', '{"name":', 400, 'BadJson'],
    ['that is empty', '', 400, 'BadJson'],
    ['with a key twice', '{"name":"a","password":"b","name":"c"}', 400, 'BadJson'],
    ['that is a list', '[]', 400, 'BadRequest'],
    ['that lacks a field', '{"name":"a"}', 400, 'BadRequest'],
    ['with a field too many', '{"name":"a","password":"b","admin":true}', 400, 'BadRequest'],
    ['with a prototype', '{"__proto__":{"role":"admin"},"name":"a","password":"b"}', 400, 'BadRequest'],
    ['of the wrong type', '{"name":1,"password":"b"}', 400, 'BadRequest'],
    ['that is larger than any of ours', JSON.stringify({ name: 'a', password: 'x'.repeat(70_000) }), 413, 'TooLarge'],
  ])('%s is refused with words', async (_, body, status, code) => {
    expect(await codeOf(await login(body))).toEqual([status, code]);
  });

  it('of another type is refused', async () => {
    const body = 'name=a&password=b';
    expect(await codeOf(await login(body, { 'content-type': 'application/x-www-form-urlencoded' }))).toEqual([
      415,
      'NotJson',
    ]);
  });

  it('is not said back: it may hold a password', async () => {
    const response = await login(JSON.stringify({ name: 'a', password: ['correct horse battery staple'] }));
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('correct horse');
  });
});

describe('what breaks inside', () => {
  it('shows nobody how', async () => {
    const stage = openGateway({
      queue: { state: () => Promise.reject(new Error('secret path /var/x')), retry: never },
    });
    stage.person('vera', 'viewer');
    const response = await stage.call('GET', '/api/queue', { cookie: stage.session('vera') });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toMatch(/secret|\/var|at .*:\d+/);
  });

  it('lets nobody in when who they are cannot be looked up', async () => {
    const stage = openGateway();
    stage.person('root', 'admin');
    const cookie = stage.session('root');
    stage.store.broken = 'disk gone';
    expect(await codeOf(await stage.call('GET', '/api/users', { cookie }))).toEqual([503, 'Unavailable']);
  });
});

const never = (): Promise<never> => Promise.reject(new Error('not asked'));
