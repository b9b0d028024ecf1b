import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Makes a folder of the repository hold these files and no others. */
export function writeFolder(name: string, files: ReadonlyMap<string, string>): void {
  const folder = path.join(import.meta.dirname, '..', '..', name);
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (!files.has(file)) rmSync(path.join(folder, file));
  for (const [file, text] of files) {
    writeFileSync(path.join(folder, file), text);
    console.log(`${name}/${file}`);
  }
}
