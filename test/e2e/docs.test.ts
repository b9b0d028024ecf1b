import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { assets, describeCluster } from '../cluster/harness.ts';
import { stageOf } from '../docs/blocks/fences.ts';
import { type Page, pages, ROOT } from '../docs/pages.ts';
import { playPage } from '../docs/stage/playPage.ts';
import { openShop } from '../docs/stage/shop.ts';
import { emptyStage } from '../docs/stage/stage.ts';

const BUILD_MS = 200_000;
/** With the wait for its turn. What a page itself may take is held by `playPage`. */
const ALL_MS = 1_800_000;
/** They mostly wait. */
const AT_ONCE = 2;
const played = pages().filter(({ text }) => ['shop', 'none'].includes(stageOf(text) ?? ''));

/** A stage of its own for each page. */
async function play(page: Page): Promise<string | undefined> {
  const stage = stageOf(page.text) === 'shop' ? await openShop(assets() ?? '') : emptyStage(assets());
  try {
    return await playPage(page, stage);
  } finally {
    await stage.close();
  }
}

let running = 0;
const waiting: (() => void)[] = [];
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < AT_ONCE) running += 1;
  else await new Promise<void>((resolve) => void waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

// `kubectl` is of the API server's programs; the cluster itself is the embedded one.
describeCluster('the commands of the pages', () => {
  beforeAll(async () => {
    // Builds the program where a source is newer: what the pages run is what was built.
    await promisify(execFile)(path.join(ROOT, 'bin', 'fairlead'), ['version'], { timeout: BUILD_MS });
  });

  it.concurrent.each(played)('run and print what $file says', { timeout: ALL_MS }, async (page) => {
    expect(await inTurn(() => play(page))).toBeUndefined();
  });
});
