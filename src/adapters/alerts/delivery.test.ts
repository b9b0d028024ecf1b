import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { AlertNotice } from '../../ports/alertSink.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import type { Delivery } from './delivery.ts';
import { slackAlerts, slackText } from './slackAlerts.ts';
import { signature, webhookAlerts } from './webhookAlerts.ts';

const SECRET = 'a-secret-of-the-webhook';
const PATH = '/services/T0/B0/top-secret-path';
const NOTICE: AlertNotice = {
  key: 'shop/web-aaaaaaaaaa.UndoFailed',
  code: 'UndoFailed',
  message: 'the undo did not take effect',
  at: Date.UTC(2026, 0, 5),
  namespace: 'shop',
  service: 'web',
  decision: 'web-aaaaaaaaaa',
};

interface Seen {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Answers the nth request by `answer(n)`; keeps what came. */
async function serve(answer: (response: ServerResponse, n: number) => void): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      seen.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      answer(response, seen.length);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`, seen };
}

function parts() {
  const lines: string[] = [];
  const note = (fields: object, message: string): void => void lines.push(JSON.stringify({ ...fields, message }));
  const options = {
    log: { info: note, warn: note, error: note },
    redact: (text: string) => text.replaceAll(SECRET, '[redacted]'),
    timeoutMs: 5_000,
    backoffMs: 1,
  };
  return { lines, options };
}

const webhook = (url: string, options: ReturnType<typeof parts>['options']): Delivery =>
  webhookAlerts({ url, secret: SECRET, clock: new ManualClock(), ...options });

const status =
  (...codes: number[]) =>
  (response: ServerResponse, n: number): void => {
    response.writeHead(codes[Math.min(n, codes.length) - 1] ?? 200, { location: 'http://127.0.0.1:9/' }).end();
  };

describe('the webhook', () => {
  it('is sent what happened as JSON, signed over time and body', async () => {
    const { url, seen } = await serve(status(204));
    const { lines, options } = parts();
    const sink = webhook(url, options);
    sink.raise({ ...NOTICE, message: `it said ${SECRET}` });
    await sink.idle();
    expect(seen).toHaveLength(1);
    const { headers, body } = seen[0] ?? { headers: {}, body: '' };
    const stamp = String(headers['x-fairlead-timestamp']);
    expect(Number(stamp)).toBe(Date.UTC(2026, 0, 5) / 1000);
    expect(headers['x-fairlead-signature']).toBe(signature(SECRET, stamp, body));
    expect(headers['x-fairlead-signature']).not.toBe(signature('another-secret-of-it', stamp, body));
    expect(JSON.parse(body)).toEqual({
      ...NOTICE,
      version: 1,
      at: '2026-01-05T00:00:00.000Z',
      message: 'it said [redacted]',
    });
    expect(lines).toEqual([]);
  });

  it.each([
    ['answers 500 twice', [500, 500, 200], 3, undefined],
    ['answers 429 once', [429, 200], 2, undefined],
    ['answers 500 for ever', [500], 3, 'Http500'],
    ['refuses it', [403], 1, 'Http403'],
    ['sends it elsewhere', [307], 1, 'Http307'],
  ] as const)('that %s costs at most three tries', async (_, codes, tries, error) => {
    const { url, seen } = await serve(status(...codes));
    const { lines, options } = parts();
    const sink = webhook(url, options);
    sink.raise(NOTICE);
    await sink.idle();
    expect(seen).toHaveLength(tries);
    expect(lines.map((line) => JSON.parse(line).error)).toEqual(error === undefined ? [] : [error]);
  });

  it.each([
    ['hangs', (): void => undefined],
    [
      'answers without end',
      (response: ServerResponse): void => void response.writeHead(200).write('x'.repeat(100_000)),
    ],
    ['cuts the connection', (response: ServerResponse): void => void response.destroy()],
  ])('that %s holds nobody up, and neither its address nor the secret is logged', async (_, answer) => {
    const { url } = await serve(answer);
    const { lines, options } = parts();
    const sink = webhook(url, { ...options, timeoutMs: 60 });
    expect(sink.raise(NOTICE)).toBeUndefined();
    await sink.idle();
    expect(lines.join()).not.toMatch(/top-secret|127\.0\.0\.1|a-secret/);
  });

  it('sends the same alert once, and keeps no endless queue', async () => {
    const { url, seen } = await serve(status(200));
    const { lines, options } = parts();
    const sink = webhook(url, options);
    for (let n = 0; n < 2; n++) sink.raise(NOTICE);
    for (let n = 0; n < 70; n++) sink.raise({ ...NOTICE, key: `other-${n}` });
    await sink.idle();
    expect(seen).toHaveLength(64);
    expect(lines.map((line) => JSON.parse(line).error)).toEqual(Array(7).fill('QueueFull'));
  });
});

describe('Slack', () => {
  it('is sent one line of text, unfurled nowhere', async () => {
    const { url, seen } = await serve(status(200));
    const { options } = parts();
    const sink = slackAlerts({ url, ...options });
    sink.raise(NOTICE);
    await sink.idle();
    expect(JSON.parse(seen[0]?.body ?? '{}')).toEqual({
      text: 'Fairlead calls a person: UndoFailed at shop/web: the undo did not take effect (Decision web-aaaaaaaaaa)',
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
    });
  });

  it.each([
    ['a mention of everyone', 'hello <!channel>', /<|>/],
    ['a dressed link', '<https://evil.example|approve>', /<|>|:\/\//],
    ['a bare link (field case 14)', 'see https://evil.example/approve', /:\/\//],
    ['lines and direction marks of its own', 'a\nFairlead: all well \u202e b', /\n|\u202e/],
  ])('text cannot carry %s', (_, message, pattern) => {
    expect(slackText({ ...NOTICE, message })).not.toMatch(pattern);
  });
});
