import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generatedFiles } from '../src/schema/generated.ts';

/** `npm run gen`: writes what is generated from the schemas. A test holds the committed files against the same function. */
const root = path.join(import.meta.dirname, '..');
for (const [name, text] of generatedFiles()) {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(name);
}
