import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Pages } from './runner.ts';

const FOLDER = path.join(import.meta.dirname, '..', '..', 'validation');

/** The pages that are committed. */
export const committedPages: Pages = (name) => {
  const file = path.join(FOLDER, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

export function writePage(name: string, text: string): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path.join(FOLDER, name), text);
}
