import { fileStore } from '../../../adapters/people/fileStore.ts';
import { secretStore } from '../../../adapters/people/secretStore.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { Gatekeeper } from '../../../gateway/people/gatekeeper.ts';
import { putUser } from '../../../gateway/people/users.ts';
import { isoInstant } from '../../../kernel/instant.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import type { PeopleStore } from '../../../ports/peopleStore.ts';
import { InviteMade, UserList } from '../../../schema/api/lists.ts';
import { UserBody, type UserView } from '../../../schema/api/people.ts';
import { linkOf } from '../../http/links.ts';
import type { ClusterFlags } from '../flags.ts';
import { EXIT, type Format, type Io, print, table } from '../io.ts';
import { openSession } from '../session.ts';
import { callGateway } from './gatewayClient.ts';
import { gatewayUrl } from './gatewayLogin.ts';
import { type Caller, inSession, wrongUrl } from './gatewaySession.ts';

interface Flags extends ClusterFlags {
  readonly gateway?: string;
  readonly as?: string;
  readonly passwordFile?: string;
  readonly data?: string;
  readonly secret?: boolean;
  readonly output: Format;
}
interface AddFlags extends Flags {
  readonly role?: string;
  /** False: none. */
  readonly group?: readonly string[] | false;
  readonly url: string;
}

/** Adds a person, or changes of them what is named, and prints a one-time link for their password. With --data or --secret in the store itself. */
export async function usersAdd(io: Io, name: string, flags: AddFlags): Promise<number> {
  const body = UserBody.safeParse({ name, role: flags.role ?? 'operator', groups: flags.group || [] });
  if (!body.success) {
    const faults = body.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    io.err(`fairlead: ${faults.join('; ')}\n`);
    return EXIT.usage;
  }
  const given = (users: readonly UserView[]): typeof body.data => {
    const before = users.find((one) => one.name === name);
    const { role, groups } = body.data;
    return {
      name,
      role: flags.role === undefined ? (before?.role ?? role) : role,
      groups: flags.group === undefined ? (before?.groups ?? groups) : groups,
    };
  };
  const stored = await storeOf(io, flags);
  if (!stored.ok) return stored.error;
  const { value: store } = stored;
  if (store !== undefined) {
    const url = gatewayUrl(flags.url);
    if (url === undefined) return failed(io, wrongUrl(flags.url));
    const users = await storedUsers(store);
    if (typeof users === 'string') return failed(io, users);
    const { role, groups } = given(users);
    const kept = await putUser(store, systemClock, { name, role, groups });
    if (!kept.ok) return failed(io, kept.error);
    const secret = await new Gatekeeper(store, systemClock).invite(name);
    return secret.ok ? added(io, flags, name, linkOf(url, secret.value)) : failed(io, secret.error.message);
  }
  return session(io, flags, async ({ at, as, me }) => {
    const users = await askedUsers({ at, as, me });
    if (typeof users === 'string') return failed(io, users);
    const saved = await callGateway(at, 'PUT', '/api/users', { as, body: given(users) });
    if (!saved.ok) return failed(io, saved.error.message);
    const made = await callGateway(at, 'POST', `/api/users/${encodeURIComponent(name)}/invite`, { as });
    if (!made.ok) return failed(io, made.error.message);
    const invite = InviteMade.safeParse(made.value.body);
    return invite.success ? added(io, flags, name, invite.data.link) : failed(io, OTHER_VERSION);
  });
}

export async function usersList(io: Io, flags: Flags): Promise<number> {
  const stored = await storeOf(io, flags);
  if (!stored.ok) return stored.error;
  if (stored.value !== undefined) {
    const users = await storedUsers(stored.value);
    return typeof users === 'string' ? failed(io, users) : listed(io, flags, users);
  }
  return session(io, flags, async (caller) => {
    const users = await askedUsers(caller);
    return typeof users === 'string' ? failed(io, users) : listed(io, flags, users);
  });
}

/** Works at once, on sessions and tokens too. */
export const usersDisable = (io: Io, name: string, flags: Flags): Promise<number> => turn(io, name, flags, 'disabled');

/** What was ended by disabling stays ended. */
export const usersEnable = (io: Io, name: string, flags: Flags): Promise<number> => turn(io, name, flags, 'enabled');

async function turn(io: Io, name: string, flags: Flags, to: 'disabled' | 'enabled'): Promise<number> {
  const disabled = to === 'disabled';
  const done = (): number => {
    print(io, flags.output, { [to]: name }, () => `${name} is ${to}\n`);
    return EXIT.ok;
  };
  const stored = await storeOf(io, flags);
  if (!stored.ok) return stored.error;
  const { value: store } = stored;
  if (store !== undefined) {
    const users = await storedUsers(store);
    if (typeof users === 'string') return failed(io, users);
    const user = users.find((one) => one.name === name);
    if (user === undefined) return failed(io, `there is no user ${name}`);
    const kept = await putUser(store, systemClock, { ...user, disabled });
    return kept.ok ? done() : failed(io, kept.error);
  }
  return session(io, flags, async (caller) => {
    const users = await askedUsers(caller);
    if (typeof users === 'string') return failed(io, users);
    const user = users.find((one) => one.name === name);
    if (user === undefined) return failed(io, `there is no user ${name}`);
    const { role, groups } = user;
    const body = { name, role, groups, disabled };
    const saved = await callGateway(caller.at, 'PUT', '/api/users', { as: caller.as, body });
    return saved.ok ? done() : failed(io, saved.error.message);
  });
}

/** The store that the flags name: the document itself, with nobody's session. Undefined: the gateway is asked. An exit code when it said what is wrong. */
async function storeOf(io: Io, flags: Flags): Promise<Result<PeopleStore | undefined, number>> {
  if (flags.data !== undefined && flags.secret === true) {
    io.err('fairlead: --data and --secret name two stores: write one of them\n');
    return err(EXIT.usage);
  }
  const store = flags.data !== undefined ? '--data' : flags.secret === true ? '--secret' : undefined;
  if (store === undefined) return ok(undefined);
  const [ofGateway] = OF_GATEWAY.filter(([key]) => flags[key] !== undefined);
  if (ofGateway !== undefined) {
    io.err(`fairlead: ${store} asks no gateway, which ${ofGateway[1]} is for: write one of them\n`);
    return err(EXIT.usage);
  }
  if (flags.data !== undefined) return ok(fileStore(flags.data, systemClock));
  const session = await openSession(io, flags);
  return session === undefined ? err(EXIT.failed) : ok(secretStore(session.cluster.ownSecret(flags.namespace)));
}

/** What says which gateway is asked, and as whom. */
const OF_GATEWAY = [
  ['gateway', '--gateway'],
  ['as', '--as'],
  ['passwordFile', '--password-file'],
] as const;

const OTHER_VERSION = 'the gateway speaks another version of the API';

/** Or what is wrong. */
async function storedUsers(store: PeopleStore): Promise<readonly UserView[] | string> {
  const read = await store.read();
  if (!read.ok) return read.error;
  return read.value.users.map(({ name, role, groups, createdAt, disabled }) => ({
    name,
    role,
    groups,
    createdAt: isoInstant(createdAt),
    disabled,
  }));
}

async function askedUsers({ at, as }: Caller): Promise<readonly UserView[] | string> {
  const answer = await callGateway(at, 'GET', '/api/users', { as });
  if (!answer.ok) return answer.error.message;
  const list = UserList.safeParse(answer.value.body);
  return list.success ? list.data.items : OTHER_VERSION;
}

function listed(io: Io, flags: Flags, users: readonly UserView[]): number {
  print(io, flags.output, { items: users }, () =>
    users.length === 0
      ? 'no users; fairlead users add NAME --role admin, with --data DIR or --secret, makes the first\n'
      : table(
          ['NAME', 'ROLE', 'GROUPS', 'SINCE', 'STATE'],
          users.map(({ name, role, groups, createdAt, disabled }) => [
            name,
            role,
            groups.join(',') || '-',
            createdAt.slice(0, 10),
            disabled ? 'disabled' : 'enabled',
          ]),
        ),
  );
  return EXIT.ok;
}

function added(io: Io, flags: Flags, name: string, link: string): number {
  print(io, flags.output, { name, link }, () => `${link}\n`);
  io.err(`${name} sets a password there, once, within a day\n`);
  return EXIT.ok;
}

async function session(io: Io, flags: Flags, work: Parameters<typeof inSession>[2]): Promise<number> {
  const done = await inSession(io, flags, work);
  return done.ok ? done.value : failed(io, done.error);
}

function failed(io: Io, words: string): number {
  io.err(`fairlead: ${words}\n`);
  return EXIT.failed;
}
