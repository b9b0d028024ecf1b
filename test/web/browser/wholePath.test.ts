import { expect, it } from 'vitest';
import { choosePassword, heading, live, openCard, press, withProduct } from './productStage.ts';

withProduct('the whole path', (open) => {
  it('goes from a breach to a verified change and a raised blueprint, through one person and one page', async () => {
    const product = await open();
    const page = await product.stranger();
    await page.goto(await product.link('ada'));
    await choosePassword(page);
    await live(page);
    await page.getByText('Nothing waits for you').waitFor();

    product.breach();
    const name = await product.asked();
    // The page was not touched: the stream brought it.
    await page.locator(`.queue a[href*="${name}"]`).first().waitFor();
    await openCard(page, name);
    await heading(page, /web\s+6 to 8 replicas/);
    await page.getByText('Restricted: one vote of devops-team').waitFor();
    await page.getByText('No answer means rejected.').waitFor();
    await page.locator('.plot canvas').first().waitFor();
    expect(await page.getByText('max_replicas', { exact: false }).count()).toBeGreaterThan(0);
    expect(product.run.replicas('shop', 'web')).toBe(6);

    await press(page, /^Approve and raise/);
    await heading(page, /Approved by you/);
    expect(product.votes(name)).toMatchObject([{ by: 'ada', vote: 'approve', choice: 'update_blueprint' }]);
    await product.until('the change is verified', () => product.status(name)?.phase === 'Succeeded');
    const steps = page.locator('.steps li[data-done]');
    await expect.poll(() => steps.count(), { timeout: 10_000 }).toBe(5);
    expect(await steps.allInnerTexts()).toEqual([
      expect.stringMatching(/^Answer Approved, and the blueprint raised by ada, signed\./),
      expect.stringMatching(/^Judged again Allowed, on fresh state\./),
      expect.stringMatching(/^Written In the log/),
      expect.stringMatching(/^Applied scale 6 to 8\./),
      expect.stringMatching(/^Verified 2 checks: /),
    ]);
    expect([product.run.replicas('shop', 'web'), product.run.writes().length]).toEqual([8, 1]);
    expect(product.blueprint()).toEqual({ version: '1.1.0', max: 8 });
    await page.goto(`${product.url()}/#/blueprints/shop/web`);
    await heading(page, /1\.0\.0 → 1\.1\.0/);
    await page.getByText('max_replicas: 8').first().waitFor();
  });

  it('ends with a no that goes back to the agent, which does not ask for the same again', async () => {
    const product = await open();
    const page = await product.person('ada');
    product.breach();
    const name = await product.asked();
    await openCard(page, name);
    await press(page, /^Reject/);
    await page.getByRole('dialog').getByLabel('Too risky now').check();
    await page.getByLabel('In your words').fill('Sale starts at four.');
    await press(page, /^Reject request/);
    await heading(page, /Rejected by you/);
    await product.until('the no is on record', () => product.status(name)?.phase === 'Rejected');
    expect(product.status(name)?.message).toContain('Too risky now: Sale starts at four.');
    await page.getByText('Rejected by ada: Too risky now: Sale starts at four.').waitFor();
    for (let pass = 0; pass < 40; pass += 1) await product.run.tick();
    expect(product.run.decisions('shop').filter(({ status }) => status?.phase === 'AwaitingApproval')).toEqual([]);
    expect([product.run.replicas('shop', 'web'), product.run.writes()]).toEqual([6, []]);
  });

  it('ends by itself when nobody answers: the open page says so, and its buttons are gone', async () => {
    const product = await open();
    const page = await product.person('ada');
    product.breach();
    const name = await product.asked();
    await openCard(page, name);
    await product.until('the time is over', () => product.status(name)?.phase === 'Expired', 40 * 60_000);
    await heading(page, /^Expired at \d\d:\d\d/);
    expect(await page.getByRole('button', { name: /^(Approve|Reject)/ }).count()).toBe(0);
    expect([product.votes(name), product.run.writes()]).toEqual([[], []]);
  });

  it('begins anew where the world moved: approving is gone, the page leads to the new request, which can be', async () => {
    const product = await open();
    const page = await product.person('ada');
    product.breach();
    const name = await product.asked();
    await openCard(page, name);
    product.run.world.scaleByHand('shop/web', 5);
    await press(page, /^Evaluate again/);
    expect(await page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
    await page.getByText('This request can no longer be approved, by anyone.').waitFor();
    await product.until('it is asked anew', () => product.request(`${name}-2`) !== undefined);
    await heading(page, /Out of date: asked anew/);
    await page.getByRole('link', { name: 'Next request' }).click();
    // What the blueprint allows went on meanwhile: the sixth pod is back.
    await heading(page, /web\s+6 to 8 replicas/);
    await press(page, /^Approve once/);
    await product.until('it is done', () => product.run.replicas('shop', 'web') === 8);
    expect([product.votes(name).length, product.votes(`${name}-2`).length]).toEqual([0, 1]);
    expect(product.run.writes()).toHaveLength(2);
  });
});
