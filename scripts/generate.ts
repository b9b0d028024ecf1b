import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { VERSION } from '../src/faces/cli/version.ts';
import { chartFiles } from '../src/install/chart.ts';
import { kustomizeFiles } from '../src/install/kustomize.ts';
import { IMAGE } from '../src/install/settings.ts';
import { scenarioSchema } from '../src/scenario/scenarioSchema.ts';
import { generatedFiles } from '../src/schema/generated.ts';
import { jsonText } from '../src/schema/jsonText.ts';
import { monitoringFiles } from './monitoring/monitoringFiles.ts';
import { referencePages } from './reference/referencePages.ts';

/** `npm run gen`: writes what is generated. Tests hold the committed files against the same functions. */
const root = path.join(import.meta.dirname, '..');
const scenario = ['schemas/scenario.schema.json', `${jsonText(scenarioSchema())}\n`] as const;
const manifests = [...kustomizeFiles(`${IMAGE}:${VERSION}`), ...chartFiles(VERSION)];
for (const [name, text] of [...generatedFiles(), scenario, ...manifests, ...monitoringFiles(), ...referencePages()]) {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(name);
}
