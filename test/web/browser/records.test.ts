import { expect, it } from 'vitest';
import { me } from '../fixtures/lists.ts';
import { inBrowser, live } from './stage.ts';

inBrowser('what was written down', ({ open, server }) => {
  it('is handed out whole to an operator, file by file, with how to verify it elsewhere', async () => {
    const { page } = await open('#/journal');
    await live(page);
    await page.getByText('Export with proof').click();
    const link = page.getByRole('link', { name: 'executor-1.jsonl' });
    expect([await link.getAttribute('href'), await link.getAttribute('download')]).toEqual([
      '/api/journal/export?file=executor-1.jsonl',
      'executor-1.jsonl',
    ]);
    expect(await page.getByText('fairlead audit verify --offline').isVisible()).toBe(true);
  });

  it('is not offered to a viewer, nor is the list of who logged in', async () => {
    const { page } = await open('#/journal');
    server().stage.who = { ...me, role: 'viewer' };
    await page.reload();
    await live(page);
    await page.getByText('Chain intact').waitFor();
    expect(await page.getByText('Export with proof').count()).toBe(0);
    expect(await page.locator('option', { hasText: 'access' }).count()).toBe(0);
  });

  it('says of a verdict that it was judged again, and of nothing else', async () => {
    const { page } = await open('#/journal');
    await live(page);
    const rows = page.locator('[data-row]');
    await rows.nth(1).click();
    await page.getByText('Judged again now: the same verdict.').waitFor();
    await rows.nth(2).click();
    await page.getByText('Record 18,202').waitFor();
    expect(await page.getByText('Judged again now').count()).toBe(0);
  });

  it('shows which limit is in the wrong place, as a diff, and leads to its versions', async () => {
    const { page } = await open('#/approvals');
    await live(page);
    const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Ask less' }) });
    expect(await panel.locator('.add').allTextContents()).toEqual(['  version: 1.5.0', '    max_replicas: 6']);
    await panel.getByRole('link', { name: /versions of checkout/ }).click();
    await page.getByRole('heading', { name: 'Blueprint versions' }).waitFor();
  });
});
