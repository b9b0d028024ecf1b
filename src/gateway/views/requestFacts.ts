import { listAt, numberAt, textAt } from '../../observe/narrow.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { createdAt, keyOf } from './records.ts';
import { instantMs } from './told.ts';

/** The few things that lists and figures count of every request on record, whether or not it can be read whole. */
export interface RequestFacts {
  readonly at: number;
  readonly key: string;
  readonly phase: string;
  readonly operation: string | undefined;
  /** `namespace/name` of its service, and of its Decision. */
  readonly service: string;
  readonly decision: string;
  readonly replicas: number | undefined;
  /** When the newest vote was cast (ms); 0: nobody voted. */
  readonly votedAt: number;
}

/** By object: a mirror hands out the same one until it changes, and there are thousands of them on each page. */
const known = new WeakMap<KubeObject, RequestFacts>();

export function requestFacts(object: KubeObject): RequestFacts {
  const before = known.get(object);
  if (before !== undefined) return before;
  const { namespace = '', name } = object.metadata;
  const facts: RequestFacts = {
    at: createdAt(object),
    key: keyOf(namespace, name),
    phase: textAt(object, 'status', 'phase') ?? 'Pending',
    operation: textAt(object, 'spec', 'operation'),
    service: keyOf(namespace, textAt(object, 'spec', 'blueprint', 'name') ?? ''),
    decision: keyOf(namespace, textAt(object, 'spec', 'decision') ?? ''),
    replicas: numberAt(object, 'spec', 'arguments', 'replicas'),
    votedAt: instantMs(textAt(listAt(object, 'votes').at(-1), 'at')),
  };
  known.set(object, facts);
  return facts;
}
