import { z } from 'zod';
import { err, ok } from '../../kernel/result.ts';
import type { ClusterResult } from '../../ports/cluster.ts';
import type { Kind, KubeObject } from '../../schema/kube.ts';

/** What an object needs to be one; the rest is narrowed by those who read it. */
export const Item = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
/** An answer of the server as an object of a kind that was asked for. */
export function asObject(kind: Kind, value: unknown, wrote = false): ClusterResult<KubeObject> {
  const parsed = Item.safeParse(value);
  if (!parsed.success) return malformed(kind, parsed.error, wrote);
  return ok({ ...parsed.data, apiVersion: kind.apiVersion, kind: kind.kind });
}

export function malformed(kind: Kind, error: z.ZodError, wrote = false): ClusterResult<never> {
  return err({
    code: 'unavailable',
    message: `the answer is no ${kind.kind}: ${z.prettifyError(error).slice(0, 300)}`,
    uncertain: wrote,
  });
}
