import { err, ok, type Result } from '../../../kernel/result.ts';
import type { ClusterReader } from '../../../ports/cluster.ts';
import type { Fault } from '../../../schema/blueprint/fault.ts';
import { blueprintFromObject, globalFromObject } from '../../../schema/blueprint/fromObject.ts';
import { NO_GLOBAL_RULES } from '../../../schema/blueprint.ts';
import { KINDS, type KubeObject } from '../../../schema/kube.ts';

interface RefusedUnder {
  readonly namespace: string;
  readonly name: string;
  /** At least one. */
  readonly faults: readonly Fault[];
}

/**
 * The Blueprints of the cluster that are good but for these rules of the organisation, as the executor judges them: their own
 * generation does not move, so nothing else says it to whoever writes the rules. An error, a sentence: they cannot be read.
 */
export async function refusedUnder(
  rules: KubeObject,
  reader: Pick<ClusterReader, 'list'>,
): Promise<Result<readonly RefusedUnder[], string>> {
  const global = globalFromObject(rules);
  if (!global.ok) return ok([]);
  const read = await reader.list(KINDS.Blueprint);
  if (!read.ok) return err(read.error.message);
  const standing = read.value.items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return ok(
    standing.flatMap((object) => {
      const judged = blueprintFromObject(object, global.value);
      if (judged.ok || !blueprintFromObject(object, NO_GLOBAL_RULES).ok) return [];
      const { namespace = '', name } = object.metadata;
      return [{ namespace, name, faults: judged.error }];
    }),
  );
}
