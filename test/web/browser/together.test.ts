import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { IDLE_MS } from '../../../src/gateway/people/gatekeeper.ts';
import { heading, live, openCard, type Product, press, signIn, withProduct } from './productStage.ts';

const TWO = { quorum: 2 };

withProduct('people together', (open) => {
  /** Ada and Bob, each in front of the card of the same request. */
  async function two(
    approval: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly product: Product; readonly name: string; readonly ada: Page; readonly bob: Page }> {
    const product = await open(approval);
    const [ada, bob] = [await product.person('ada'), await product.person('bob')];
    product.breach();
    const name = await product.asked();
    await openCard(ada, name);
    await openCard(bob, name);
    return { product, name, ada, bob };
  }
  const done = async ({ product, name }: { readonly product: Product; readonly name: string }): Promise<void> => {
    await product.until('the change is verified', () => product.status(name)?.phase === 'Succeeded');
    expect([product.run.replicas('shop', 'web'), product.run.writes().length]).toEqual([8, 1]);
  };

  it('decide where two are needed: the first waits, the second sees it live and ends it', async () => {
    const all = await two(TWO);
    const { product, name, ada, bob } = all;
    await press(ada, /^Approve once/);
    await heading(ada, /Your vote stands/);
    await bob.getByText('1 of 2 votes of devops-team').waitFor();
    await bob.getByText('Agreed already: ada').waitFor();
    for (let pass = 0; pass < 8; pass += 1) await product.run.tick();
    expect(product.run.writes()).toEqual([]);
    await press(bob, /^Approve once/);
    await heading(bob, /Approved by you/);
    await heading(ada, /Approved by you/);
    await done(all);
    expect(product.votes(name).map(({ by }) => by)).toEqual(['ada', 'bob']);
  });

  it('at the same moment, where two are needed, are two votes and one change', async () => {
    const all = await two(TWO);
    const { product, name, ada, bob } = all;
    await Promise.all([press(ada, /^Approve once/), press(bob, /^Approve once/)]);
    await Promise.all([heading(ada, /Approved by you/), heading(bob, /Approved by you/)]);
    expect(
      product
        .votes(name)
        .map(({ by }) => by)
        .toSorted(),
    ).toEqual(['ada', 'bob']);
    await done(all);
  });

  it('at the same moment, where one is enough, are one decision and one change: the other is told whose it was', async () => {
    const all = await two({});
    const { product, name, ada, bob } = all;
    await Promise.all([press(ada, /^Approve once/), press(bob, /^Approve once/)]);
    const [vote, ...more] = product.votes(name);
    const [first, second] = vote?.by === 'ada' ? [ada, bob] : [bob, ada];
    await heading(first, /Approved by you/);
    await heading(second, /Approved once, by (ada|bob)/);
    expect(more).toEqual([]);
    await done(all);
  });

  it('lose nothing when the gateway is restarted between their votes: pages come back by themselves', async () => {
    const all = await two(TWO);
    const { product, name, ada, bob } = all;
    await press(ada, /^Approve once/);
    await heading(ada, /Your vote stands/);
    const lost = Promise.all([ada, bob].map((page) => page.locator('.live[data-live="lost"]').waitFor()));
    await product.restart();
    await lost;
    await Promise.all([live(ada), live(bob)]);
    await heading(ada, /Your vote stands/);
    await press(bob, /^Approve once/);
    await heading(bob, /Approved by you/);
    expect(product.votes(name).map(({ by }) => by)).toEqual(['ada', 'bob']);
    await done(all);
  });
});

withProduct('one person', (open) => {
  async function one(): Promise<{ readonly product: Product; readonly name: string; readonly page: Page }> {
    const product = await open();
    const page = await product.person('ada');
    product.breach();
    const name = await product.asked();
    await openCard(page, name);
    return { product, name, page };
  }

  it('whose session ended in front of the card is told so, signs in again, and is back at it: one vote', async () => {
    const { product, name, page } = await one();
    await product.store.update((people) => ({
      ...people,
      sessions: people.sessions.map((session) => ({ ...session, seenAt: session.seenAt - IDLE_MS })),
    }));
    await press(page, /^Approve once/);
    await page.getByText('You were signed out.').waitFor();
    expect(product.votes(name)).toEqual([]);
    await signIn(page, 'ada');
    await live(page);
    expect(page.url()).toContain(name);
    await press(page, /^Approve once/);
    await heading(page, /Approved by you/);
    await product.until('it is done', () => product.run.replicas('shop', 'web') === 8);
    expect([product.votes(name).length, product.run.writes().length]).toEqual([1, 1]);
  });

  it('whose answer was taken, and the word of it lost, finds it taken: one vote, one change', async () => {
    const { product, name, page } = await one();
    await page.route('**/vote', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await press(page, /^Approve once/);
    await heading(page, /Approved by you/);
    expect(await page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
    await product.until('it is done', () => product.run.replicas('shop', 'web') === 8);
    expect([product.votes(name).length, product.run.writes().length]).toEqual([1, 1]);
  });

  it('whose answer never arrived is told so and can give it again: one vote, one change', async () => {
    const { product, name, page } = await one();
    await page.route('**/vote', (route) => route.abort(), { times: 1 });
    await press(page, /^Approve once/);
    await page.getByText(/The gateway does not answer/).waitFor();
    expect(product.votes(name)).toEqual([]);
    await press(page, /^Approve once/);
    await heading(page, /Approved by you/);
    await product.until('it is done', () => product.run.replicas('shop', 'web') === 8);
    expect([product.votes(name).length, product.run.writes().length]).toEqual([1, 1]);
  });

  it('who presses twice in a row gives one vote', async () => {
    const { product, name, page } = await one();
    await page.getByRole('button', { name: /^Approve once/ }).dblclick();
    await heading(page, /Approved by you/);
    expect(product.votes(name)).toHaveLength(1);
  });
});
