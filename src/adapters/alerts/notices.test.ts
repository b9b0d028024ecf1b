import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ApprovalNotice } from '../../ports/noticeSink.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { slackMessage, slackNotices } from './slackNotices.ts';
import { signature } from './webhookAlerts.ts';
import { webhookNotices } from './webhookNotices.ts';

const SECRET = 'a-secret-of-the-webhook';
const NOTICE: ApprovalNotice = {
  key: 'shop/web-1/uid-1/notify',
  kind: 'notify',
  at: Date.UTC(2026, 0, 5),
  namespace: 'shop',
  request: 'web-1',
  service: 'web',
  target: 'Deployment shop/web',
  operation: 'scale_beyond_limits',
  before: '10 replicas',
  after: '15 replicas',
  risk: 'low',
  requester: 'agent decision-engine',
  groups: ['devops-team'],
  yes: 0,
  quorum: 1,
  decideBy: Date.UTC(2026, 0, 5, 0, 30),
  link: 'https://fairlead.example.com/#/approvals/shop/web-1',
};
const plain = (text: string): string => text;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(
  status: number,
): Promise<{ url: string; seen: { headers: IncomingMessage['headers']; body: string }[] }> {
  const seen: { headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      seen.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(status).end('ok');
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/top-secret-path`, seen };
}

describe('a notice to Slack', () => {
  it('is a summary in blocks and one link, with nothing to decide it by', async () => {
    const { url, seen } = await serve(200);
    expect(await slackNotices({ route: 'slack:#ops', url, redact: plain }).send(NOTICE)).toEqual({ ok: true });
    const body = JSON.parse(seen[0]?.body ?? '{}');
    expect(body).toMatchObject({
      text: 'Approval needed: shop/web, 10 replicas to 15 replicas',
      mrkdwn: false,
      unfurl_links: false,
    });
    expect(body.blocks.map(({ type }: { type: string }) => type)).toEqual(['header', 'section', 'section']);
    expect(JSON.stringify(body)).toContain('Decide by: 2026-01-05 00:30:00 UTC');
    expect(body.blocks[2].text.text).toBe(`<${NOTICE.link}|Read it and decide in Fairlead>`);
    expect(JSON.stringify(body)).not.toMatch(/button|actions|action_id/);
  });

  it.each([
    ['a mention', '<!channel> <@U123>'],
    ['a link', '<https://evil.example|approve here> https://evil.example'],
    ['a line of its own', 'x\n*Approved*'],
    ['an escape of its own', '&lt;!here&gt;'],
    ['a text without end', 'x'.repeat(10_000)],
  ])('turns %s in what others wrote into plain words', (_, words) => {
    const { text, blocks } = slackMessage({
      ...NOTICE,
      before: words,
      target: words,
      requester: words,
      groups: [words],
    });
    const all = JSON.stringify({ text, blocks: blocks.slice(0, 2) });
    expect(all).not.toMatch(/<|>|https?:\/\/|\\n/);
    expect(all).not.toContain('"mrkdwn"');
    expect(all.length).toBeLessThan(5_000);
    expect(text.length).toBeLessThan(1_000);
  });

  it.each([
    ['remind', 'Still needs an answer'],
    ['escalate', 'Nobody has decided yet'],
    ['expire', 'Nobody decided in time, so the answer is no'],
  ] as const)('says what it is: %s', (kind, title) => {
    expect(slackMessage({ ...NOTICE, kind }).text).toContain(title);
  });

  it('without an address of the gateway carries no link', () => {
    const { link: _, ...notice } = NOTICE;
    expect(slackMessage(notice).blocks).toHaveLength(2);
  });
});

describe('a notice to a webhook', () => {
  it('is JSON, signed over time and body, without known secrets', async () => {
    const { url, seen } = await serve(204);
    const redact = (text: string): string => text.replaceAll(SECRET, '[redacted]');
    const sink = webhookNotices({ route: 'webhook:pager', url, secret: SECRET, clock: new ManualClock(), redact });
    expect(await sink.send({ ...NOTICE, before: SECRET })).toEqual({ ok: true });
    const { headers, body } = seen[0] ?? { headers: {}, body: '' };
    const stamp = String(headers['x-fairlead-timestamp']);
    expect(headers['x-fairlead-signature']).toBe(signature(SECRET, stamp, body));
    expect(JSON.parse(body)).toEqual({
      ...NOTICE,
      version: 1,
      type: 'approval',
      before: '[redacted]',
      at: '2026-01-05T00:00:00.000Z',
      decideBy: '2026-01-05T00:30:00.000Z',
    });
  });

  it.each([
    ['refused', 403, { ok: false, code: 'Http403', again: false }],
    ['not taken now', 503, { ok: false, code: 'Http503', again: true }],
  ])('that is %s says so, without an address', async (_, status, sent) => {
    const { url } = await serve(status);
    const sink = webhookNotices({
      route: 'webhook:pager',
      url,
      secret: SECRET,
      clock: new ManualClock(),
      redact: plain,
    });
    expect(await sink.send(NOTICE)).toEqual(sent);
  });
});
