import { err, ok, type Result } from '../../kernel/result.ts';
import type { PeopleDeps } from './deps.ts';
import type { Refusal } from './gatekeeper.ts';
import type { Identity } from './identity.ts';
import { networkOf } from './networkOf.ts';

/** A new session's secret. Tries are on record, right and wrong; those that were not even looked at are not. */
export async function logIn(
  deps: PeopleDeps,
  { name, password }: { readonly name: string; readonly password: string },
  from: string,
  device?: string,
): Promise<Result<string, Refusal>> {
  const session = await deps.keeper.login(name, password, from, device);
  if (session.ok) await note(deps, { who: name, what: 'logged in', from });
  else if (session.error.code === 'wrong') {
    await note(deps, { who: await knownName(deps, name), what: 'was refused', from });
  }
  return session;
}

/** What was typed as a name and is none is left out: it may be a password, and the log is read by many. */
async function knownName({ store }: PeopleDeps, typed: string): Promise<string> {
  const read = await store.read();
  return read.ok && read.value.users.some(({ name }) => name === typed) ? typed : '';
}

/** Sets the password of whom a one-time link is for; a new session's secret. */
export async function acceptLink(
  deps: PeopleDeps,
  { token, password }: { readonly token: string; readonly password: string },
  from: string,
): Promise<Result<string, Refusal>> {
  const key = `link ${networkOf(from)}`;
  const waitMs = deps.attempts.waitMs(key);
  if (waitMs > 0) return err({ code: 'wait', message: 'too many wrong links: wait a minute', waitMs });
  // Counted before it is looked at, so that many tries at once are no way around it.
  deps.attempts.failed(key);
  const session = await deps.keeper.accept(token, password);
  if (!session.ok) {
    if (session.error.code === 'wrong') await note(deps, { who: '', what: 'used a link that is none', from });
    return session;
  }
  deps.attempts.succeeded(key);
  const who = await deps.keeper.ofSession(session.value);
  await note(deps, { who: (who.ok && who.value?.name) || '', what: 'used a one-time link', from });
  return ok(session.value);
}

/** The error says that the session goes on. */
export async function logOut(deps: PeopleDeps, who: Identity, from: string): Promise<Result<void, string>> {
  if (who.by.kind !== 'session') return ok(undefined);
  const ended = await deps.keeper.logout(who.by.secret);
  if (!ended.ok) return ended;
  await note(deps, { who: who.name, what: 'logged out', from });
  return ok(undefined);
}

/** Somebody who needs to stop the machines is let in also when the disk is full. */
async function note(deps: PeopleDeps, data: Readonly<Record<string, string>>): Promise<void> {
  const logged = await deps.journal.append({ kind: 'access', subject: '', data });
  if (!logged.ok) deps.log.error({ error: logged.error.message, ...data }, 'an access is not on record');
}
