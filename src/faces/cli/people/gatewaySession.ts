import { err, ok, type Result } from '../../../kernel/result.ts';
import { Me } from '../../../schema/api/people.ts';
import type { Io } from '../io.ts';
import { readPassword } from './askPassword.ts';
import { type As, callGateway, type Failure, type GatewayAt } from './gatewayClient.ts';
import { gatewayUrl, keptLogin, placeOfLogin } from './gatewayLogin.ts';

/** A gateway, and as whom it is asked. */
export interface Caller {
  readonly at: GatewayAt;
  readonly as: As;
  readonly me: { readonly name: string };
}

/** By the token that `fairlead login` kept. */
export async function callerByToken(flags: { readonly gateway?: string }): Promise<Result<Caller, string>> {
  const kept = await keptLogin();
  if (!kept.ok) return kept;
  const at = placeOfLogin(kept.value);
  if (flags.gateway !== undefined && gatewayUrl(flags.gateway) !== at.url) {
    // A token is for the gateway that made it: another one must never see it.
    return err(`the login that is kept is for ${at.url}\n  fix: fairlead login ${flags.gateway}`);
  }
  return ok({ at, as: { token: kept.value.token }, me: { name: kept.value.name } });
}

interface SessionFlags {
  readonly gateway?: string;
  readonly as?: string;
  readonly passwordFile?: string;
}

/** Runs `work` in a session of its own, opened by a password and ended after: for what no token may do. */
export async function inSession(
  io: Io,
  flags: SessionFlags,
  work: (caller: Caller) => Promise<number>,
): Promise<Result<number, string>> {
  const kept = await keptLogin();
  const url = flags.gateway === undefined ? undefined : gatewayUrl(flags.gateway);
  if (flags.gateway !== undefined && url === undefined) return err(wrongUrl(flags.gateway));
  if (!kept.ok && (url === undefined || flags.as === undefined)) return kept;
  const name = flags.as ?? (kept.ok ? kept.value.name : '');
  const at: GatewayAt =
    kept.ok && (url ?? kept.value.url) === kept.value.url ? placeOfLogin(kept.value) : { url: url ?? '' };
  const password = await readPassword(io, flags.passwordFile, name);
  if (!password.ok) return password;
  const opened = await openSession(at, name, password.value);
  if (!opened.ok) return err(opened.error.message);
  try {
    return ok(await work({ at, as: opened.value, me: { name } }));
  } finally {
    await callGateway(at, 'POST', '/api/logout', { as: opened.value });
  }
}

export const wrongUrl = (text: string): string =>
  `${text} is no address of a gateway: write scheme and host, such as https://fairlead.example.com; http is for this machine alone`;

/** Logs in and learns what a change has to send along. */
export async function openSession(
  at: GatewayAt,
  name: string,
  password: string,
): Promise<Result<{ readonly session: string; readonly csrf: string }, Failure>> {
  const login = await callGateway(at, 'POST', '/api/login', { body: { name, password } });
  if (!login.ok) return login;
  const { session } = login.value;
  if (session === undefined) return err({ status: 0, message: `${at.url} opened no session: is that a gateway?` });
  const me = await callGateway(at, 'GET', '/api/me', { as: { session, csrf: '' } });
  if (!me.ok) return me;
  const parsed = Me.safeParse(me.value.body);
  return parsed.success && parsed.data.csrf !== undefined
    ? ok({ session, csrf: parsed.data.csrf })
    : err({ status: 0, message: `${at.url} does not say who you are: is that a gateway of this version?` });
}
