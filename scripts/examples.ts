// `npm run examples`: writes examples/ anew. A test holds the committed files against the same function.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exampleFiles } from './records/exampleFiles.ts';

const folder = path.join(import.meta.dirname, '..', 'examples');
const files = await exampleFiles();
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(path.join(folder, name));
for (const [name, text] of files) {
  writeFileSync(path.join(folder, name), text);
  console.log(`examples/${name}`);
}
