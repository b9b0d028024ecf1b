import type { BlueprintDoc } from './doc.ts';
import type { BlueprintFile } from './document.ts';
import { marksOf, toObject } from './toObject.ts';
import { yamlText } from './yamlText.ts';

/** The other form of a document, as YAML. Nothing is lost but comments. `namespace` is for a document that names none. */
export const convertText = (doc: BlueprintDoc, namespace?: string): string =>
  yamlText(doc.form === 'file' ? toObject(doc, namespace) : toFile(doc));

/** The file form. A namespace that the target does not name already goes to `metadata.namespace`, so that none is lost. */
export function toFile(doc: BlueprintDoc): BlueprintFile {
  const { version, priority, criticality, governance, verification, ...spec } = doc.spec;
  const named = doc.namespace === undefined || doc.namespace === spec.target?.namespace;
  return {
    metadata: {
      name: doc.name,
      version,
      ...(priority === undefined ? {} : { priority }),
      ...(criticality === undefined ? {} : { criticality }),
      ...(named ? {} : { namespace: doc.namespace }),
      ...marksOf(doc),
    },
    spec,
    ...(governance === undefined ? {} : { governance }),
    ...(verification === undefined ? {} : { verification }),
  };
}
