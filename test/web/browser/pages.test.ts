import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { DESK, inBrowser, type Look, live, PHONE } from './stage.ts';

const PAGES = [
  ['the inbox', '#/approvals', /Decided lately/],
  ['a request', '#/approvals/shop/apr-1187', /What your answer can do/],
  ['a request that is out of date', '#/approvals/shop/apr-1180', /can no longer be approved, by anyone/],
  ['a request of the gravest risk', '#/approvals/shop/apr-1189', /1 of 2 votes of devops-team/],
  ['services', '#/services', /31.5 of 40 cores/],
  ['one service', '#/services/shop/checkout', /waits for you/],
  ['decisions', '#/decisions', /delete_deployment/],
  ['one decision', '#/decisions/shop/dec-20397', /Judged again: allowed/],
  ['the journal', '#/journal', /Chain intact/],
  ['breakers', '#/breakers', /an undo failed/],
  ['all blueprints', '#/blueprints', /min_replicas 6 is above/],
  ['blueprint versions', '#/blueprints/shop/checkout', /max_replicas: 5/],
  ['notices', '#/queue', /the channel was archived/],
  ['people', '#/people', /an approver is an operator/],
  ['more', '#/more', /Breakers and pause/],
  ['nowhere', '#/nowhere', /There is no such page/],
] as const;

const LOOKS: readonly (readonly [string, Look])[] = [
  ['a desk, light', DESK],
  ['a desk, dark', { ...DESK, scheme: 'dark' }],
  ['a phone, light', PHONE],
  ['a phone, dark', { ...PHONE, scheme: 'dark' }],
];

/** What axe finds, everything that is folded opened first. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
  await page.evaluate(axe.source);
  const found: unknown = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ')))`,
  );
  return Array.isArray(found) ? found.map(String) : ['axe gave no answer'];
}

inBrowser('every page', ({ open, server }) => {
  for (const [where, look] of LOOKS) {
    it.each(PAGES)(
      `%s on ${where}: it renders, axe finds nothing, and nothing is asked of another host`,
      async (_, hash, text) => {
        const { page, faults } = await open(hash, look);
        await page.getByText(text).first().waitFor({ timeout: 10_000 });
        await live(page);
        expect(await violations(page)).toEqual([]);
        expect(faults).toEqual([]);
      },
    );
  }

  it.each(PAGES)('%s fits into 320 px without sideways scrolling', async (_, hash, text) => {
    const { page } = await open(hash, { width: 320, height: 640, scheme: 'light' });
    await page.getByText(text).first().waitFor({ state: 'attached', timeout: 10_000 });
    await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
  });

  it.each([
    ['the sign-in', '#/approvals', /Sign in to Fairlead/],
    ['a one-time link', '#/first-run?token=once', /Choose your password/],
    ['half a one-time link', '#/first-run', /The one-time word is missing/],
  ])('%s renders and axe finds nothing', async (_, hash, text) => {
    server().stage.who = undefined;
    const { page, faults } = await open(hash, PHONE);
    await page.getByText(text).first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('draws every chart: a canvas with ink on it, and a sentence for those who do not see it', async () => {
    const { page } = await open('#/approvals/shop/apr-1187');
    await page.locator('.plot canvas').first().waitFor();
    const labels = await page.evaluate(
      `[...document.querySelectorAll('.plot')].map((one) => one.getAttribute('aria-label'))`,
    );
    expect(labels).toContainEqual(
      expect.stringMatching(/^CPU from .* to 84% at 03:10; limit 80%, target 70%\. If the last ten minutes go on/),
    );
    const inked = await page.evaluate(
      `[...document.querySelectorAll('.plot canvas')].map((one) =>
        one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some((byte) => byte > 0))`,
    );
    expect(inked).toEqual([true, true, true, true]);
  });

  it('shows what a model wrote as text, whatever it wrote', async () => {
    const [card] = server().stage.cards;
    if (card === undefined) throw new Error('no card');
    const text = '<img src=x onerror=alert(1)><a href="https://evil.example">Approve</a>';
    server().stage.cards = [{ ...card, words: [{ text, by: 'decision-engine' }] }];
    const { page, faults } = await open('#/approvals/shop/apr-1187');
    await page.locator('.words').waitFor();
    expect(await page.locator('.words').textContent()).toContain(text);
    expect(await page.locator('.words :is(img, a, button)').count()).toBe(0);
    expect(faults).toEqual([]);
  });
});
