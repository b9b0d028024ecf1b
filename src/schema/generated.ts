import { yamlText } from './blueprint/yamlText.ts';
import { crds } from './crds.ts';
import { editorSchema } from './editorSchema.ts';
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

/** JSON as the repository's formatter leaves it: a list of plain values on one line where it fits. */
function jsonText(value: unknown, indent = '', used = 0): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const flat = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    const plain = value.every((item) => typeof item !== 'object');
    if (plain && indent.length + used + flat.length < 120) return flat;
    return `[\n${value.map((item) => inner + jsonText(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).map(([key, item]) => {
    const name = `${JSON.stringify(key)}: `;
    return `${inner}${name}${jsonText(item, inner, name.length)}`;
  });
  return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n${indent}}`;
}
