import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { openToPeople, type ShopGateway } from '../src/faces/cli/demo/people.ts';
import { A, type Approvals, openApprovals } from './stages/approvalStage.ts';

const hasRedis = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
const PASSWORD = 'correct horse battery';
const ends: (() => unknown)[] = [];
let temporary = '';
beforeEach(() => {
  temporary = mkdtempSync(path.join(tmpdir(), 'fld-'));
  vi.stubEnv('TMPDIR', temporary);
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true, force: true });
});

interface Opened {
  readonly all: Approvals;
  readonly shop: ShopGateway;
  /** What was told on the terminal. */
  readonly told: () => string;
  /** Headlines that reached Slack. */
  readonly slack: readonly string[];
  /** Of the page about notices, as somebody who follows a printed link sees it. */
  readonly queue: () => Promise<{ state: string; text: string; counts: Record<string, number> }>;
}

/** The shop's gateway as `demo --keep` opens it, over a request that waits. */
async function opened(): Promise<Opened> {
  const all = await openApprovals();
  ends.push(() => all.stage.close());
  const slack: string[] = [];
  const config = loadConfig({}, { FAIRLEAD_SLACK_WEBHOOK_URL: await slackServer(slack) });
  if (!config.ok) throw new Error(config.error);
  let told = '';
  const shop = await openToPeople(all.gateway, config.value, path.join(temporary, 'data'), (text) => {
    told += text;
  });
  if (!shop.ok) throw new Error(shop.error);
  ends.push(() => shop.value.close());
  await all.ask(A, 8);
  let cookie = '';
  const queue: Opened['queue'] = async () => {
    const link = /ada, .*: (http:\/\/[^/]+)\/#\/first-run\?token=([\w-]+)/.exec(told);
    if (cookie === '') {
      const body = JSON.stringify({ token: link?.[2], password: PASSWORD });
      const headers = { 'content-type': 'application/json' };
      const entered = await fetch(`${link?.[1]}/api/first-run`, { method: 'POST', headers, body });
      cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
    }
    return (await (await fetch(`${link?.[1]}/api/queue`, { headers: { cookie } })).json()) as never;
  };
  return { all, shop: shop.value, told: () => told, slack, queue };
}

async function slackServer(titles: string[]): Promise<string> {
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      titles.push((JSON.parse(Buffer.concat(parts).toString()) as { text: string }).text);
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T/B/x`;
}

describe.skipIf(!hasRedis)('the shop of demo --keep (needs redis-server)', () => {
  it('tells and reminds people over a Redis of its own, in its own time, and takes it away when it closes', async () => {
    const { all, shop, told, slack, queue } = await opened();
    expect(told()).toContain('notices and reminders are on\n');
    await vi.waitFor(() => expect(slack).toEqual([expect.stringMatching(/^Approval needed: shop\/web, 6 replicas/)]), {
      timeout: 10_000,
    });
    expect(await queue()).toMatchObject({ state: 'up', counts: { delayed: 2 } });
    await all.stage.world.advance(23 * 60_000);
    await vi.waitFor(() => expect(slack.slice(1)).toEqual([expect.stringMatching(/^Still needs an answer: shop/)]), {
      timeout: 10_000,
    });
    expect(readdirSync(temporary)).toContainEqual(expect.stringMatching(/^fl-/));
    await shop.close();
    expect(readdirSync(temporary)).toEqual(['data']);
  });
});

describe('the shop of demo --keep without redis-server', () => {
  it('says that notices are off and what to install, and lets people in all the same', async () => {
    vi.stubEnv('PATH', path.join(temporary, 'nothing'));
    const { told, queue, slack } = await opened();
    expect(told()).toMatch(/notices and reminders are off: redis-server does not start: install it .*apt-get install/);
    expect(await queue()).toMatchObject({ state: 'off', text: expect.stringContaining('off') });
    expect(slack).toEqual([]);
    expect(readdirSync(temporary).filter((name) => name.startsWith('fl-'))).toEqual([]);
  });
});
