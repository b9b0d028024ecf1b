import { plainLine } from '../kernel/plainText.ts';
import { eventObject } from '../schema/eventObject.ts';
import type { EventReason } from '../schema/eventReasons.ts';
import { KINDS } from '../schema/kube.ts';
import type { ExecutorDeps } from './deps.ts';
import type { HeldDecision } from './heldDecision.ts';

export interface EventWords {
  readonly reason: EventReason;
  /** Distinguishes events of one reason: a change id or a code. The same key is one event, also after a crash. */
  readonly key: string;
  readonly note: string;
  readonly uid?: string;
}

/** created: told now. known: it had been told before. failed: nobody was told; nothing waits for an Event. */
export type Told = 'created' | 'known' | 'failed';

/** Puts an Event on the Deployment, so that `kubectl describe deploy` says who did what, and why. */
export async function tell(deps: ExecutorDeps, held: HeldDecision, words: EventWords): Promise<Told> {
  const { name, namespace, object, spec } = held;
  const uid = words.uid ?? spec.target.uid;
  const event = eventObject(
    {
      ...words,
      action: spec.tool,
      role: 'executor',
      namespace,
      deployment: { name: spec.target.name, ...(uid !== undefined && { uid }) },
      decision: { name, ...(object.metadata.uid !== undefined && { uid: object.metadata.uid }) },
    },
    deps.clock.now(),
  );
  let written = await deps.records.create(KINDS.Event, event);
  if (!written.ok && written.error.code === 'unavailable') {
    const mayBeOurs = written.error.uncertain;
    // Once more: one answer that got lost must not leave people in the dark.
    written = await deps.records.create(KINDS.Event, event);
    if (mayBeOurs && !written.ok && written.error.code === 'conflict') return 'created';
  }
  if (written.ok) return 'created';
  if (written.error.code === 'conflict') return 'known';
  deps.log.warn(
    { decision: `${held.namespace}/${held.name}`, reason: words.reason, error: written.error.message },
    'event not written',
  );
  return 'failed';
}

/** Who asked and why, for an Event. The reason is the requester's own words: one line, cut, and marked as such. */
export function attribution(held: HeldDecision): string {
  const { requester, rationale, blueprint, origin } = held.spec;
  const who = held.person ? requester.name : `${requester.name} (${origin.model})`;
  return `asked by ${oneLine(who, 120)}; their words: "${oneLine(rationale, 300)}"; Decision ${held.name}, blueprint ${blueprint.name} ${blueprint.version}`;
}

export const oneLine = (text: string, most: number): string => plainLine(text.replaceAll('"', "'"), most);
