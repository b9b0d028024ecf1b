import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { fileStore } from '../../../src/adapters/people/fileStore.ts';
import { systemClock } from '../../../src/adapters/system/systemClock.ts';
import { RulesPlanner } from '../../../src/agents/rulesPlanner.ts';
import { readStand, type Served, serveGateway } from '../../../src/faces/cli/roles/gateway.ts';
import { putUser } from '../../../src/gateway/people/users.ts';
import type { PeopleStore } from '../../../src/ports/peopleStore.ts';
import { KINDS, type KubeObject } from '../../../src/schema/kube.ts';
import { ApprovalRequestSpec, DecisionStatus } from '../../../src/schema/records.ts';
import type { Vote } from '../../../src/schema/vote.ts';
import { deploymentObject } from '../../../src/testing/contractObjects.ts';
import { MemoryJournal } from '../../../src/testing/memoryJournal.ts';
import { VirtualRun } from '../../../src/virtualRun.ts';
import type { Load } from '../../../src/world/load.ts';
import { SCALING, VERIFICATION } from '../../stages/executorStage.ts';
import { chromiumPath, NO_CHROMIUM, openBrowser } from './chromium.ts';

const PASSWORD = 'correct horse battery';
const MINUTE = 60_000;
/** Six pods are the limit: they are two thirds used, and then eight would be needed. */
const CALM: Load = { rps: 100, cpu_m_per_rps: 3.6, latency_ms_base: 50 };
const BREACH: Load = { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 50 };

export interface Product {
  readonly run: VirtualRun;
  readonly store: PeopleStore;
  /** A person's own browser, logged in, at the inbox. */
  person(name: string): Promise<Page>;
  /** A browser that nobody logged in with; `link` is that person's one-time one. */
  stranger(): Promise<Page>;
  link(name: string): Promise<string>;
  /** The load rises beyond what the blueprint allows. */
  breach(): void;
  /** Virtual time goes on until `done`; a wait in vain is an error. */
  until(what: string, done: () => boolean, ms?: number): Promise<void>;
  /** Until people are asked; answers with the request's name. */
  asked(): Promise<string>;
  request(name: string): KubeObject | undefined;
  votes(name: string): readonly Vote[];
  status(name: string): DecisionStatus | undefined;
  blueprint(): { readonly version: string; readonly max: number };
  /** The gateway ends and another one of the same data comes up at the same address. */
  restart(): Promise<void>;
  readonly url: () => string;
}

type Open = (approval?: Readonly<Record<string, unknown>>) => Promise<Product>;

/** The whole product in virtual time behind the real gateway, on a real port, looked at through real browsers. */
export function withProduct(name: string, tests: (open: Open) => void): void {
  const executable = chromiumPath();
  const title = executable === undefined ? `${name} (${NO_CHROMIUM})` : name;
  describe.skipIf(executable === undefined)(title, () => {
    let browser: Browser;
    const ends: (() => unknown)[] = [];
    beforeAll(async () => {
      browser = await openBrowser(executable ?? '');
    });
    afterEach(async () => {
      for (const end of ends.splice(0).toReversed()) await end();
    });
    afterAll(() => browser?.close());
    tests((approval) => openProduct(browser, ends, approval));
  });
}

async function openProduct(
  browser: Browser,
  ends: (() => unknown)[],
  approval: Readonly<Record<string, unknown>> = {},
): Promise<Product> {
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-product-'));
  ends.push(() => rmSync(dir, { recursive: true, force: true }));
  const run = await VirtualRun.open({
    proposer: new RulesPlanner(),
    journal: (role, clock) => new MemoryJournal(clock, role),
  });
  ends.push(() => run.close());
  run.world.apply(deploymentObject('shop', 'web', { replicas: 6 }));
  run.world.apply(blueprintObject(approval));
  run.world.setLoad('shop/web', CALM);
  const store = fileStore(dir, systemClock);
  let served = await serve(run, store, '0');
  ends.push(() => served.close());
  for (const name of ['ada', 'bob']) await putUser(store, systemClock, { name, role: 'operator', groups: [GROUP] });
  // Half an hour of history, so that there is something to decide from.
  for (let pass = 0; pass < 120; pass += 1) await run.tick();
  served.looked();

  const context = async (): Promise<BrowserContext> => {
    const opened = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
    ends.push(() => opened.close());
    return opened;
  };
  const link = async (name: string): Promise<string> => {
    const secret = await served.keeper.invite(name);
    if (!secret.ok) throw new Error(secret.error.message);
    return `${served.place.url}/#/first-run?token=${secret.value}`;
  };
  const product: Product = {
    run,
    store,
    link,
    url: () => served.place.url,
    stranger: async () => (await context()).newPage(),
    async person(name) {
      const page = await (await context()).newPage();
      await page.goto(await link(name));
      await choosePassword(page);
      await live(page);
      return page;
    },
    breach: () => run.world.setLoad('shop/web', BREACH),
    async until(what, done, ms = 30 * MINUTE) {
      const came = await run.until(done, ms);
      served.looked();
      if (!came) throw new Error(`it never came to this: ${what}; ${JSON.stringify(run.decisions('shop').at(-1))}`);
    },
    async asked() {
      const open = (): KubeObject | undefined =>
        run.world.objects
          .list(KINDS.ApprovalRequest, 'shop')
          .find(({ status }) => status === undefined || (status as { phase?: string }).phase === 'Pending');
      await product.until('people are asked', () => open() !== undefined);
      return open()?.metadata.name ?? '';
    },
    request: (name) => run.world.get(KINDS.ApprovalRequest, 'shop', name),
    votes: (name) => (product.request(name)?.['votes'] ?? []) as readonly Vote[],
    status(name) {
      const { decision } = ApprovalRequestSpec.parse(product.request(name)?.spec);
      return DecisionStatus.safeParse(run.world.get(KINDS.Decision, 'shop', decision)?.status).data;
    },
    blueprint() {
      const spec = run.world.get(KINDS.Blueprint, 'shop', 'web')?.spec as {
        version: string;
        scaling: { max_replicas: number };
      };
      return { version: spec.version, max: spec.scaling.max_replicas };
    },
    async restart() {
      const { port } = new URL(served.place.url);
      await served.close();
      served = await serve(run, store, port);
      served.looked();
    },
  };
  return product;
}

async function serve(run: VirtualRun, store: PeopleStore, port: string): Promise<Served> {
  const stand = await readStand({ port });
  if (!stand.ok) throw new Error(stand.error);
  const parts = { gateway: run.gateway, store, stand: stand.value, clusterName: 'virtual' };
  const served = await serveGateway({ err: () => undefined }, parts);
  if (!served.ok) throw new Error(served.error);
  return served.value;
}

const GROUP = 'devops-team';

const blueprintObject = (approval: Readonly<Record<string, unknown>>): KubeObject => ({
  apiVersion: KINDS.Blueprint.apiVersion,
  kind: KINDS.Blueprint.kind,
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    version: '1.0.0',
    scaling: SCALING,
    performance: { latency_target_p95: '200ms', error_rate_threshold: '1%' },
    governance: {
      agent_authority: {
        allowed_operations: ['scale_within_limits'],
        requires_approval: [
          { operation: 'scale_beyond_limits', condition: 'target_replicas > max_replicas', approvers: [GROUP] },
        ],
        forbidden_operations: ['delete_deployment'],
      },
    },
    verification: VERIFICATION,
    approval,
  },
});

/** On the page of a one-time link. */
export async function choosePassword(page: Page): Promise<void> {
  await page.getByLabel(/^Password/).fill(PASSWORD);
  await page.getByLabel('The same again').fill(PASSWORD);
  await page.getByRole('button', { name: /Set password/ }).click();
  await page.getByRole('heading', { name: 'Approvals' }).waitFor();
}

export async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** The stream has spoken, so the page is live. */
export const live = (page: Page): Promise<void> =>
  page.locator('.live[data-live="ok"]').waitFor({ state: 'attached', timeout: 20_000 });

export const press = (page: Page, name: RegExp): Promise<void> => page.getByRole('button', { name }).click();

export const heading = (page: Page, name: RegExp): Promise<void> => page.getByRole('heading', { name }).waitFor();

/** The request's own page, read and live. */
export async function openCard(page: Page, name: string): Promise<void> {
  await page.locator(`.queue a[href*="${name}"]`).first().click();
  await page.getByRole('button', { name: /^Approve once/ }).waitFor();
}
