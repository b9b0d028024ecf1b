// `npm run screenshots`: a picture of every page into docs/images, from the fixtures, each the same when taken again.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { chromiumPath, NO_CHROMIUM, openBrowser } from '../test/web/browser/chromium.ts';
import { type FixtureServer, fixtureServer } from '../test/web/server.ts';

interface Shot {
  readonly name: string;
  readonly hash: string;
  readonly out?: boolean;
}

const SHOTS: readonly Shot[] = [
  { name: 'inbox', hash: '#/approvals' },
  { name: 'approval', hash: '#/approvals/shop/apr-1187' },
  { name: 'approval-stale', hash: '#/approvals/shop/apr-1180' },
  { name: 'approval-gravest', hash: '#/approvals/shop/apr-1189' },
  { name: 'services', hash: '#/services' },
  { name: 'service', hash: '#/services/shop/checkout' },
  { name: 'decisions', hash: '#/decisions' },
  { name: 'decision', hash: '#/decisions/shop/dec-20397' },
  { name: 'journal', hash: '#/journal' },
  { name: 'breakers', hash: '#/breakers' },
  { name: 'blueprints', hash: '#/blueprints' },
  { name: 'blueprint', hash: '#/blueprints/shop/checkout' },
  { name: 'notices', hash: '#/queue' },
  { name: 'people', hash: '#/people' },
  { name: 'login', hash: '#/approvals', out: true },
];
const LOOKS = [
  { name: 'desktop', width: 1280, height: 900, scheme: 'light' },
  { name: 'dark', width: 1280, height: 900, scheme: 'dark' },
  { name: 'phone', width: 390, height: 844, scheme: 'light' },
] as const;

const folder = path.join(import.meta.dirname, '..', 'docs', 'images');

async function take(
  browser: Browser,
  server: FixtureServer,
  look: (typeof LOOKS)[number],
  only: string,
): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    colorScheme: look.scheme,
    reducedMotion: 'reduce',
    hasTouch: look.name === 'phone',
    isMobile: look.name === 'phone',
  });
  for (const shot of SHOTS.filter(({ name }) => name.includes(only))) {
    server.reset();
    if (shot.out === true) server.stage.who = undefined;
    const page = await context.newPage();
    await page.goto(`${server.url}/${shot.hash}`);
    await page.locator('h1').first().waitFor();
    if (shot.out !== true) await page.locator('.live[data-live="ok"]').waitFor({ state: 'attached' });
    await page.waitForTimeout(250);
    await page.screenshot({ path: path.join(folder, `${shot.name}-${look.name}.png`) });
    await page.close();
  }
  await context.close();
}

const executable = chromiumPath();
if (executable === undefined) {
  console.error(NO_CHROMIUM);
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const server = await fixtureServer(500);
const browser = await openBrowser(executable);
for (const look of LOOKS) await take(browser, server, look, process.argv[2] ?? '');
await browser.close();
await server.close();
