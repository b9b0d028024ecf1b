import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../testing/selfSigned.ts';
import type { PrometheusSettings } from './access.ts';
import { PrometheusClient } from './client.ts';
import { FakePrometheus, refusal, vector } from './fakePrometheus.ts';

const ids = { random: () => 0 };
const never = new AbortController().signal;
let server: FakePrometheus;
let url: string;
let folder: string;
const clientOf = (settings: Partial<PrometheusSettings> = {}, limits = {}): PrometheusClient =>
  new PrometheusClient({ url, windowMs: 60_000, ...settings }, { ids, limits });
const words = async (client: PrometheusClient, signal = never): Promise<string> => {
  const answer = await client.query('up', signal);
  return answer.ok ? `ok: ${answer.value.series.length}` : answer.error;
};

beforeEach(async () => {
  server = new FakePrometheus();
  url = await server.start();
  folder = mkdtempSync(path.join(tmpdir(), 'fairlead-prometheus-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the client', () => {
  it('posts a form, below the path that Prometheus stands behind', async () => {
    server.answer = () =>
      vector([
        [{ a: 'b' }, 'NaN'],
        [{}, Number.POSITIVE_INFINITY],
      ]);
    const answer = await clientOf({ url: `${url}/prometheus/` }).query('sum(up)', never);
    expect(server.asked[0]?.path).toBe('/prometheus/api/v1/query');
    expect(server.asked[0]?.form.get('query')).toBe('sum(up)');
    expect(answer.ok && answer.value.series).toEqual([
      { labels: { a: 'b' }, points: [{ at: 0, value: Number.NaN }] },
      { labels: {}, points: [{ at: 0, value: Number.POSITIVE_INFINITY }] },
    ]);
  });

  it('asks for a range', async () => {
    server.answer = () => ({
      status: 200,
      body: {
        status: 'success',
        data: {
          resultType: 'matrix',
          result: [
            {
              metric: {},
              values: [
                [10, '1'],
                [25, '2'],
              ],
            },
          ],
        },
      },
    });
    const answer = await clientOf().range('up', { from: 10_000, to: 25_000, stepMs: 15_000 }, never);
    expect(Object.fromEntries(server.asked[0]?.form ?? [])).toMatchObject({ start: '10', end: '25', step: '15' });
    expect(answer.ok && answer.value.series[0]?.points).toEqual([
      { at: 10_000, value: 1 },
      { at: 25_000, value: 2 },
    ]);
  });

  it.each([
    [
      'a query error',
      refusal(422, 'execution', 'found duplicate series for\n the match group'),
      /HTTP 422, execution: found duplicate series for the match/,
    ],
    ['a page of a proxy', { status: 502, body: '<html>bad gateway' }, /HTTP 502, and the answer is no JSON: <html>/],
    ['another API', { status: 200, body: { kind: 'Status' } }, /none of Prometheus/],
    ['an error with a good status', refusal(200, 'timeout', 'query timed out'), /timeout: query timed out/],
    ['a redirect, which is not followed', { status: 302, body: '' }, /HTTP 302/],
  ])('has words for %s', async (_, reply, expected) => {
    server.answer = () => reply;
    const told = await words(clientOf());
    expect(told).toMatch(expected);
    expect(told.length).toBeLessThanOrEqual(300);
  });

  it('shortens what a server says of itself without end', async () => {
    server.answer = () => refusal(422, 'execution', 'x'.repeat(10_000));
    expect(await words(clientOf())).toHaveLength(300);
  });

  it('gives up on an answer that does not come, and asks no second time', async () => {
    server.answer = () => 'hang';
    expect(await words(clientOf({}, { timeoutMs: 60 }))).toBe('no answer within 0.06 s');
    expect(server.asked).toHaveLength(1);
  });

  it('stops at once when nobody waits any more', async () => {
    server.answer = () => 'hang';
    const stop = new AbortController();
    const told = words(clientOf(), stop.signal);
    stop.abort();
    expect(await told).toMatch(/abort/i);
  });

  it('takes no more of an answer than it has room for', async () => {
    server.answer = () => vector([[{ a: 'x'.repeat(5000) }, 1]]);
    expect(await words(clientOf({}, { maxBytes: 1000 }))).toBe('the answer is larger than 1000 bytes');
  });

  it.each([
    ['a connection that breaks', 'drop' as const],
    ['a server that is busy', { status: 503, body: 'busy' }],
  ])('asks once more after %s', async (_, reply) => {
    server.answer = (_question, nth) => (nth === 1 ? reply : vector([]));
    expect(await words(clientOf())).toBe('ok: 0');
    expect(server.asked).toHaveLength(2);
  });

  it('asks twice at most', async () => {
    server.answer = () => 'drop';
    expect(await words(clientOf())).not.toMatch(/^ok/);
    expect(server.asked).toHaveLength(2);
  });

  it('names what is partial, and lets mere remarks pass', async () => {
    server.answer = () => vector([], { warnings: ['store-1: connection refused'] });
    const partial = await clientOf().query('up', never);
    expect(partial.ok && partial.value.partial).toBe('store-1: connection refused');
    server.answer = () => vector([], { isPartial: true });
    expect(await clientOf().query('up', never)).toMatchObject({ value: { partial: 'not every store answered' } });
    server.answer = () => vector([], { infos: ['metric might not be a counter'], warnings: ['PromQL info: x'] });
    const whole = await clientOf().query('up', never);
    expect(whole.ok && whole.value.partial).toBeUndefined();
  });
});

describe('who we are', () => {
  it('says a token, or a user', async () => {
    await words(clientOf({ token: 'abc' }));
    await words(clientOf({ basic: 'ada:secret' }));
    expect(server.asked.map(({ authorization }) => authorization)).toEqual([
      'Bearer abc',
      `Basic ${Buffer.from('ada:secret').toString('base64')}`,
    ]);
  });

  it('reads a rotated token from its file, also between the question and a 401', async () => {
    const tokenFile = path.join(folder, 'token');
    writeFileSync(tokenFile, 'old\n');
    const client = clientOf({ tokenFile });
    let valid = 'old';
    server.answer = ({ authorization }) => {
      if (authorization === `Bearer ${valid}`) return vector([]);
      // The new one arrives while the old one is on its way.
      writeFileSync(tokenFile, `${valid}\n`);
      return { status: 401, body: '' };
    };
    expect(await words(client)).toBe('ok: 0');
    valid = 'new';
    expect(await words(client)).toBe('ok: 0');
    expect(server.asked.map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
  });

  it.each([
    ['a token that is refused', 401],
    ['a token without the right', 403],
  ])('says what to check for %s', async (_, status) => {
    server.answer = () => ({ status, body: '' });
    expect(await words(clientOf({ token: 'secret-token' }))).toMatch(/check FAIRLEAD_PROMETHEUS_TOKEN_FILE/);
    expect(await words(clientOf({ token: 'secret-token' }))).not.toContain('secret-token');
  });

  it.each([
    ['is not there', undefined, /cannot be read \(ENOENT\)/],
    ['is empty', '\n', /has no first line/],
  ])('does not ask when the token file %s', async (_, text, expected) => {
    const tokenFile = path.join(folder, 'token');
    if (text !== undefined) writeFileSync(tokenFile, text);
    expect(await words(clientOf({ tokenFile }))).toMatch(expected);
    expect(server.asked).toEqual([]);
  });

  it('trusts the authority of its file, and the one that replaced it', async () => {
    const pair = selfSigned(Date.now());
    const secure = https.createServer(pair, (request, response) => {
      request.resume();
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } }));
    });
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    const caFile = path.join(folder, 'ca.crt');
    writeFileSync(caFile, selfSigned(Date.now()).cert);
    const client = clientOf({ url: `https://127.0.0.1:${(secure.address() as AddressInfo).port}`, caFile });
    expect(await words(client)).toMatch(/certificate/i);
    writeFileSync(caFile, pair.cert);
    expect(await words(client)).toBe('ok: 0');
    secure.closeAllConnections();
    await new Promise((resolve) => secure.close(resolve));
  });
});
