import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkout } from '../fixtures/cards.ts';
import { inBrowser, live } from './stage.ts';

inBrowser('a session', ({ open, server }) => {
  it('begins with name and password, and comes back to the page that was asked for', async () => {
    server().stage.who = undefined;
    const { page } = await open('#/approvals/shop/apr-1187');
    await page.getByLabel('Name').fill('sre-1');
    await page.getByLabel('Password').fill('a long sentence');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: /checkout 5 to 6 replicas/ }).waitFor();
    expect(server().stage.sent[0]).toMatchObject({
      path: '/api/login',
      body: { name: 'sre-1', password: 'a long sentence' },
    });
  });

  it('that ended while a page was open says so, and nothing was sent', async () => {
    const { page } = await open('#/approvals/shop/apr-1187');
    await live(page);
    server().stage.who = undefined;
    server().change('approvals');
    await page.getByText('You were signed out.').waitFor();
    expect(page.url()).toContain('apr-1187');
    expect(server().stage.sent).toEqual([]);
  });

  it('begins with a one-time link, whose word is gone from the address then', async () => {
    server().stage.who = undefined;
    const { page } = await open('#/first-run?token=once');
    await page.getByLabel(/^Password/).fill('a sentence that is long');
    await page.getByLabel('The same again').fill('a sentence that is lon');
    await page.getByRole('button', { name: /Set password/ }).click({ force: true });
    expect(server().stage.sent).toEqual([]);
    await page.getByLabel('The same again').fill('a sentence that is long');
    await page.getByRole('button', { name: /Set password/ }).click();
    await page.getByRole('heading', { name: 'Approvals' }).waitFor();
    expect(server().stage.sent[0]?.body).toEqual({ token: 'once', password: 'a sentence that is long' });
    expect(page.url()).not.toContain('once');
  });

  it('pauses everything with one press, and asks why before it resumes', async () => {
    const { page } = await open('#/services');
    await live(page);
    await page.getByRole('button', { name: /^Pause all agents/ }).click();
    await page.getByText('All agents are paused').waitFor();
    await page.getByRole('button', { name: 'Resume…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click({ force: true });
    expect(server().stage.sent).toHaveLength(1);
    await page.getByLabel(/Why is it right now/).fill('The sale is over.');
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.getByText('All agents are paused').waitFor({ state: 'detached' });
    expect(server().stage.sent.map(({ path: to, body }) => ({ to, body }))).toEqual([
      { to: '/api/fleet/pause', body: { action: 'pause' } },
      { to: '/api/fleet/resume', body: { action: 'resume', reason: 'The sale is over.' } },
    ]);
  });

  it('keeps the queue in its order: new requests wait behind a button, answered ones keep their place', async () => {
    const { page } = await open('#/approvals');
    await live(page);
    const rows = page.locator('.queue .what');
    await expect.poll(() => rows.count()).toBe(3);
    const soon = { ...checkout, name: 'apr-1200', service: 'cart', decideBy: '2026-11-24T03:11:40Z' };
    server().stage.cards = [soon, ...server().stage.cards.slice(1)];
    server().change('approvals');
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect((await rows.allInnerTexts()).map((text) => text.split(/\s/)[0])).toEqual([
      'checkout',
      'payment',
      'recommendation',
    ]);
    await page.getByText('Not open any more').waitFor();
    await page.getByRole('button', { name: '1 new' }).click();
    expect((await rows.allInnerTexts()).map((text) => text.split(/\s/)[0])).toEqual([
      'cart',
      'payment',
      'recommendation',
    ]);
    expect(await page.locator('[data-say]').textContent()).toBe('1 new request');
  });

  it('moves through the inbox with J and K, and Enter opens', async () => {
    const { page } = await open('#/approvals');
    await live(page);
    await page.locator('.queue .what').first().waitFor();
    for (const key of ['j', 'j', 'k', 'j', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('heading', { name: /payment/ }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('gives back what a broken answer took: it says what broke and reads again', async () => {
    const { page } = await open('#/services/shop/unknown');
    await page.getByText('There is no such thing.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  });
});

const WEB = path.join(import.meta.dirname, '..', '..', '..', 'dist', 'web');

describe('the build', () => {
  const files = readdirSync(WEB, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(html|js|css|svg)$/.test(name),
  );

  it('is under 200 kB in all, compressed', () => {
    const sizes = files.map((name) => gzipSync(readFileSync(path.join(WEB, name))).length);
    expect(files.length).toBeGreaterThan(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
  });

  it('has no script and no style inside a page, and names its files by their content', () => {
    const html = readFileSync(path.join(WEB, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*\ssrc=)|\son\w+=/);
    expect(html).toMatch(/assets\/index-[\w-]{8}\.js/);
    expect(html).toMatch(/assets\/index-[\w-]{8}\.css/);
  });

  it('holds no validator of schemas: types are all that the pages take from the server', () => {
    const scripts = files
      .filter((name) => name.endsWith('.js'))
      .map((name) => readFileSync(path.join(WEB, name), 'utf8'));
    expect(scripts.join('')).not.toMatch(/ZodError|invalid_type/);
  });
});
