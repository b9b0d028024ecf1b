import type { Change, RevisionRef } from './change.ts';
import { resourcesText } from './resources.ts';
import type { Workload } from './workload.ts';

/** The two values of a change as records and the annotation carry them: at most 100 characters each. */
export function changeTexts(change: Change): { readonly before: string; readonly after: string } {
  switch (change.kind) {
    case 'scale':
      return { before: String(change.from), after: String(change.to) };
    case 'restart':
      return { before: change.from ?? '', after: change.to ?? '' };
    case 'resources':
      return { before: resourcesText(change.from), after: resourcesText(change.to) };
    case 'rollback':
      return { before: revisionText(change.from), after: revisionText(change.to) };
  }
}

/** `revision 3 (7d9f8c6b5)`. */
export const revisionText = ({ revision, hash }: Pick<RevisionRef, 'revision' | 'hash'>): string =>
  `revision ${revision} (${hash})`;

/** The hash in such a text: numbers move on when a template becomes the current one again, the hash stays. */
export const hashOf = (text: string): string | undefined => /^revision \d+ \(([^)]+)\)$/.exec(text)?.[1];

/**
 * Whether what stands in the target now is what this text of a change says. Resources are those of the container a
 * change is about.
 */
export function standsAs(
  workload: Pick<Workload, 'replicas' | 'restartedAt' | 'containers' | 'current'>,
  kind: Change['kind'],
  text: string,
): boolean {
  const current = standing(workload, kind);
  return kind === 'rollback' ? hashOf(text) !== undefined && hashOf(text) === hashOf(current) : current === text;
}

/** What stands there now, as text. */
export function standing(
  workload: Pick<Workload, 'replicas' | 'restartedAt' | 'containers' | 'current'>,
  kind: Change['kind'],
): string {
  switch (kind) {
    case 'scale':
      return String(workload.replicas);
    case 'restart':
      return workload.restartedAt ?? '';
    case 'resources':
      return resourcesText(mainContainer(workload)?.resources ?? null);
    case 'rollback':
      return workload.current === undefined ? '' : revisionText(workload.current);
  }
}

/** The container that a resource change is about; undefined where there are several and none is marked as the main one. */
export const mainContainer = ({ containers = [] }: Pick<Workload, 'containers'>) =>
  containers.length === 1 ? containers[0] : containers.find(({ main }) => main);

/** The kind of a change by its annotation or record, also of one made before records named it. */
export const kindOf = ({
  kind,
  after,
}: {
  readonly kind?: Change['kind'] | undefined;
  readonly after: string;
}): Change['kind'] => kind ?? (/^\d+$/.test(after) ? 'scale' : 'restart');
