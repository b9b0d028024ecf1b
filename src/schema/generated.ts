import { yamlText } from './blueprint/yamlText.ts';
import { crds } from './crds.ts';
import { editorSchema } from './editorSchema.ts';
import { jsonText } from './jsonText.ts';
import { GROUP } from './kube.ts';

const HEADER = '# Generated from src/schema by `npm run gen`. Do not edit.\n';

/** Every file that is generated from the schemas: path from the repository's root, and its text. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const crd of crds()) files.set(`deploy/crds/${nameOf(crd)}.yaml`, `${HEADER}${yamlText(crd)}`);
  files.set('schemas/blueprint.schema.json', `${jsonText(editorSchema())}\n`);
  return files;
}

function nameOf(crd: object): string {
  const metadata = 'metadata' in crd ? crd.metadata : undefined;
  const name = typeof metadata === 'object' && metadata !== null && 'name' in metadata ? String(metadata.name) : '';
  return name.replace(`.${GROUP}`, '');
}
