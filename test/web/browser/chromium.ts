import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Where a browser is on this machine, or undefined. */
export const chromiumPath = (): string | undefined => PLACES.find((one) => one !== undefined && existsSync(one));

export const NO_CHROMIUM =
  'no chromium here: install it (Debian: apt-get install chromium) or name it in CHROMIUM_PATH';

export function openBrowser(executablePath: string): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...quiet], timeout: 60_000 });
}
