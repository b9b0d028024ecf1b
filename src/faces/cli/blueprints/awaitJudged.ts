import type { Clock } from '../../../ports/clock.ts';
import type { ClusterReader } from '../../../ports/cluster.ts';
import { BlueprintStatus, type Condition } from '../../../schema/blueprint/status.ts';
import { KINDS, type KubeObject } from '../../../schema/kube.ts';
import { holdingOf } from '../heldLease.ts';

const LOOK_AGAIN_MS = 500;

/** What became of one Blueprint that was written; without `answer` nobody has judged that version. */
export interface Judged {
  /** As it was read with the answer in its status; without one, as it was written. */
  readonly object: KubeObject;
  readonly answer?: Condition;
}

export interface Judging {
  readonly judged: readonly Judged[];
  /** Why some have no answer: nobody runs who gives one, or not in time. */
  readonly unanswered?: { readonly why: string; readonly executor: 'none' | 'silent' };
}

export interface Asked {
  readonly reader: Pick<ClusterReader, 'get'>;
  /** Ours, by which is waited: a cluster's may stand, or jump. */
  readonly clock: Clock;
  /** Now, as the cluster says it: a Lease is judged by it. */
  readonly clusterNow: () => number;
  readonly signal: AbortSignal;
  readonly ownNamespace: string;
  readonly withinMs: number;
}

/**
 * Waits until the executor has accepted or refused each of `written`, in the very generation that was written or in a
 * later one. Where no executor holds its Lease nobody will: then one look is all.
 */
export async function awaitJudged(written: readonly KubeObject[], asked: Asked): Promise<Judging> {
  const { clock, signal, withinMs, ownNamespace } = asked;
  const until = clock.now() + withinMs;
  let judged: readonly Judged[] = written.map((object) => ({ object }));
  for (;;) {
    const looks: Look[] = [];
    for (const one of judged) looks.push(one.answer === undefined ? await look(one.object, asked) : one);
    judged = looks;
    if (judged.every(({ answer }) => answer !== undefined)) return { judged };
    const trouble = looks.find((one) => one.trouble !== undefined)?.trouble;
    // Of what is gone nobody will say anything.
    if (looks.every(({ answer, isGone }) => answer !== undefined || isGone === true))
      return { judged, unanswered: { executor: 'silent', why: trouble ?? GONE } };
    const executor = await executorOf(asked);
    if (executor === undefined)
      return { judged, unanswered: { executor: 'none', why: `no executor runs in ${ownNamespace}` } };
    if (clock.now() >= until || signal.aborted)
      return { judged, unanswered: { executor: 'silent', why: trouble ?? executor } };
    await clock.sleep(Math.min(LOOK_AGAIN_MS, until - clock.now()), signal);
  }
}

const GONE = 'it was deleted meanwhile';

type Look = Judged & { readonly trouble?: string; readonly isGone?: true };

/** The same object, of the generation that was written, as it is now. */
async function look(written: KubeObject, { reader }: Asked): Promise<Look> {
  const { namespace, name, uid, generation = 0 } = written.metadata;
  const read = await reader.get(KINDS.Blueprint, namespace, name);
  if (!read.ok) return { object: written, trouble: `it cannot be read: ${read.error.message}` };
  if (read.value?.metadata.uid !== uid || read.value === undefined)
    return { object: written, trouble: GONE, isGone: true };
  const answer = answerTo(read.value, generation);
  return answer === undefined ? { object: written } : { object: read.value, answer };
}

/** What the status says of `generation`, or of a later one, which somebody wrote in between. */
function answerTo(object: KubeObject, generation: number): Condition | undefined {
  const status = BlueprintStatus.safeParse(object.status);
  const conditions = status.success ? status.data.conditions : undefined;
  const answer = conditions?.find(({ type }) => type === 'Accepted');
  return answer?.observedGeneration !== undefined && answer.observedGeneration >= generation ? answer : undefined;
}

/** In words, who should answer; undefined: nobody. Whoever may not read the Lease cannot know, and waits. */
async function executorOf({ reader, clusterNow, ownNamespace }: Asked): Promise<string | undefined> {
  const lease = await reader.get(KINDS.Lease, ownNamespace, 'fairlead-executor');
  if (!lease.ok) return `whether an executor runs cannot be read: ${lease.error.message}`;
  const { state, holder, words } = holdingOf('executor', lease.value, clusterNow());
  if (state === 'ahead') return `the executor has not answered; ${words}`;
  return state === 'heard'
    ? `the executor ${holder} has not answered: it may see another namespace alone, or not be well`
    : undefined;
}
