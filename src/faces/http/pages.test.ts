import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGateway } from '../../../test/stages/gatewayStage.ts';
import { loadPages, type Pages } from './pages.ts';

let dir: string;
let pages: Pages;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-pages-'));
  mkdirSync(path.join(dir, 'web', 'assets'), { recursive: true });
  writeFileSync(path.join(dir, 'secret.html'), 'not ours');
  writeFileSync(path.join(dir, 'web', 'index.html'), '<!doctype html><title>Fairlead</title>');
  writeFileSync(path.join(dir, 'web', 'assets', 'main-abc123.js'), 'export {};');
  writeFileSync(path.join(dir, 'web', 'assets', 'main-abc123.js.map'), '{}');
  const loaded = await loadPages(path.join(dir, 'web'));
  if (loaded === undefined) throw new Error('no pages');
  pages = loaded;
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('the web pages', () => {
  it.each([
    ['/', 200, 'text/html; charset=utf-8', 'no-cache'],
    ['/index.html', 200, 'text/html; charset=utf-8', 'no-cache'],
    ['/assets/main-abc123.js', 200, 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/main-abc123.js.map', 404, 'application/json', 'no-store'],
    ['/../secret.html', 404, 'application/json', 'no-store'],
    ['/assets/..%2f..%2fsecret.html', 404, 'application/json', 'no-store'],
    ['/%2e%2e/secret.html', 404, 'application/json', 'no-store'],
    ['/nothing', 404, 'application/json', 'no-store'],
  ])('%s', async (asked, status, type, cache) => {
    const { status: got, headers } = await openGateway({ pages }).call('GET', asked);
    expect([got, headers.get('content-type'), headers.get('cache-control')]).toEqual([status, type, cache]);
  });

  it('that were not built are said to be missing, and how to make them', async () => {
    expect(await loadPages(path.join(dir, 'nothing'))).toBeUndefined();
    const response = await openGateway().call('GET', '/');
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  });
});
