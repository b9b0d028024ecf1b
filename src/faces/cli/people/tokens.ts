import { plainLine } from '../../../kernel/plainText.ts';
import { TokenList } from '../../../schema/api/lists.ts';
import { TokenBody, TokenMade } from '../../../schema/api/people.ts';
import { EXIT, type Format, type Io, print, table } from '../io.ts';
import { callGateway } from './gatewayClient.ts';
import { inSession } from './gatewaySession.ts';

const day = (instant: string): string => plainLine(instant, 40).slice(0, 10);

interface Flags {
  readonly gateway?: string;
  readonly as?: string;
  readonly passwordFile?: string;
  readonly output: Format;
}

export async function tokensCreate(
  io: Io,
  name: string,
  flags: Flags & { readonly scope: readonly string[]; readonly days: string },
): Promise<number> {
  const body = TokenBody.safeParse({ name, scopes: flags.scope, days: Number(flags.days) });
  if (!body.success) {
    io.err(`fairlead: a token wants a name of at most 64 characters and 1 to 365 days\n`);
    return EXIT.usage;
  }
  return session(io, flags, async ({ at, as }) => {
    const made = await callGateway(at, 'POST', '/api/tokens', { as, body: body.data });
    if (!made.ok) return failed(io, made.error.message);
    const token = TokenMade.safeParse(made.value.body);
    if (!token.success) return failed(io, 'the gateway speaks another version of the API');
    // The secret alone on stdout: what a shell puts into a variable.
    print(io, flags.output, token.data, () => `${token.data.secret}\n`);
    io.err(`token ${plainLine(token.data.id, 64)} until ${day(token.data.expiresAt)}; it is shown this once\n`);
    return EXIT.ok;
  });
}

export function tokensList(io: Io, flags: Flags): Promise<number> {
  return session(io, flags, async ({ at, as }) => {
    const answer = await callGateway(at, 'GET', '/api/tokens', { as });
    if (!answer.ok) return failed(io, answer.error.message);
    const list = TokenList.safeParse(answer.value.body);
    if (!list.success) return failed(io, 'the gateway speaks another version of the API');
    print(io, flags.output, list.data, () =>
      list.data.items.length === 0
        ? 'no tokens\n'
        : table(
            ['ID', 'NAME', 'OWNER', 'SCOPES', 'EXPIRES', 'LAST USED'],
            list.data.items.map((one) => [
              one.id,
              one.name,
              one.owner,
              one.scopes.join(','),
              one.expiresAt.slice(0, 10),
              one.lastUsedAt?.slice(0, 16) ?? '-',
            ]),
          ),
    );
    return EXIT.ok;
  });
}

export function tokensRevoke(io: Io, id: string, flags: Flags): Promise<number> {
  return session(io, flags, async ({ at, as }) => {
    const gone = await callGateway(at, 'DELETE', `/api/tokens/${encodeURIComponent(id)}`, { as });
    if (!gone.ok) return failed(io, gone.error.message);
    print(io, flags.output, { revoked: id }, () => `token ${id} revoked\n`);
    return EXIT.ok;
  });
}

async function session(io: Io, flags: Flags, work: Parameters<typeof inSession>[2]): Promise<number> {
  const done = await inSession(io, flags, work);
  return done.ok ? done.value : failed(io, done.error);
}

function failed(io: Io, words: string): number {
  io.err(`fairlead: ${words}\n`);
  return EXIT.failed;
}
