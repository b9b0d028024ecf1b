import type { KubeObject } from './kube.ts';
import type { ApprovalRequestSpec } from './records.ts';

/** On a Blueprint, outside its hash: what people allowed once, as `<uid of the Deployment>/<lowest>..<highest>` replicas. */
export const ALLOWANCE_ANNOTATION = 'fairlead.dev/allowance';

/** On a Blueprint, likewise: the vote that raised it. */
export const RAISED_BY_ANNOTATION = 'fairlead.dev/raised-by';

/** Of these the API server lets none through by what the blueprint says: an approval for once has to say so. */
const OUTSIDE: ReadonlySet<string> = new Set(['scale_beyond_limits', 'scale_to_zero']);

/**
 * What the API server has to let through for this request: from the value before, so that the way back is open, to the
 * approved one. Undefined: nothing beyond the blueprint's range is asked for, or it is no number that could be written.
 */
export function allowanceText({
  operation,
  target: { uid },
  arguments: { replicas },
  before,
}: ApprovalRequestSpec): string | undefined {
  const [, from] = /^(\d{1,5}) replicas$/.exec(before) ?? [];
  if (!OUTSIDE.has(operation) || uid === undefined || replicas === undefined || from === undefined) return undefined;
  const ends = [Number(from), replicas];
  return replicas > 99_999 ? undefined : `${uid}/${Math.min(...ends)}..${Math.max(...ends)}`;
}

export const allowanceOn = ({ metadata }: KubeObject): string | undefined =>
  metadata.annotations?.[ALLOWANCE_ANNOTATION];
