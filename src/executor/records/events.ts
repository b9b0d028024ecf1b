import { plainLine } from '../../kernel/plainText.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { eventObject, type EventWords as Words } from '../../schema/eventObject.ts';
import type { EventReason } from '../../schema/eventReasons.ts';
import { KINDS } from '../../schema/kube.ts';
import type { ExecutorDeps } from '../deps.ts';
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

/** What an Event is about. */
export type Concern = Pick<Words, 'namespace' | 'deployment' | 'kind' | 'action' | 'decision'> & {
  /** The Blueprint's name. */
  readonly service: string;
};

export const concernOf = ({ name, namespace, object, spec }: HeldDecision): Concern => ({
  namespace,
  service: spec.blueprint.name,
  deployment: { name: spec.target.name, ...(spec.target.uid !== undefined && { uid: spec.target.uid }) },
  action: spec.tool,
  decision: { name, ...(object.metadata.uid !== undefined && { uid: object.metadata.uid }) },
});

/** Where it is about no Decision that is still there. */
export const ofService = ({ namespace, name, blueprint, workload }: ServiceView, action: string): Concern => ({
  namespace,
  service: name,
  deployment: { name: blueprint?.target.name ?? name, ...(workload !== undefined && { uid: workload.uid }) },
  action,
});

/** Puts an Event on the Deployment, so that `kubectl describe deploy` says who did what, and why. */
export function tell(deps: ExecutorDeps, held: HeldDecision, { uid, ...words }: EventWords): Promise<Told> {
  const about = concernOf(held);
  return putEvent(deps, uid === undefined ? about : { ...about, deployment: { ...about.deployment, uid } }, words);
}

export async function putEvent(
  deps: ExecutorDeps,
  { service, ...about }: Concern,
  words: Omit<EventWords, 'uid'>,
): Promise<Told> {
  const event = eventObject({ ...words, ...about, role: 'executor' }, deps.clock.now());
  let written = await deps.records.create(KINDS.Event, event);
  if (!written.ok && written.error.code === 'unavailable') {
    const mayBeOurs = written.error.uncertain;
    // Once more: one answer that got lost must not leave people in the dark.
    written = await deps.records.create(KINDS.Event, event);
    if (mayBeOurs && !written.ok && written.error.code === 'conflict') return 'created';
  }
  if (written.ok) return 'created';
  if (written.error.code === 'conflict') return 'known';
  const of = about.decision === undefined ? { service } : { decision: `${about.namespace}/${about.decision.name}` };
  deps.log.warn({ ...of, reason: words.reason, error: written.error.message }, 'event not written');
  return 'failed';
}

/** Who asked and why, for an Event. The reason is the requester's own words: one line, cut, and marked as such. */
export function attribution(held: HeldDecision): string {
  const { requester, rationale, blueprint, origin } = held.spec;
  const who = askedBy(held, held.person ? requester.name : `${requester.name} (${origin.model})`);
  return `asked by ${who}; their words: "${oneLine(rationale, 300)}"; Decision ${held.name}, blueprint ${blueprint.name} ${blueprint.version}`;
}

/** Only a person's name is vouched for, by the gateway's signature. Any other is what whoever wrote the Decision put there. */
export const askedBy = ({ person, spec }: HeldDecision, who = spec.requester.name): string =>
  `${oneLine(who, 120)}${person ? '' : ', as its Decision says'}`;

export const oneLine = (text: string, most: number): string => plainLine(text.replaceAll('"', "'"), most);
