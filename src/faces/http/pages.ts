import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from 'hono';
import { problem } from './problem.ts';

/** The built web pages, in memory: what is not in it cannot be asked for, whatever a path looks like. */
export type Pages = ReadonlyMap<string, Page>;

interface Page {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

/** Undefined when nothing was built there. Files of a kind that pages do not need are left out. */
export async function loadPages(dir: string): Promise<Pages | undefined> {
  let names: string[];
  try {
    names = await readdir(dir, { recursive: true });
  } catch {
    return undefined;
  }
  const pages = new Map<string, Page>();
  for (const name of names) {
    const type = TYPES[path.extname(name)];
    if (type === undefined) continue;
    pages.set(`/${name.split(path.sep).join('/')}`, {
      bytes: new Uint8Array(await readFile(path.join(dir, name))),
      type,
    });
  }
  return pages.has('/index.html') ? pages : undefined;
}

/** A file of the web build, or a 404. Files under assets/ carry a hash of their content in their names. */
export function page(c: Context, pages: Pages | undefined): Response {
  const asked = c.req.path === '/' ? '/index.html' : c.req.path;
  const found = pages?.get(asked);
  if (found !== undefined) {
    const lasting = asked.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    return c.body(found.bytes, 200, { 'content-type': found.type, 'cache-control': lasting });
  }
  return c.req.path === '/' && pages === undefined
    ? problem(c, 503, 'NoPages', 'the web pages were not built; the API and the command line work', 'npm run build')
    : problem(c, 404, 'NotFound', 'there is nothing here');
}
