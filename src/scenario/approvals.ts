import { KINDS, type KubeObject } from '../schema/kube.ts';
import type { World } from '../world/world.ts';
import type { ApprovalSeen } from './seen.ts';

/** Keeps the phases that every ApprovalRequest goes through. */
export function watchedApprovals(world: World): () => readonly ApprovalSeen[] {
  const seen = new Map<string, { object: KubeObject; phases: { at: number; phase: string }[] }>();
  world.objects.onChange(({ kind, object }) => {
    if (kind.kind !== KINDS.ApprovalRequest.kind) return;
    const key = object.metadata.uid ?? object.metadata.name;
    const known = seen.get(key) ?? { object, phases: [] };
    known.object = object;
    const phase = (object.status as { phase?: string } | undefined)?.phase ?? 'Pending';
    if (known.phases.at(-1)?.phase !== phase) known.phases.push({ at: world.clock.now(), phase });
    seen.set(key, known);
  });
  return () => [...seen.values()];
}
