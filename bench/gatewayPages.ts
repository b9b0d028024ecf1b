import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { systemClock } from '../src/adapters/system/systemClock.ts';
import { gatewayViews } from '../src/faces/http/gatewayViews.ts';
import { loadPages } from '../src/faces/http/pages.ts';
import { placeOf } from '../src/faces/http/place.ts';
import { listen } from '../src/faces/http/server.ts';
import type { GatewayDeps } from '../src/gateway/deps.ts';
import { openGateway } from '../test/stages/gatewayStage.ts';
import { chromiumPath, openBrowser } from '../test/web/browser/chromium.ts';

/** Each page, and what stands there once a person can read it. */
const PAGES = [
  ['the inbox', '#/approvals', '.queue li'],
  ['the card of one request', '#/approvals/shop/web-aaaaaaaaaa', '[data-answers]'],
  ['the list of services', '#/services', '.fleet [data-row]'],
] as const;
const ROUNDS = 7;

/** Median milliseconds until a browser shows each page, from asking for its address; undefined without a browser or pages. */
export async function timeToContent(gateway: GatewayDeps): Promise<ReadonlyMap<string, number> | undefined> {
  const executable = chromiumPath();
  const pages = await loadPages(path.join(import.meta.dirname, '..', 'dist', 'web'));
  if (executable === undefined || pages === undefined) return undefined;
  let cookie = '';
  const listening = await listen({ host: '127.0.0.1', port: 0, clock: systemClock }, (port) => {
    const place = placeOf({ host: '127.0.0.1', tls: false, behindProxy: false }, port);
    if (!place.ok) throw new Error(place.error);
    const stage = openGateway({ gateway, views: gatewayViews(gateway), place: place.value, pages });
    stage.person('ann', 'operator', ['devops-team']);
    cookie = stage.session('ann');
    return (request, env) => stage.app.fetch(request, env);
  });
  if (!listening.ok) throw new Error(listening.error);
  const url = `http://127.0.0.1:${listening.value.port}`;
  const browser = await openBrowser(executable);
  const times = new Map<string, number>();
  for (const [what, hash, shown] of PAGES) {
    const each: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const context = await browser.newContext();
      await context.addCookies([{ name: 'fairlead', value: cookie, url }]);
      const page = await context.newPage();
      const start = performance.now();
      await page.goto(`${url}/${hash}`);
      await page.locator(shown).first().waitFor();
      each.push(performance.now() - start);
      await context.close();
    }
    times.set(what, each.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN);
  }
  await browser.close();
  await listening.value.close();
  return times;
}
