import os from 'node:os';
import { editHolds, type HoldPlace, holdPlace, without } from '../../gateway/holds.ts';
import { isoInstant } from '../../kernel/instant.ts';
import { err, type Result } from '../../kernel/result.ts';
import type { Frozen, Hold } from '../../schema/counters.ts';
import { KINDS } from '../../schema/kube.ts';
import { CircuitBreakerSpec, FLEET } from '../../schema/records.ts';
import { spoken } from '../../schema/spoken.ts';
import type { AskingFlags } from './flags.ts';
import { EXIT, type Io, print } from './io.ts';
import { parseScope, type Scope } from './service.ts';
import { openGoverned, type Session, trouble } from './session.ts';

interface HoldFlags extends AskingFlags {
  readonly all?: boolean;
  readonly reason?: string;
  readonly only?: Hold['what'];
}

type Verb = 'pause' | 'stop' | 'resume';

const LONGEST_REASON = 500;

export function pause(io: Io, scope: string | undefined, flags: HoldFlags): Promise<number> {
  return change(io, scope, flags, 'pause');
}

export function stop(io: Io, scope: string | undefined, flags: HoldFlags): Promise<number> {
  return change(io, scope, flags, 'stop');
}

/**
 * Lifts pause and stop of exactly this scope and, of a service, the freeze that a failed undo left: a freeze is lifted by
 * name only, never with a whole namespace. A breaker held open by a person is not this command's to release.
 */
export function resume(io: Io, scope: string | undefined, flags: HoldFlags): Promise<number> {
  return change(io, scope, flags, 'resume');
}

async function change(io: Io, text: string | undefined, flags: HoldFlags, verb: Verb): Promise<number> {
  const usage = (words: string): number => {
    io.err(`fairlead: ${words}\n`);
    return EXIT.usage;
  };
  if ((text === undefined) === (flags.all !== true)) {
    return usage(`${verb} wants one scope: a service (shop/web), a namespace (shop/), or --all for the cluster`);
  }
  const scope = text === undefined ? undefined : parseScope(text);
  if (scope && !scope.ok) return usage(scope.error);
  const reason = (flags.reason ?? '').trim();
  const bad = verb === 'resume' ? undefined : badReason(reason);
  if (bad !== undefined) return usage(bad);
  const session = await openGoverned(io, flags);
  if (session === undefined) return EXIT.failed;
  const where = await place(session, scope?.value, flags.namespace);
  if (!where.ok) {
    io.err(`fairlead: ${where.error}; nothing was changed\n`);
    return EXIT.failed;
  }
  const { bound } = where.value;
  const hold: Hold = {
    kind: verb === 'stop' ? 'stop' : 'pause',
    what: flags.only ?? 'all',
    by: whoHolds(session),
    reason: spoken(reason, 500),
    at: new Date(session.clock.now()).toISOString(),
    ...(bound === undefined ? {} : { namespace: bound }),
  };
  const edit = (holds: readonly Hold[]): Hold[] =>
    verb === 'resume'
      ? without(without(holds, 'pause', bound), 'stop', bound)
      : [...without(holds, hold.kind, bound), hold];
  const lifts = verb === 'resume' && where.value.name !== FLEET ? { by: hold.by, at: hold.at } : undefined;
  const done = await editHolds(session.cluster, where.value, edit, lifts);
  if (!done.ok) {
    io.err(`fairlead: ${trouble(session, `${verb} did not take`, done.error)}\n`);
    return EXIT.failed;
  }
  const { before, after, thawed } = done.value;
  const said = text ?? 'the cluster';
  const above = scope === undefined ? [] : await holdsAbove(session, scope.value, flags.namespace);
  print(io, flags.output, { holds: after, above, ...(thawed && { thawed }) }, () =>
    verb === 'resume'
      ? `${said}: ${resumedWords(after.length < before.length, thawed)}\n${stillText([...after.filter((h) => h.namespace === bound), ...above])}`
      : `${said}: ${holdWords(hold)}\n`,
  );
  return EXIT.ok;
}

/** `ada (context prod)`. */
export const whoHolds = ({ cluster }: Session): string =>
  `${os.userInfo().username} (context ${cluster.context})`.slice(0, 200);

/** undefined: as it should be. */
export const badReason = (reason: string): string | undefined =>
  reason === '' || reason.length > LONGEST_REASON
    ? `--reason wants a few words for those who find it, at most ${LONGEST_REASON} characters`
    : undefined;

/** `paused by ada (context prod): incident 4711`, `paused (downs only) by ...`. */
export function holdWords({ kind, what, by, reason }: Hold): string {
  const verb = kind === 'breaker' ? 'breaker held open' : kind === 'stop' ? 'stopped' : 'paused';
  return `${verb}${what === 'all' ? '' : ` (${what} only)`} by ${by}: ${reason}`;
}

const resumedWords = (wasHeld: boolean, thawed: Frozen | undefined): string =>
  thawed === undefined
    ? wasHeld
      ? 'resumed'
      : 'was neither paused nor stopped'
    : `${wasHeld ? 'resumed; ' : ''}its freeze (${frozenWords(thawed)}) ends with the executor's next pass`;

export const frozenWords = ({ change, at }: Frozen): string => `the undo ${change} failed at ${isoInstant(at)}`;

const stillText = (holds: readonly Hold[]): string =>
  holds.map((hold) => `  still ${holdWords(hold)}${scopeWords(hold)}\n`).join('');

const scopeWords = ({ kind, namespace }: Hold): string =>
  kind === 'breaker'
    ? ''
    : namespace === undefined
      ? ' (the whole cluster; fairlead resume --all)'
      : ` (the whole namespace; fairlead resume ${namespace}/)`;

/** Where the holds of a scope stand; the error is a sentence for a person. */
export async function place(
  session: Session,
  scope: Scope | undefined,
  own: string,
): Promise<Result<HoldPlace, string>> {
  const found = await holdPlace(session.cluster.reader, scope, own);
  if (found.ok) return found;
  const { error } = found;
  return err(error.kind === 'none' ? error.message : trouble(session, 'blueprints cannot be read', error.error));
}

/** What binds the service from further up, as far as it can be read. */
async function holdsAbove(session: Session, scope: Scope, own: string): Promise<readonly Hold[]> {
  const found = await session.cluster.reader.get(KINDS.CircuitBreaker, own, FLEET);
  const parsed = CircuitBreakerSpec.safeParse(found.ok ? (found.value?.spec ?? { holds: [] }) : { holds: [] });
  if (!parsed.success) return [];
  return parsed.data.holds.filter(
    (h) => h.namespace === undefined || (scope.name !== undefined && h.namespace === scope.namespace),
  );
}
