import type { AlertCode } from '../schema/alertCodes.ts';
import type { ExecutorDeps } from './deps.ts';
import { tell } from './events.ts';
import type { HeldDecision } from './heldDecision.ts';

export interface Alert {
  readonly code: AlertCode;
  readonly message: string;
  /** One alert per key; by default one per Decision and code. */
  readonly key?: string;
}

/**
 * Calls a person: Event, sinks, journal and log. The Event's name is made from the key, so that the same alert is raised
 * once, whatever crashes or repeats. Nothing waits for its success.
 */
export async function alert(deps: ExecutorDeps, held: HeldDecision, { code, message, key }: Alert): Promise<void> {
  const one = key ?? `${held.name}.${code}`;
  const told = await tell(deps, held, {
    reason: 'FairleadAlert',
    key: one,
    note: `${code}: ${message} (Decision ${held.name})`,
  });
  if (told === 'known') return;
  const { namespace, spec, name: decision } = held;
  const service = spec.blueprint.name;
  for (const sink of deps.alerts ?? []) {
    sink.raise({ key: `${namespace}/${one}`, code, message, at: deps.clock.now(), namespace, service, decision });
  }
  await deps.journal.append({
    kind: 'alert',
    subject: held.name,
    data: { code, message, namespace: held.namespace, service: held.spec.blueprint.name },
  });
  deps.log.error({ decision: `${held.namespace}/${held.name}`, code, alert: message }, 'a person is called');
}

/** The counters of a service are gone, and were made again from what its target carries. */
export const alertLost = (deps: ExecutorDeps, held: HeldDecision): Promise<void> =>
  alert(deps, held, {
    code: 'CountersLost',
    message: `the CircuitBreaker of ${held.spec.blueprint.name} was lost and is made again from the Deployment's annotation: cooldown from that change, the hour's budget counts as spent`,
  });
