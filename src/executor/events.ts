import { KINDS, type KubeObject } from '../schema/kube.ts';
import type { ExecutorDeps } from './deps.ts';
import type { HeldDecision } from './heldDecision.ts';

export type EventReason =
  | 'ScaledByFairlead'
  | 'RestartedByFairlead'
  | 'ResourcesSetByFairlead'
  | 'RolledBackByFairlead'
  | 'RefusedByFairlead'
  | 'UndoneByFairlead'
  | 'ApprovalNeeded'
  | 'FairleadAlert';

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
  const written = await deps.records.create(KINDS.Event, eventObject(held, words, deps.clock.now()));
  if (written.ok) return 'created';
  if (written.error.code === 'conflict') return 'known';
  deps.log.warn({ decisionId: held.name, reason: words.reason, error: written.error.message }, 'event not written');
  return 'failed';
}

const WARNINGS: ReadonlySet<EventReason> = new Set<EventReason>([
  'RefusedByFairlead',
  'UndoneByFairlead',
  'FairleadAlert',
]);

function eventObject(held: HeldDecision, words: EventWords, now: number): KubeObject {
  const uid = words.uid ?? held.spec.target.uid;
  return {
    apiVersion: KINDS.Event.apiVersion,
    kind: KINDS.Event.kind,
    metadata: { name: `${words.key}.${words.reason}`.toLowerCase().slice(-253), namespace: held.namespace },
    eventTime: new Date(now).toISOString().replace('Z', '000Z'),
    reportingController: 'fairlead.dev/executor',
    reportingInstance: 'fairlead-executor',
    action: held.spec.tool.slice(0, 128),
    reason: words.reason,
    type: WARNINGS.has(words.reason) ? 'Warning' : 'Normal',
    note: words.note.slice(0, 1000),
    regarding: {
      apiVersion: KINDS.Deployment.apiVersion,
      kind: KINDS.Deployment.kind,
      namespace: held.namespace,
      name: held.spec.target.name,
      ...(uid !== undefined && { uid }),
    },
    related: {
      apiVersion: KINDS.Decision.apiVersion,
      kind: KINDS.Decision.kind,
      namespace: held.namespace,
      name: held.name,
      ...(held.object.metadata.uid !== undefined && { uid: held.object.metadata.uid }),
    },
  };
}

/** Who asked and why, for an Event. The reason is the requester's own words: one line, cut, and marked as such. */
export function attribution(held: HeldDecision): string {
  const { requester, rationale, blueprint, origin } = held.spec;
  const who = held.person ? requester.name : `${requester.name} (${origin.model})`;
  return `asked by ${oneLine(who, 120)}; their words: "${oneLine(rationale, 300)}"; Decision ${held.name}, blueprint ${blueprint.name} ${blueprint.version}`;
}

// Control, zero-width and bidirectional characters would let a model write into the operator's terminal.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const oneLine = (text: string, most: number): string => {
  const line = text.replaceAll(UNPRINTABLE, ' ').replaceAll('"', "'").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};
