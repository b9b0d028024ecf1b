import { isBreakerLost, isBreakerTouched } from '../../observe/safetyState.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { sealed } from '../../schema/counterSeal.ts';
import { KINDS } from '../../schema/kube.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from '../deps.ts';
import { callPerson } from '../records/alert.ts';
import { ofService } from '../records/events.ts';
import { createBreaker } from './slot.ts';

/** The record of a service's counters was deleted, or written by somebody else. */
export const isToBeMended = ({ breakerObject, workload, counters }: ServiceView, now: number): boolean =>
  counters !== undefined && (isBreakerLost(breakerObject, workload) || isBreakerTouched(breakerObject, workload, now));

/**
 * Counters that are gone or that somebody else wrote are made anew: what they still say where it binds, the write that
 * the target proves, and an hour's budget that counts as spent (P7). Then a person is called. What is in flight the
 * Decision that is being verified puts back. undefined: all was well.
 */
export async function mendCounters(deps: ExecutorDeps, namespace: string, blueprint: string): Promise<AgainAt> {
  const { clock, observer, records } = deps;
  const seen = await observer.fresh(namespace, blueprint);
  if (!seen.ok) return seen.error.code === 'notFound' ? undefined : clock.now() + POLL_MS;
  const view = seen.value;
  const { breakerObject, counters, workload } = view;
  if (counters === undefined || !isToBeMended(view, clock.now())) return undefined;
  const isLost = isBreakerLost(breakerObject, workload);
  const base = breakerObject ?? (await createBreaker(deps, view));
  if (base === undefined) return clock.now() + POLL_MS;
  const status = sealed({ ...counters, ...(workload !== undefined && { targetUid: workload.uid }) });
  const swapped = await records.replaceStatus(KINDS.CircuitBreaker, { ...base, status });
  // Whether it was done after all is seen at the next look; then nobody was told, but the log has it.
  if (!swapped.ok) return clock.now() + (swapped.error.code === 'conflict' ? SOON_MS : POLL_MS);
  await tellMended(deps, view, isLost, base.metadata.resourceVersion ?? '');
  return clock.now() + SOON_MS;
}

const WORDS = {
  CountersLost: "was lost and is made again from the Deployment's annotation",
  CountersEdited: "had a status that somebody else wrote, and is put right from the Deployment's annotation",
} as const;

/** `edit`: tells one loss or edit from the next. */
async function tellMended(deps: ExecutorDeps, view: ServiceView, isLost: boolean, edit: string): Promise<void> {
  const code = isLost ? 'CountersLost' : 'CountersEdited';
  const message = `the CircuitBreaker of ${view.name} ${WORDS[code]}: cooldown from that change, the hour's budget counts as spent`;
  await callPerson(deps, ofService(view, 'mend'), { code, message, key: `${view.name}.${edit}.${code}` });
}
