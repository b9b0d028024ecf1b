import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { type FixtureServer, fixtureServer } from '../server.ts';
import { chromiumPath, NO_CHROMIUM, openBrowser } from './chromium.ts';

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}
export const DESK: Look = { width: 1280, height: 900, scheme: 'light' };
export const PHONE: Look = { width: 390, height: 844, scheme: 'light' };

/** A page with a record of everything that must not happen on it. */
export interface Opened {
  readonly page: Page;
  readonly faults: string[];
}

export interface Theatre {
  readonly server: () => FixtureServer;
  readonly open: (hash: string, look?: Look) => Promise<Opened>;
}

/** Tests with a browser and the fixtures behind it; without chromium they are skipped, and the name says why. */
export function inBrowser(name: string, tests: (theatre: Theatre) => void): void {
  const executable = chromiumPath();
  const title = executable === undefined ? `${name} (${NO_CHROMIUM})` : name;
  describe.skipIf(executable === undefined)(title, () => {
    let server: FixtureServer;
    let browser: Browser;
    let contexts: BrowserContext[] = [];
    beforeAll(async () => {
      server = await fixtureServer(300);
      browser = await openBrowser(executable ?? '');
    });
    beforeEach(() => server.reset());
    afterEach(async () => {
      await Promise.all(contexts.map((context) => context.close()));
      contexts = [];
    });
    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });
    tests({
      server: () => server,
      open: async (hash, look = DESK) => {
        const context = await browser.newContext({
          viewport: { width: look.width, height: look.height },
          colorScheme: look.scheme,
          reducedMotion: 'reduce',
        });
        contexts.push(context);
        const page = await context.newPage();
        const faults = watched(page, server.url);
        await page.goto(`${server.url}/${hash}`);
        return { page, faults };
      },
    });
  });
}

/** Requests to another host, what the policy refused, and errors of the page. */
function watched(page: Page, own: string): string[] {
  const faults: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(own) && !url.startsWith('data:')) faults.push(`foreign request: ${url}`);
  });
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(`policy: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  return faults;
}

/** The stream has spoken, so the page is live. */
export const live = (page: Page): Promise<void> =>
  page.locator('.live[data-live="ok"]').waitFor({ state: 'attached', timeout: 10_000 });
