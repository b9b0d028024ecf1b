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
/** Longer than a page may take, so that what is told is its command and not this. */
const TOLD_MS = 500_000;
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

// `kubectl` is of the API server's programs; the cluster itself is the embedded one.
describeCluster('the commands of the pages', () => {
  const ends = new Map<Page, Promise<string | undefined>>();

  beforeAll(async () => {
    // Builds the program where a source is newer: what the pages run is what was built.
    await promisify(execFile)(path.join(ROOT, 'bin', 'fairlead'), ['version'], { timeout: BUILD_MS });
    for (const [n, page] of played.entries()) {
      const before = played[n - AT_ONCE];
      const free = before === undefined ? undefined : ends.get(before)?.catch(() => undefined);
      ends.set(
        page,
        Promise.resolve(free).then(() => play(page)),
      );
      // Told by its own test, which may ask for it later.
      ends.get(page)?.catch(() => undefined);
    }
  });

  it.each(played)('run and print what $file says', { timeout: TOLD_MS }, async (page) => {
    expect(await ends.get(page)).toBeUndefined();
  });
});
