import { useState } from 'preact/hooks';
import type { InviteMade, UserList } from '../../src/schema/api/lists.ts';
import type { Role, UserView } from '../../src/schema/api/people.ts';
import { type Problem, send } from '../api/client.ts';
import { useResource } from '../api/hooks.ts';
import { Copy } from '../ui/copy.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { ProblemNote } from '../ui/note.tsx';
import { Table, Td, Tr } from '../ui/table.tsx';

const COLUMNS = [{ title: 'Person' }, { title: 'Role' }, { title: 'Groups' }, { title: 'Do' }];
const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

/** Everybody who may sign in. Nobody's password is ever set for them: a link that works once does it. */
export function Users() {
  const users = useResource<UserList>('/api/users');
  const [problem, setProblem] = useState<Problem>();
  const [link, setLink] = useState<InviteMade & { readonly name: string }>();
  const invite = async (name: string): Promise<void> => {
    const answer = await send<InviteMade>('POST', `/api/users/${encodeURIComponent(name)}/invite`);
    setProblem(answer.ok ? undefined : answer.problem);
    if (answer.ok) setLink({ ...answer.value, name });
  };
  const put = async (user: Pick<UserView, 'name' | 'role' | 'groups' | 'disabled'>): Promise<boolean> => {
    const { name, role, groups, disabled } = user;
    const answer = await send('PUT', '/api/users', { name, role, groups, disabled });
    setProblem(answer.ok ? undefined : answer.problem);
    await users.reload();
    return answer.ok;
  };
  return (
    <section class="panel" aria-labelledby="users">
      <div class="block flush stack">
        <h2 id="users">
          Everybody <small>an approver is an operator in a group that a blueprint names</small>
        </h2>
        {problem === undefined ? null : <ProblemNote problem={problem} />}
        {link === undefined ? null : (
          <p class="secret" role="status">
            <span>
              For <b>{link.name}</b>, works once: <code class="wrap">{link.link}</code>
            </span>
            <Copy text={link.link} label="Copy link" />
          </p>
        )}
        <NewUser onAdd={(user) => put({ ...user, disabled: false })} />
      </div>
      <Loaded resource={users} what="people">
        {({ items }) => (
          <Table columns={COLUMNS}>
            {items.map((user) => (
              <Tr key={user.name}>
                <Td class="first wrap">
                  {user.name}
                  {user.disabled ? <small>cannot sign in</small> : null}
                </Td>
                <Td>
                  <select
                    class="input input--s"
                    aria-label={`Role of ${user.name}`}
                    value={user.role}
                    onChange={(event) => void put({ ...user, role: roleOf(event.currentTarget.value) })}
                  >
                    {ROLES.map((role) => (
                      <option key={role}>{role}</option>
                    ))}
                  </select>
                </Td>
                <Td class="wide wrap">{user.groups.length === 0 ? 'none' : user.groups.join(', ')}</Td>
                <Td class="wide">
                  <span class="row">
                    <button
                      class="btn btn--s"
                      type="button"
                      aria-label={`One-time link for ${user.name}`}
                      onClick={() => void invite(user.name)}
                    >
                      One-time link
                    </button>
                    <button
                      class="btn btn--s"
                      type="button"
                      aria-label={`${user.disabled ? 'Let in' : 'Lock out'} ${user.name}`}
                      onClick={() => void put({ ...user, disabled: !user.disabled })}
                    >
                      {user.disabled ? 'Let in' : 'Lock out'}
                    </button>
                  </span>
                </Td>
              </Tr>
            ))}
          </Table>
        )}
      </Loaded>
    </section>
  );
}

const roleOf = (value: string): Role => ROLES.find((role) => role === value) ?? 'viewer';

function NewUser({
  onAdd,
}: {
  readonly onAdd: (user: { name: string; role: Role; groups: string[] }) => Promise<boolean>;
}) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const [groups, setGroups] = useState('');
  const ready = name.trim() !== '';
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!ready) return;
    const listed = groups.split(/[\s,]+/).filter((group) => group !== '');
    if (await onAdd({ name: name.trim(), role, groups: listed })) setName('');
  };
  return (
    <details>
      <summary>New person, or new groups</summary>
      <form class="form" onSubmit={(event) => void add(event)}>
        <label class="field">
          <span>Name</span>
          <input
            class="input"
            maxLength={64}
            autocapitalize="none"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>Role</span>
          <select class="input" value={role} onChange={(event) => setRole(roleOf(event.currentTarget.value))}>
            {ROLES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>Groups, separated by commas</span>
          <input
            class="input"
            autocapitalize="none"
            value={groups}
            onInput={(event) => setGroups(event.currentTarget.value)}
          />
        </label>
        <div class="row">
          <button class="btn btn--s" type="submit" aria-disabled={ready ? undefined : 'true'}>
            Save
          </button>
        </div>
      </form>
    </details>
  );
}
