import type { LastChange } from './change.ts';
import { LAST_CHANGE_ANNOTATION } from './kube.ts';
import type { PermitTerms } from './permit.ts';

/** RFC 6902. */
export type JsonPatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

export const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
const pointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
const ANNOTATION = `/metadata/annotations/${pointer(LAST_CHANGE_ANNOTATION)}`;
const TEMPLATE = '/spec/template/metadata/annotations';
const RESTART = `${TEMPLATE}/${pointer(RESTARTED_AT)}`;

/**
 * The one patch that carries out a permit: preconditions, the change, and its annotation. A JSON Patch cannot `test` that
 * a key is absent, so where the old annotation or the old value is absent metadata.resourceVersion is tested instead.
 */
export function patchFor(terms: PermitTerms, lastChange: LastChange): JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = [{ op: 'test', path: '/metadata/uid', value: terms.uid }];
  const { change } = terms;
  if (terms.lastChangeText === undefined || (change.kind === 'restart' && change.from === null)) {
    operations.push({ op: 'test', path: '/metadata/resourceVersion', value: terms.resourceVersion });
  } else {
    operations.push({ op: 'test', path: ANNOTATION, value: terms.lastChangeText });
  }
  if (change.kind === 'scale') {
    operations.push({ op: 'test', path: '/spec/replicas', value: change.from });
    operations.push({ op: 'replace', path: '/spec/replicas', value: change.to });
  } else {
    if (change.from !== null) operations.push({ op: 'test', path: RESTART, value: change.from });
    if (change.to === null) {
      operations.push({ op: 'remove', path: RESTART });
    } else {
      if (!terms.hasTemplateAnnotations) operations.push({ op: 'add', path: TEMPLATE, value: {} });
      operations.push({ op: 'add', path: RESTART, value: change.to });
    }
  }
  if (!terms.hasAnnotations) operations.push({ op: 'add', path: '/metadata/annotations', value: {} });
  operations.push({ op: 'add', path: ANNOTATION, value: JSON.stringify(lastChange) });
  return operations;
}
