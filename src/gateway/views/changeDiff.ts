import type { DiffLine } from '../../schema/api/approvals.ts';
import type { Wanted } from '../../schema/change.ts';
import { AMOUNTS, type ContainerResources, PLACES } from '../../schema/resources.ts';
import { templateChange } from '../../schema/wantedChange.ts';
import type { Container, Workload } from '../../schema/workload.ts';
import { name } from './told.ts';

const MOST = 60;

/** The fields of the Deployment that a wish changes, before and after, in the object's own words and places. */
export function changeDiff(wanted: Wanted | undefined, workload: Workload): DiffLine[] {
  switch (wanted?.kind) {
    case undefined:
      return [];
    case 'scale':
      return [
        same('spec:'),
        ...(workload.replicas === wanted.replicas ? [same(`  replicas: ${wanted.replicas}`)] : []),
        ...fieldLines('  ', 'replicas', String(workload.replicas), String(wanted.replicas)),
      ];
    case 'restart':
      return [
        ...['spec:', '  template:', '    metadata:', '      annotations:'].map(same),
        ...fieldLines(
          '        ',
          'kubectl.kubernetes.io/restartedAt',
          workload.restartedAt ?? undefined,
          '(the time of the write)',
        ),
      ];
    case 'resources':
    case 'rollback':
      return templateDiff(wanted, workload).slice(0, MOST);
  }
}

function templateDiff(wanted: Wanted, workload: Workload): DiffLine[] {
  const change = templateChange(wanted, workload);
  if (change === undefined) return [];
  const path = ['spec:', '  template:', '    spec:', '      containers:'].map(same);
  if (change.kind === 'resources') {
    return [...path, same(`      - name: ${name(change.container)}`), ...resourceLines(change.from, change.to)];
  }
  const { revisions = [], containers = [] } = workload;
  const to = revisions.find(({ hash }) => hash === change.to.hash);
  return [
    line('-', `# revision ${change.from.revision} (${name(change.from.hash)}), ${name(workload.image)}`),
    line('+', `# revision ${change.to.revision} (${name(change.to.hash)}), ${name(to?.images)}`),
    ...path,
    ...containerLines(containers, to?.containers ?? []),
  ];
}

/** Of two templates: what their containers ask for. The images stand above; the rest of a template is not read. */
function containerLines(before: readonly Container[], after: readonly Container[]): DiffLine[] {
  const names = [...new Set([...before, ...after].map((container) => container.name))];
  return names.flatMap((container) => {
    const [old, next] = [before, after].map((list) => list.find((one) => one.name === container));
    if (old === undefined || next === undefined) {
      return [line(old === undefined ? '+' : '-', `      - name: ${name(container)}`)];
    }
    const lines = resourceLines(old.resources ?? null, next.resources ?? null);
    return lines.length === 0 ? [] : [same(`      - name: ${name(container)}`), ...lines];
  });
}

function resourceLines(before: ContainerResources | null, after: ContainerResources | null): DiffLine[] {
  const sides = (['requests', 'limits'] as const).flatMap((side) => {
    const fields = AMOUNTS.filter((amount) => PLACES[amount].side === side).flatMap((amount) => {
      const { resource } = PLACES[amount];
      return fieldLines('            ', resource, before?.[side]?.[resource], after?.[side]?.[resource]);
    });
    return fields.length === 0 ? [] : [same(`          ${side}:`), ...fields];
  });
  return sides.length === 0 ? [] : [same('        resources:'), ...sides];
}

/** Nothing where both are the same. */
export function fieldLines(
  indent: string,
  field: string,
  before: string | undefined,
  after: string | undefined,
): DiffLine[] {
  if (before === after) return [];
  return [
    ...(before === undefined ? [] : [line('-', `${indent}${field}: ${name(before)}`)]),
    ...(after === undefined ? [] : [line('+', `${indent}${field}: ${name(after)}`)]),
  ];
}

export const same = (text: string): DiffLine => ({ sign: ' ', text });
const line = (sign: DiffLine['sign'], text: string): DiffLine => ({ sign, text });
