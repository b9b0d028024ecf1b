import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { ORIGIN, openGateway } from '../../../test/stages/gatewayStage.ts';
import { systemClock } from '../../adapters/system/systemClock.ts';
import { hashPassword } from '../../gateway/people/password.ts';
import { selfSigned } from '../../testing/selfSigned.ts';
import { gatewayApp } from './gatewayApp.ts';
import { placeOf } from './place.ts';
import { type Listening, listen } from './server.ts';

const tls = selfSigned(systemClock.now());
const PASSWORD = 'correct horse battery';
const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A whole gateway behind its own certificate, with one viewer. */
async function serving(handshakeMs?: number) {
  const stage = openGateway();
  stage.person('vera', 'viewer');
  const password = await hashPassword(PASSWORD);
  stage.store.people = {
    ...stage.store.people,
    users: stage.store.people.users.map((user) => ({ ...user, password })),
  };
  const at = { host: '127.0.0.1', port: 0, clock: systemClock, tls };
  const server = await listen({ ...at, ...(handshakeMs !== undefined && { handshakeMs }) }, (port) => {
    const place = placeOf({ host: '127.0.0.1', tls: true, behindProxy: false }, port);
    if (!place.ok) throw new Error(place.error);
    return gatewayApp({ ...stage.deps, clock: systemClock, place: place.value }).fetch;
  });
  if (!server.ok) throw new Error(server.error);
  open.push(server.value);
  return { port: server.value.port, url: `https://127.0.0.1:${server.value.port}` };
}

interface Answer {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly policy: string | undefined;
}

const login = (url: string, origin: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', origin };
    const call = request(`${url}/api/login`, { method: 'POST', headers, ca: tls.cert }, (response) => {
      response.resume();
      const { 'set-cookie': cookies = [], 'strict-transport-security': policy } = response.headers;
      response.on('end', () => resolve({ status: response.statusCode ?? 0, cookies, policy }));
    });
    call.on('error', reject);
    call.end(JSON.stringify({ name: 'vera', password: PASSWORD }));
  });

/** What the other side said before it ended the connection, and how long that took. */
async function untilEnded(socket: Socket): Promise<{ readonly text: string; readonly ms: number }> {
  const from = systemClock.now();
  let text = '';
  socket.on('data', (data) => (text += String(data)));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
  return { text, ms: systemClock.now() - from };
}

describe('a gateway with a certificate', () => {
  it('logs in over TLS alone, with a cookie that is never sent in the clear and belongs to this host', async () => {
    const { url } = await serving();
    const { status, cookies, policy } = await login(url, url);
    expect([status, policy]).toEqual([200, 'max-age=31536000']);
    expect(cookies).toEqual([
      expect.stringMatching(/^__Host-fairlead=[^;]+;(?=.* Secure)(?=.* HttpOnly)(?=.* Path=\/)(?=.* SameSite=Strict)/),
      expect.stringMatching(/^__Host-fairlead-device=[^;]+;(?=.* Secure)(?=.* HttpOnly)(?=.* Path=\/)/),
    ]);
  });

  it.each([
    ['the same page over plain HTTP', (url: string) => url.replace('https:', 'http:')],
    ['another host', () => ORIGIN],
  ])('takes no login from %s', async (_, origin) => {
    const { url } = await serving();
    expect(await login(url, origin(url))).toMatchObject({ status: 403, cookies: [] });
  });

  it('says nothing to plain HTTP', async () => {
    const { port } = await serving();
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /api/me HTTP/1.1\r\nhost: x\r\n\r\n'));
    expect((await untilEnded(socket)).text).not.toContain('HTTP/1.1 ');
  });

  it('speaks no TLS older than 1.2', async () => {
    const { port } = await serving();
    const speaks = (version: 'TLSv1.1' | 'TLSv1.2'): Promise<string | null> =>
      new Promise((resolve) => {
        const how = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0', ca: tls.cert };
        const socket = connectTls({ port, host: '127.0.0.1', ...how }, () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.on('error', () => resolve(null));
      });
    expect(await speaks('TLSv1.2')).toBe('TLSv1.2');
    expect(await speaks('TLSv1.1')).toBeNull();
  });

  it('ends a connection that does not say how it wants to speak, and answers others meanwhile', async () => {
    const { port, url } = await serving(200);
    const silent = untilEnded(connect(port, '127.0.0.1'));
    expect((await login(url, url)).status).toBe(200);
    expect((await silent).ms).toBeLessThan(5_000);
  });
});
