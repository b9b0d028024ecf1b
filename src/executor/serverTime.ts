import { parseInstant } from '../kernel/parseInstant.ts';
import type { LastChange } from '../schema/change.ts';
import { FIELD_MANAGER, type KubeObject } from '../schema/kube.ts';

/** The life of a permit. Samples that are five seconds ahead are refused already (G3). */
const MOST_MS = 30_000;
/** The server's times are whole seconds, and a write takes a while. */
const SAME_MS = 5_000;

/**
 * Cooldown and budget are kept as instants, and every process reads them by its own clock: one that is an hour ahead would
 * find them over. The answer to a dry run carries the API server's time, as that of the field manager's change. In words
 * when the two differ; undefined when they agree, or the answer does not say.
 */
export function clockDiffers(answer: KubeObject, before: LastChange | undefined, now: number): string | undefined {
  const times = (answer.metadata.managedFields ?? []).flatMap((entry) =>
    entry.manager === FIELD_MANAGER ? (parseInstant(entry.time ?? '') ?? []) : [],
  );
  const server = times.length === 0 ? undefined : Math.max(...times);
  if (server === undefined || Math.abs(now - server) <= MOST_MS) return undefined;
  // A server that leaves the entry of a manager's earlier change as it was has said nothing of now.
  const wroteAt = parseInstant(before?.at ?? '');
  if (wroteAt !== undefined && Math.abs(server - wroteAt) <= SAME_MS) return undefined;
  const [ours, theirs] = [now, server].map((at) => new Date(at).toISOString());
  return `the clock here says ${ours} and the API server's says ${theirs}: nothing but an undo is done until they agree to ${MOST_MS / 1000} s; set the clock of this node, then restart this process`;
}
