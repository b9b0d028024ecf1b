import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { VERSION } from '../src/faces/cli/version.ts';
import { chartFiles } from '../src/install/chart.ts';
import { kustomizeFiles } from '../src/install/kustomize.ts';
import { IMAGE } from '../src/install/settings.ts';
import { generatedFiles } from '../src/schema/generated.ts';
import { failClosedPage } from '../test/failClosedPage.ts';
import { rightsPage } from '../test/rightsPage.ts';
import { rulesPage } from '../test/rulesPage.ts';
import { monitoringFiles } from './monitoring/monitoringFiles.ts';

/** `npm run gen`: writes what is generated. Tests hold the committed files against the same functions. */
const root = path.join(import.meta.dirname, '..');
const pages = [
  ['docs/reference/rules.md', rulesPage()],
  ['docs/reference/fail-closed.md', failClosedPage()],
  ['docs/reference/rights.md', rightsPage()],
] as const;
const manifests = [...kustomizeFiles(`${IMAGE}:${VERSION}`), ...chartFiles(VERSION)];
for (const [name, text] of [...generatedFiles(), ...manifests, ...monitoringFiles(), ...pages]) {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(name);
}
