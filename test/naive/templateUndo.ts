import type { Change } from '../../src/schema/change.ts';
import { changeTexts, mainContainer } from '../../src/schema/changeText.ts';
import type { Request } from '../../src/schema/request.ts';
import type { ContainerResources } from '../../src/schema/resources.ts';
import type { Workload } from '../../src/schema/workload.ts';
import type { Draw } from './draw.ts';

/** The undo of a resource change or a rollback: mostly of what stands there now. */
export function templateUndo(draw: Draw, workload: Workload): Pick<Request, 'tool' | 'args' | 'wanted' | 'undo'> {
  const kind = draw.pick(['resources', 'rollback'] as const);
  const change = kind === 'resources' ? resourcesChange(draw, workload) : rollbackChange(draw, workload);
  const { before, after } = changeTexts(change);
  return {
    tool: kind === 'resources' ? 'adjust_resources' : 'rollback',
    args: {},
    wanted: kind === 'resources' ? { kind, amounts: {} } : { kind, revision: null },
    undo: {
      changeId: draw.odd(workload.lastChange?.id ?? 'web-then.1', () => 'web-other.1', 0.5),
      wrote: after,
      before,
      ...(draw.odd(true, () => false, 0.5) ? { change } : {}),
      direction: 'none',
      beforeWasBreached: draw.odd(false, () => true, 0.5),
      alreadyUndone: draw.odd(false, () => true, 0.5),
    },
  };
}

function resourcesChange(draw: Draw, workload: Workload): Change {
  const main = mainContainer(workload);
  const other: ContainerResources = { requests: { cpu: '500m', memory: '256Mi' } };
  return {
    kind: 'resources',
    container: draw.odd(main?.name ?? 'web', () => 'mesh', 0.5),
    index: main === undefined ? 0 : (workload.containers ?? []).indexOf(main),
    from: draw.odd<ContainerResources | null>(other, () =>
      draw.pick([null, { limits: { memory: '8Gi' } }, { limits: { memory: '64Mi' } }, main?.resources ?? null]),
    ),
    to: draw.odd<ContainerResources | null>(main?.resources ?? null, () => other, 0.5),
  };
}

function rollbackChange(draw: Draw, { current, revisions = [] }: Workload): Change {
  const gone = { revision: 7, hash: 'gone', replicaSet: 'web-gone', uid: 'uid-gone' };
  return {
    kind: 'rollback',
    from: draw.odd(revisions[1] ?? gone, () => draw.pick([gone, revisions[0] ?? gone]), 0.5),
    to: draw.odd(current ?? gone, () => revisions[1] ?? gone, 0.5),
  };
}
