import { parseInstant } from '../../kernel/parseInstant.ts';
import type { KubeObject } from '../../schema/kube.ts';

/** A holder renews its Lease every few seconds; one that is older than this says nothing of now. */
const STALE_MS = 60_000;

/** Who holds a role's Lease now; undefined: nobody, or nobody who was heard of lately. */
export function holderOf({ spec }: KubeObject, now: number): string | undefined {
  const { holderIdentity, renewTime } = (spec ?? {}) as { holderIdentity?: string; renewTime?: string };
  const renewed = parseInstant(renewTime ?? '');
  if (renewed === undefined || Math.abs(now - renewed) >= STALE_MS) return undefined;
  return holderIdentity || undefined;
}
