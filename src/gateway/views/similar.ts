import { textAt } from '../../observe/narrow.ts';
import type { ApprovalCard } from '../../schema/api/approvals.ts';
import type { KubeObject } from '../../schema/kube.ts';
import type { GatewayDeps } from '../deps.ts';
import { outcomeOf } from './answer.ts';
import { createdAt, keyOf, type RequestRecord, readRequest } from './records.ts';
import { instant, name } from './told.ts';

const WITHIN_MS = 90 * 86_400_000;
const MOST = 10;

/** Earlier requests for the same operation on the same service, newest first, and how they ended. */
export function similarTo(
  deps: GatewayDeps,
  request: RequestRecord,
  decisions: ReadonlyMap<string, KubeObject>,
): ApprovalCard['similar'] {
  const { namespace, spec } = request;
  return deps.observer
    .approvals()
    .filter(
      (object) =>
        object.metadata.namespace === namespace &&
        object.metadata.uid !== request.object.metadata.uid &&
        textAt(object, 'spec', 'blueprint', 'name') === spec.blueprint.name &&
        textAt(object, 'spec', 'operation') === spec.operation,
    )
    .map((object) => ({ object, at: createdAt(object) }))
    .filter(({ at }) => at <= request.createdAt && request.createdAt - at < WITHIN_MS)
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST)
    .flatMap(({ object }) => {
      const earlier = readRequest(object);
      if (earlier === undefined) return [];
      const decision = decisions.get(keyOf(namespace, earlier.spec.decision));
      return [
        {
          name: earlier.name,
          at: instant(earlier.createdAt),
          what: `${name(earlier.spec.before)} to ${name(earlier.spec.after)}`,
          outcome: outcomeOf(deps, earlier, decision),
        },
      ];
    });
}
