import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { plainLine } from '../../../kernel/plainText.ts';
import { TokenMade } from '../../../schema/api/people.ts';
import { EXIT, type Io } from '../io.ts';
import { ask, readPassword } from './askPassword.ts';
import { callGateway } from './gatewayClient.ts';
import { gatewayUrl, keepLogin } from './gatewayLogin.ts';
import { openSession, wrongUrl } from './gatewaySession.ts';

interface LoginFlags {
  readonly name?: string;
  readonly passwordFile?: string;
  readonly days: string;
  readonly ca?: string;
}

/** Opens a session by password, makes a token of one's own rights, keeps that and ends the session. */
export async function login(io: Io, text: string, flags: LoginFlags): Promise<number> {
  const say = (words: string, code: number): number => {
    io.err(`fairlead: ${words}\n`);
    return code;
  };
  const url = gatewayUrl(text);
  if (url === undefined) return say(wrongUrl(text), EXIT.usage);
  const days = Number(flags.days);
  if (!Number.isInteger(days) || days < 1 || days > 365) return say(`--days ${flags.days}: write 1 to 365`, EXIT.usage);
  let ca: string | undefined;
  try {
    ca = flags.ca === undefined ? undefined : await readFile(flags.ca, 'utf8');
  } catch (error) {
    return say(
      `--ca ${flags.ca} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      EXIT.usage,
    );
  }
  const asked = flags.name === undefined ? await ask(io, 'Name: ', false) : undefined;
  if (asked?.ok === false) return say(`${asked.error}\n  fix: --name says who`, EXIT.usage);
  const name = flags.name ?? (asked?.value ?? '').trim();
  const password = await readPassword(io, flags.passwordFile, name);
  if (!password.ok) return say(password.error, EXIT.usage);
  const at = { url, ...(ca !== undefined && { ca }) };
  const session = await openSession(at, name, password.value);
  if (!session.ok) return say(session.error.message, EXIT.failed);
  const as = session.value;
  const body = { name: `cli ${os.hostname()}`.slice(0, 64), scopes: ['read', 'propose', 'approve'], days };
  const made = await callGateway(at, 'POST', '/api/tokens', { as, body });
  await callGateway(at, 'POST', '/api/logout', { as });
  if (!made.ok) return say(made.error.message, EXIT.failed);
  const token = TokenMade.safeParse(made.value.body);
  if (!token.success) return say(`${url} gave no token: is that a gateway of this version?`, EXIT.failed);
  const kept = await keepLogin({ url, name, token: token.data.secret, ...(ca !== undefined && { ca }) });
  if (!kept.ok) return say(kept.error, EXIT.failed);
  io.err(`logged in at ${url} as ${name} until ${plainLine(token.data.expiresAt, 40).slice(0, 10)} (${kept.value})\n`);
  return EXIT.ok;
}
