import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openGateway } from '../../../test/stages/gatewayStage.ts';
import { systemClock } from '../../adapters/system/systemClock.ts';
import { ok } from '../../kernel/result.ts';
import { gatewayApp } from './gatewayApp.ts';
import { placeOf } from './place.ts';
import { type Listening, listen } from './server.ts';

const AT = { host: '127.0.0.1', port: 0, clock: systemClock };
const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A whole gateway on a real port, with one viewer. */
async function serving() {
  const stage = openGateway();
  stage.person('vera', 'viewer');
  const server = await listen(AT, (port) => {
    const place = placeOf({ host: '127.0.0.1', tls: false, behindProxy: false }, port);
    if (!place.ok) throw new Error(place.error);
    return gatewayApp({ ...stage.deps, clock: systemClock, place: place.value }).fetch;
  });
  if (!server.ok) throw new Error(server.error);
  open.push(server.value);
  return {
    stage,
    server: server.value,
    url: `http://127.0.0.1:${server.value.port}`,
    token: stage.token('vera', ['read']),
  };
}

/** Status and body, by a client that sends what it is told. */
const ask = (url: string, headers: Record<string, string>, body?: string): Promise<[number, string]> =>
  new Promise((resolve, reject) => {
    const call = request(url, { method: body === undefined ? 'GET' : 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve([response.statusCode ?? 0, text]));
    });
    call.on('error', reject);
    call.end(body);
  });

const statusOf = async (...call: Parameters<typeof ask>): Promise<number> => (await ask(...call))[0];

describe('a gateway on a port', () => {
  it('answers under its own names, to a token, and to nobody else', async () => {
    const { url, token } = await serving();
    expect(await ask(`${url}/healthz`, {})).toEqual([200, '{"ok":true}']);
    expect(await statusOf(`${url}/api/me`, {})).toBe(401);
    const [status, text] = await ask(`${url}/api/me`, { authorization: `Bearer ${token}` });
    expect([status, JSON.parse(text)]).toMatchObject([200, { name: 'vera', role: 'viewer' }]);
    expect(await statusOf(`${url}/api/me`, { authorization: `Bearer ${token}`, host: 'evil.example' })).toBe(421);
  });

  it('takes no body larger than any of ours, announced or not', async () => {
    const { url } = await serving();
    const large = JSON.stringify({ name: 'a', password: 'x'.repeat(100_000) });
    const type = { 'content-type': 'application/json' };
    expect(await statusOf(`${url}/api/login`, { ...type, 'content-length': String(large.length) }, large)).toBe(413);
    expect(await statusOf(`${url}/api/login`, { ...type, 'transfer-encoding': 'chunked' }, large)).toBe(413);
  });

  it('counts wrong logins by the address of the caller', async () => {
    const { url } = await serving();
    const login = (name: string) =>
      ask(`${url}/api/login`, { 'content-type': 'application/json' }, JSON.stringify({ name, password: 'wrong' }));
    const statuses = [];
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) statuses.push((await login(name))[0]);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('is not harmed by what is no HTTP', async () => {
    const { url, server } = await serving();
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.end('rubbish\r\n\r\n'));
      socket.on('data', (data) => resolve(String(data)));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect((await ask(`${url}/healthz`, {}))[0]).toBe(200);
  });

  it('closes although somebody follows changes, and tells them by ending the stream', async () => {
    const { stage, server, url, token } = await serving();
    const stream = await fetch(`${url}/api/events`, { headers: { authorization: `Bearer ${token}` } });
    const reader = stream.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('event: beat');
    const from = systemClock.now();
    stage.deps.feed.close();
    await server.close();
    expect(systemClock.now() - from).toBeLessThan(1_900);
    expect((await reader?.read())?.done).toBe(true);
  });

  it('says that a port is taken', async () => {
    const { server } = await serving();
    const second = await listen({ ...AT, port: server.port }, () => () => new Response());
    expect(second).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/),
    });
  });

  it('says that a certificate is none', async () => {
    const listened = await listen({ ...AT, tls: { cert: 'no', key: 'no' } }, () => () => new Response());
    expect(listened).toMatchObject({ ok: false, error: expect.stringMatching(/^the certificate cannot be used: /) });
  });

  it('is ready once something was read', async () => {
    const stage = openGateway({
      ready: () => false,
      queue: { state: never, retry: () => Promise.resolve(ok(undefined)) },
    });
    expect((await stage.call('GET', '/readyz')).status).toBe(503);
    expect((await stage.call('GET', '/healthz')).status).toBe(200);
  });
});

const never = (): Promise<never> => Promise.reject(new Error('not asked'));
