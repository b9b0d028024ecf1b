import type { AlertCode } from '../../schema/alertCodes.ts';
import type { ExecutorDeps } from '../deps.ts';
import { type Concern, concernOf, putEvent, type Told } from './events.ts';
import type { HeldDecision } from './heldDecision.ts';

export interface Alert {
  readonly code: AlertCode;
  readonly message: string;
  /** One alert per key; by default one per Decision and code. */
  readonly key?: string;
}

/** Calls a person for what became of a Decision. */
export const alert = (deps: ExecutorDeps, held: HeldDecision, { key, ...what }: Alert): Promise<Told> =>
  callPerson(deps, concernOf(held), { ...what, key: key ?? `${held.name}.${what.code}` });

/**
 * Calls a person: Event, sinks, journal and log. The Event's name is made from the key, so that the same alert is raised
 * once, whatever crashes or repeats. Nothing waits for its success.
 */
export async function callPerson(
  deps: ExecutorDeps,
  about: Concern,
  { code, message, key }: Required<Alert>,
): Promise<Told> {
  const { namespace, service } = about;
  const decision = about.decision?.name;
  const behind = decision === undefined ? '' : ` (Decision ${decision})`;
  const told = await putEvent(deps, about, { reason: 'FairleadAlert', key, note: `${code}: ${message}${behind}` });
  if (told === 'known') return told;
  for (const sink of deps.alerts ?? []) {
    const raised = { key: `${namespace}/${key}`, code, message, at: deps.clock.now(), namespace, service };
    sink.raise({ ...raised, ...(decision !== undefined && { decision }) });
  }
  await deps.journal.append({ kind: 'alert', subject: decision ?? '', data: { code, message, namespace, service } });
  const of = decision === undefined ? { service: `${namespace}/${service}` } : { decision: `${namespace}/${decision}` };
  deps.log.error({ ...of, code, alert: message }, 'a person is called');
  return told;
}

/** The counters of a service are gone, and were made again from what its target carries. */
export const alertLost = (deps: ExecutorDeps, held: HeldDecision): Promise<Told> =>
  alert(deps, held, {
    code: 'CountersLost',
    message: `the CircuitBreaker of ${held.spec.blueprint.name} was lost and is made again from the Deployment's annotation: cooldown from that change, the hour's budget counts as spent`,
  });
