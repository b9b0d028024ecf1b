import { crds } from '../../schema/crds.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { instant } from '../objects.ts';
import type { World } from '../world.ts';

/** Our definitions stand in the cluster from the start, established. */
export function establishDefinitions(world: World): void {
  for (const definition of crds() as KubeObject[]) {
    if (world.objects.get(KINDS.CustomResourceDefinition, undefined, definition.metadata.name) !== undefined) continue;
    const at = instant(world.clock.now());
    const condition = (type: string, reason: string, message: string) => ({
      type,
      status: 'True',
      reason,
      message,
      lastTransitionTime: at,
    });
    const status = {
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
      storedVersions: ['v1alpha1'],
    };
    world.objects.add(KINDS.CustomResourceDefinition, { ...definition, status }, 'fairlead');
  }
}
