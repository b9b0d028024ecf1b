import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { approved, checkout, payment, recommendation } from '../fixtures/cards.ts';
import { inBrowser, live, PHONE } from './stage.ts';

const LOW = '#/approvals/shop/apr-1187';
const MEDIUM = '#/approvals/shop/apr-1188';
const GRAVEST = '#/approvals/shop/apr-1189';

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
/** A press where something says that it is off: a person can do that, and nothing may happen. */
const pressOff = (page: Page, name: string | RegExp): Promise<void> => button(page, name).click({ force: true });
const focused = (page: Page): Promise<unknown> => page.evaluate('document.activeElement?.textContent ?? ""');

inBrowser('an answer', ({ open, server }) => {
  const votes = () => server().stage.sent.filter(({ path }) => path.endsWith('/vote'));

  it('is given by keys alone: a letter moves the focus, Enter decides, and the receipt has the focus then', async () => {
    const { page } = await open(LOW);
    await live(page);
    await button(page, /^Approve once/).waitFor();
    await page.keyboard.press('a');
    expect(await focused(page)).toMatch(/^Approve once/);
    expect(votes()).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /Approved by you/ }).waitFor();
    expect(votes().map(({ body, csrf }) => ({ body, csrf }))).toEqual([
      { body: { digest: checkout.digest, vote: 'approve', choice: 'once' }, csrf: 'csrf-of-the-fixtures' },
    ]);
    expect(await focused(page)).toMatch(/Approved by you/);
    expect(await page.locator('[data-say]').textContent()).toBe('Approved by you');
    await page.getByText('Allowed, on fresh state.').waitFor();
    expect(await button(page, /^Approve/).count()).toBe(0);
  });

  it('can raise the blueprint, and says the lasting choice', async () => {
    const { page } = await open(LOW);
    await live(page);
    await button(page, /^Approve and raise/).click();
    await page.getByRole('heading', { name: /Approved by you/ }).waitFor();
    expect(votes()[0]?.body).toMatchObject({ vote: 'approve', choice: 'update_blueprint' });
  });

  it('is not offered as lasting where a GitOps tool owns the blueprint; the diff for its repository is', async () => {
    const raise = { ...(checkout.raise ?? { from: '', to: '', diff: [] }), ownedBy: 'argocd' };
    server().stage.cards = [{ ...checkout, raise }];
    const { page } = await open(LOW);
    await page.getByText('To raise the blueprint in its repository').click();
    await page.getByText('argocd applies this blueprint.').waitFor();
    expect(await button(page, /^Approve and raise/).count()).toBe(0);
  });

  it('waits three seconds at medium risk, can be taken back, and is sent when it is not', async () => {
    const { page } = await open(MEDIUM);
    await live(page);
    await button(page, /^Approve once/).click();
    await button(page, 'Take it back').click();
    await button(page, /^Approve once/).waitFor();
    expect(votes()).toEqual([]);
    await button(page, /^Approve once/).click();
    await page.getByRole('heading', { name: /Approved by you/ }).waitFor({ timeout: 10_000 });
    expect(votes()).toHaveLength(1);
  });

  it('that waits is dropped when what stands there becomes another', async () => {
    const { page } = await open(MEDIUM);
    await live(page);
    await button(page, /^Approve once/).click();
    await button(page, 'Take it back').waitFor();
    server().stage.cards = [{ ...payment, digest: 'f'.repeat(64) }];
    server().change('approvals');
    await page.getByText(/was not sent/).waitFor();
    expect(votes()).toEqual([]);
  });

  it('of the gravest risk wants the name typed and a reason, then goes with both', async () => {
    const { page } = await open(GRAVEST);
    await live(page);
    await pressOff(page, /^Approve once/);
    expect(votes()).toEqual([]);
    await page.getByLabel(/Type recommendation/).fill('recommendation');
    await pressOff(page, /^Approve once/);
    expect(votes()).toEqual([]);
    await page.getByLabel(/Why is it right/).fill('Retired since Friday.');
    await button(page, /^Approve once/).click();
    await page.getByRole('heading', { name: /Approved by you/ }).waitFor();
    expect(votes()[0]?.body).toMatchObject({ typed: 'recommendation', comment: 'Retired since Friday.' });
  });

  it('of one of two people stands, and the page waits for the other', async () => {
    const given = recommendation.given.map((vote) => ({ ...vote, by: 'sre-1' }));
    server().stage.cards = [{ ...recommendation, given }];
    const { page } = await open(GRAVEST);
    await page.getByRole('heading', { name: /Your vote stands/ }).waitFor();
    expect(await button(page, /^Approve/).count()).toBe(0);
  });

  it('of no carries its reason', async () => {
    const { page } = await open(LOW);
    await live(page);
    await page.keyboard.press('r');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('Too risky now').check();
    await page.getByLabel('In your words').fill('Sale starts at four.');
    await button(page, 'Reject request').click();
    await page.getByRole('heading', { name: /Rejected by you/ }).waitFor();
    expect(votes()[0]?.body).toEqual({
      digest: checkout.digest,
      vote: 'reject',
      comment: 'Too risky now: Sale starts at four.',
    });
  });

  it('can be an alternative', async () => {
    const { page } = await open(LOW);
    await live(page);
    await page.keyboard.press('l');
    await page.keyboard.press('Enter');
    await page.getByLabel(/Restart pods/).check();
    await button(page, /^Take: Restart pods/).click();
    const title = 'Restart pods, one at a time';
    const body = { index: 1, digest: checkout.digest, title };
    await expect.poll(() => server().stage.sent.at(-1)?.body).toEqual(body);
  });

  it('cannot be yes on a page that is out of date: it can be evaluated again', async () => {
    const { page } = await open('#/approvals/shop/apr-1180');
    await live(page);
    await button(page, /^Evaluate again/).waitFor();
    const moved = await page.getByRole('table').first().getByRole('row').allTextContents();
    expect(moved.slice(1)).toEqual([
      'Blueprint1.4.0 (3fb291c7aa0c)1.4.1 (b25c07e94d11)',
      'Value of the object5 replicas4 replicas',
    ]);
    await page.keyboard.press('a');
    await page.keyboard.press('Enter');
    expect(await button(page, /^Approve/).count()).toBe(0);
    expect(server().stage.sent).toEqual([]);
    await page.keyboard.press('e');
    await page.keyboard.press('Enter');
    await button(page, /^Approve once/).waitFor();
    expect(server().stage.sent.map(({ path }) => path)).toEqual(['/api/approvals/shop/apr-1180/evaluate']);
    expect(page.url()).toContain('apr-1187');
  });

  it('cannot be yes on a line that is silent for ten seconds; no and pause stay on', async () => {
    const { page } = await open(LOW);
    await live(page);
    server().stage.beating = false;
    await page.locator('.live[data-live="lost"]').waitFor({ timeout: 15_000 });
    await page.getByText(/Reconnecting, last heard \d\d:\d\d:\d\d/).waitFor();
    expect(await button(page, /^Approve once/).getAttribute('aria-disabled')).toBe('true');
    await page.getByText('This page is not live.').waitFor();
    await pressOff(page, /^Approve once/);
    expect(votes()).toEqual([]);
    expect(await button(page, /^Pause/).getAttribute('aria-disabled')).toBeNull();
    await button(page, /^Reject/).click();
    await button(page, 'Reject request').click();
    await expect.poll(() => votes().length).toBe(1);
    server().stage.beating = true;
  });

  it('of somebody else stays on the page, says who, and takes the buttons away', async () => {
    const { page } = await open(LOW);
    await live(page);
    await button(page, /^Approve once/).waitFor();
    server().stage.cards = [approved(checkout, 'sre-2')];
    server().change('approvals');
    await page.getByRole('heading', { name: /Approved once, by sre-2/ }).waitFor();
    expect(await button(page, /^(Approve|Reject)/).count()).toBe(0);
    expect(await page.locator('[data-say]').textContent()).toBe('Approved once, by sre-2');
  });

  it('that the gateway refuses says so with its words, and can be given again', async () => {
    server().stage.refuse = { status: 409, code: 'stale', message: 'what you saw is not what stands there now' };
    const { page } = await open(LOW);
    await live(page);
    await button(page, /^Approve once/).click();
    await page.getByText('What you saw is not what stands there now.').waitFor();
    expect(await button(page, /^Approve once/).count()).toBe(1);
  });

  it('is off for who may not, with the reason', async () => {
    const may = { approve: false, raise: false, reject: false, why: 'devops-team decides this' };
    server().stage.cards = [{ ...checkout, may }];
    const { page } = await open(LOW);
    await live(page);
    await page.getByText('devops-team decides this').waitFor();
    await pressOff(page, /^Approve once/);
    await pressOff(page, /^Reject/);
    expect(server().stage.sent).toEqual([]);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('stays under the thumb of a phone: yes and no at once, the lasting ones a tap further', async () => {
    const { page } = await open(LOW, PHONE);
    await live(page);
    expect(await button(page, /^Approve once/).isVisible()).toBe(true);
    expect(await button(page, /^Approve and raise/).isVisible()).toBe(false);
    await button(page, 'More answers').click();
    expect(await button(page, /^Approve and raise/).isVisible()).toBe(true);
    const box = await button(page, /^Approve once/).boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(52);
  });
});
