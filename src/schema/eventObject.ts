import { plainLine } from '../kernel/plainText.ts';
import { EVENTS, type EventReason } from './eventReasons.ts';
import { KINDS, type Kind, type KubeObject } from './kube.ts';

export interface EventWords {
  readonly reason: EventReason;
  /** The same key and reason is one event, also after a crash: its name is made from them. */
  readonly key: string;
  readonly note: string;
  /** What was being done: a tool's name. */
  readonly action: string;
  /** `controller`, `executor`. */
  readonly role: string;
  readonly namespace: string;
  readonly deployment: { readonly name: string; readonly uid?: string };
  /** Where it is about no Deployment but a record of ours by that name. */
  readonly kind?: Kind;
  readonly decision?: { readonly name: string; readonly uid?: string };
}

/** An `events.k8s.io/v1` Event, on the Deployment unless told otherwise, so that `kubectl describe deploy` says who did what, and why. */
export function eventObject(words: EventWords, now: number): KubeObject {
  const { namespace, deployment, decision } = words;
  const reference = (kind: { apiVersion: string; kind: string }, of: { name: string; uid?: string }): object => ({
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    namespace,
    name: of.name,
    ...(of.uid !== undefined && { uid: of.uid }),
  });
  return {
    apiVersion: KINDS.Event.apiVersion,
    kind: KINDS.Event.kind,
    metadata: { name: `${words.key}.${words.reason}`.toLowerCase().slice(-253), namespace },
    // MicroTime wants six decimals.
    eventTime: new Date(now).toISOString().replace('Z', '000Z'),
    reportingController: `fairlead.dev/${words.role}`,
    reportingInstance: `fairlead-${words.role}`,
    action: plainLine(words.action, 128),
    reason: words.reason,
    type: EVENTS[words.reason].type,
    note: plainLine(words.note, 1000),
    regarding: reference(words.kind ?? KINDS.Deployment, deployment),
    ...(decision !== undefined && { related: reference(KINDS.Decision, decision) }),
  };
}
