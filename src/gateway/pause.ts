import { isoInstant } from '../kernel/instant.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { PauseBody, ResumeBody } from '../schema/api/services.ts';
import type { Hold } from '../schema/counters.ts';
import { FLEET } from '../schema/records.ts';
import { spoken } from '../schema/spoken.ts';
import type { GatewayDeps, Refused } from './deps.ts';
import {
  type EditedHolds,
  editHolds,
  type HoldPlace,
  type HoldScope,
  holdPlace,
  type Lifts,
  without,
} from './holds.ts';
import type { Identity } from './people/identity.ts';

/** Holds a service, a namespace or the cluster. It works at once and asks for nothing but the right to. */
export async function pause(
  deps: GatewayDeps,
  who: Identity,
  scope: HoldScope,
  { action, what = 'all', reason = '' }: PauseBody,
): Promise<Result<EditedHolds, Refused>> {
  if (action === 'hold-breaker' && scope?.name === undefined) return noBreaker;
  const where = await placeFor(deps, scope);
  if (!where.ok) return where;
  const { bound } = where.value;
  const hold: Hold = {
    kind: action === 'hold-breaker' ? 'breaker' : action,
    what: action === 'pause' ? what : 'all',
    by: who.name,
    reason: reason.trim() === '' ? 'no reason given' : spoken(reason, 500),
    at: isoInstant(deps.clock.now()),
    ...(bound === undefined ? {} : { namespace: bound }),
  };
  const edit = (holds: readonly Hold[]): Hold[] => [...without(holds, hold.kind, bound), hold];
  return change(deps, where.value, { scope: scopeText(scope), action, hold }, edit);
}

/** Lifts what holds exactly this scope; a freeze only by the name of the undo that failed. */
export async function resume(
  deps: GatewayDeps,
  who: Identity,
  scope: HoldScope,
  { action, change: frozen, reason }: ResumeBody,
): Promise<Result<EditedHolds, Refused>> {
  if (scope?.name === undefined && (action === 'release-breaker' || frozen !== undefined)) return noBreaker;
  const where = await placeFor(deps, scope);
  if (!where.ok) return where;
  const { bound } = where.value;
  const edit = (holds: readonly Hold[]): Hold[] =>
    action === 'release-breaker'
      ? without(holds, 'breaker', bound)
      : without(without(holds, 'pause', bound), 'stop', bound);
  const at = isoInstant(deps.clock.now());
  const lifts = frozen === undefined ? undefined : { by: who.name, at, change: frozen };
  const said = { scope: scopeText(scope), action, by: who.name, reason, ...(frozen && { change: frozen }) };
  const done = await change(deps, where.value, said, edit, lifts);
  return done.ok && frozen !== undefined && done.value.thawed === undefined
    ? err({ code: 'stale', message: `no freeze by ${frozen} stands there any more: look again` })
    : done;
}

async function placeFor(deps: GatewayDeps, scope: HoldScope): Promise<Result<HoldPlace, Refused>> {
  const where = await holdPlace(deps.reader, scope, deps.ownNamespace);
  if (where.ok) return where;
  return where.error.kind === 'none'
    ? err({ code: 'notFound', message: where.error.message })
    : err({ code: 'unavailable', message: `blueprints cannot be read: ${where.error.error.message}` });
}

/**
 * On record before it is done. A full disk does not keep anybody from stopping the machines: holding goes on without the
 * record, lifting does not.
 */
async function change(
  deps: GatewayDeps,
  place: HoldPlace,
  said: Readonly<Record<string, unknown>>,
  edit: (holds: readonly Hold[]) => Hold[],
  lifts?: Lifts,
): Promise<Result<EditedHolds, Refused>> {
  const logged = await deps.journal.append({ kind: 'hold', subject: '', data: said });
  if (!logged.ok && 'hold' in said)
    deps.log.error({ error: logged.error.message, what: JSON.stringify(said) }, 'a hold is not on record');
  else if (!logged.ok) {
    return err({ code: 'unavailable', message: `it cannot be recorded, so it was not done: ${logged.error.message}` });
  }
  const done = await editHolds(deps, place, edit, lifts);
  if (done.ok) return ok(done.value);
  const { code, message } = done.error;
  return err({ code: code === 'conflict' ? 'busy' : 'unavailable', message: `it did not take: ${message}` });
}

const scopeText = (scope: HoldScope): string =>
  scope === undefined ? FLEET : scope.name === undefined ? `${scope.namespace}/` : `${scope.namespace}/${scope.name}`;

const noBreaker: Result<never, Refused> = err({
  code: 'notFound',
  message: 'a breaker and a freeze are of one service: name it',
});
