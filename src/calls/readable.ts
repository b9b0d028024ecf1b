import type { DecisionObject } from '../schema/decisionObject.ts';
import type { KubeObject } from '../schema/kube.ts';
import { DecisionSpec, DecisionStatus } from '../schema/records.ts';

/** By object: a mirror hands out the same one until it changes, so that each version is parsed once. */
const known = new WeakMap<KubeObject, boolean>();

/**
 * Those that have the shape of a Decision. The CRD checks what is written, not what was stored before it was what it is
 * now; one such object must not end the pass for every service. The executor refuses it by itself.
 */
export const readable = (objects: readonly KubeObject[]): readonly DecisionObject[] => objects.filter(isDecision);

function isDecision(object: KubeObject): object is DecisionObject {
  const before = known.get(object);
  if (before !== undefined) return before;
  const { spec, status } = object;
  const isReadable =
    DecisionSpec.safeParse(spec).success && (status === undefined || DecisionStatus.safeParse(status).success);
  known.set(object, isReadable);
  return isReadable;
}
