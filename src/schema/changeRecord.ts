import { z } from 'zod';
import type { Change, RevisionRef } from './change.ts';
import type { ChangeRecord } from './records.ts';
import type { ContainerResources } from './resources.ts';

const Ref: z.ZodType<RevisionRef> = z.object({
  revision: z.int(),
  hash: z.string(),
  replicaSet: z.string(),
  uid: z.string(),
});
const Quantities = z.record(z.string(), z.string());
/** Every key is kept, since an undo puts back the same bytes. */
const Resources = z
  .record(z.string(), z.unknown())
  .refine(({ requests = {}, limits = {} }) => [requests, limits].every((side) => Quantities.safeParse(side).success))
  .transform((written) => written as ContainerResources);

const Written: z.ZodType<Change> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('resources'),
    container: z.string(),
    index: z.int().min(0),
    from: Resources.nullable(),
    to: Resources.nullable(),
  }),
  z.object({ kind: z.literal('rollback'), from: Ref, to: Ref }),
]);

/** The change that a record is about; undefined when the record does not say it whole. */
export function changeOf({ kind, before, after, change }: ChangeRecord): Change | undefined {
  if (kind === 'scale') return { kind, from: Number(before), to: Number(after) };
  if (kind === 'restart') return { kind, from: before || null, to: after || null };
  const read = Written.safeParse(jsonOf(change));
  return read.success && read.data.kind === kind ? read.data : undefined;
}

/** What a record keeps of a change beside its two texts. */
export const changeJson = (change: Change): { readonly change?: string } =>
  change.kind === 'scale' || change.kind === 'restart' ? {} : { change: JSON.stringify(change) };

export function directionOf(change: Pick<ChangeRecord, 'kind' | 'before' | 'after'>): 'up' | 'down' | 'none' {
  if (change.kind !== 'scale') return 'none';
  const [before, after] = [Number(change.before), Number(change.after)];
  if (after > before) return 'up';
  return after < before ? 'down' : 'none';
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
