import type { KubeObject } from '../../schema/kube.ts';
import { columnsOf } from './columns.ts';
import type { Resource } from './resources.ts';

/** Clients list what they can read by preference; a table is asked for as the first of them. */
export const wantsTable = (accept: string): boolean => (accept.split(',')[0] ?? '').includes('as=Table');

export interface TableOptions {
  readonly now: number;
  readonly resourceVersion: string;
  /** `includeObject`: the whole object with each row, its metadata (the default), or nothing. */
  readonly include: string | null;
}

export function tableOf(resource: Resource, objects: readonly KubeObject[], options: TableOptions): object {
  const columns = columnsOf(resource);
  const columnDefinitions = columns.map(({ name, type, description, priority }) => ({
    name,
    type,
    format: name === 'Name' ? 'name' : '',
    description,
    priority,
  }));
  const rows = objects.map((object) => ({
    cells: columns.map((column) => column.cell(object, options.now)),
    object: carried(object, options.include),
  }));
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: options.resourceVersion },
    columnDefinitions,
    rows,
  };
}

function carried(object: KubeObject, include: string | null): object | null {
  if (include === 'None') return null;
  if (include === 'Object') return object;
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
