import type { ClusterResult } from '../../src/ports/cluster.ts';
import { FIELD_MANAGER, type Kind, type KubeObject } from '../../src/schema/kube.ts';
import type { World } from '../../src/world/world.ts';

/** One write that the API server took from Fairlead, with the object before and after it. */
export interface Written {
  readonly verb: 'create' | 'replace' | 'status' | 'patch';
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject;
}

/**
 * Listens where the API server stores what it took under Fairlead's name, whatever code called it: `told` is called in
 * the same instant, when the world around the write is still as it was.
 */
export function recordWrites({ api, objects }: World, told: (written: Written) => void): void {
  const watched = (
    kind: Kind,
    namespace: string | undefined,
    name: string,
    manager: string,
    dryRun: boolean | undefined,
    verb: Written['verb'],
    write: () => ClusterResult<KubeObject>,
  ): ClusterResult<KubeObject> => {
    const before = objects.get(kind, namespace, name);
    const answer = write();
    if (answer.ok && manager === FIELD_MANAGER && dryRun !== true) {
      const { metadata } = answer.value;
      told({ verb, kind: kind.kind, namespace: namespace ?? '', name: metadata.name, before, after: answer.value });
    }
    return answer;
  };
  const create = api.create.bind(api);
  const replace = api.replace.bind(api);
  const patch = api.patch.bind(api);
  api.create = (kind, draft, options) => {
    const { namespace, name } = draft.metadata;
    return watched(kind, namespace, name, options.manager, options.dryRun, 'create', () =>
      create(kind, draft, options),
    );
  };
  api.replace = (kind, draft, part, options) => {
    const { namespace, name } = draft.metadata;
    const verb = part === 'status' ? 'status' : 'replace';
    return watched(kind, namespace, name, options.manager, options.dryRun, verb, () =>
      replace(kind, draft, part, options),
    );
  };
  api.patch = (kind, namespace, name, operations, options) =>
    watched(kind, namespace, name, options.manager, options.dryRun, 'patch', () =>
      patch(kind, namespace, name, operations, options),
    );
}
