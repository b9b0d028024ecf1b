import type { Change, LastChange } from './change.ts';
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
 * a key is absent, so where the old annotation or the old value is absent metadata.resourceVersion is tested instead; so
 * it is for a rollback, which replaces the template whole. `template` is what a rollback writes (see rollbackTemplate.ts).
 */
export function patchFor(terms: PermitTerms, lastChange: LastChange, template?: unknown): JsonPatchOperation[] {
  const { change } = terms;
  const byVersion = terms.lastChangeText === undefined || change.kind === 'rollback' || change.from === null;
  const operations: JsonPatchOperation[] = [
    { op: 'test', path: '/metadata/uid', value: terms.uid },
    byVersion
      ? { op: 'test', path: '/metadata/resourceVersion', value: terms.resourceVersion }
      : { op: 'test', path: ANNOTATION, value: terms.lastChangeText },
    ...operationsFor(change, terms, template),
  ];
  if (!terms.hasAnnotations) operations.push({ op: 'add', path: '/metadata/annotations', value: {} });
  operations.push({ op: 'add', path: ANNOTATION, value: JSON.stringify(lastChange) });
  return operations;
}

function operationsFor(
  change: Change,
  { hasTemplateAnnotations }: PermitTerms,
  template: unknown,
): readonly JsonPatchOperation[] {
  switch (change.kind) {
    case 'scale':
      return [
        { op: 'test', path: '/spec/replicas', value: change.from },
        { op: 'replace', path: '/spec/replicas', value: change.to },
      ];
    case 'restart': {
      const before: JsonPatchOperation[] =
        change.from === null ? [] : [{ op: 'test', path: RESTART, value: change.from }];
      if (change.to === null) return [...before, { op: 'remove', path: RESTART }];
      const map: JsonPatchOperation[] = hasTemplateAnnotations ? [] : [{ op: 'add', path: TEMPLATE, value: {} }];
      return [...before, ...map, { op: 'add', path: RESTART, value: change.to }];
    }
    case 'resources': {
      const container = `/spec/template/spec/containers/${change.index}`;
      const path = `${container}/resources`;
      return [
        { op: 'test', path: `${container}/name`, value: change.container },
        ...(change.from === null ? [] : [{ op: 'test' as const, path, value: change.from }]),
        change.to === null ? { op: 'remove', path } : { op: 'add', path, value: change.to },
      ];
    }
    case 'rollback':
      if (template === undefined) throw new TypeError('a rollback is written from the template of its ReplicaSet');
      return [{ op: 'replace', path: '/spec/template', value: template }];
  }
}
