import { useState } from 'preact/hooks';
import type { TokenList } from '../../src/schema/api/lists.ts';
import type { Scope, TokenMade } from '../../src/schema/api/people.ts';
import { type Problem, send } from '../api/client.ts';
import { useNow, useResource } from '../api/hooks.ts';
import { whenOf } from '../lib/time.ts';
import { Copy } from '../ui/copy.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { ProblemNote } from '../ui/note.tsx';
import { Table, Td, Tr } from '../ui/table.tsx';

const COLUMNS = [{ title: 'Token' }, { title: 'May' }, { title: 'Ends' }, { title: 'Last used' }, { title: 'Do' }];
const SCOPES: readonly Scope[] = ['read', 'propose', 'approve'];

export function Tokens() {
  const tokens = useResource<TokenList>('/api/tokens');
  const [made, setMade] = useState<TokenMade>();
  const [problem, setProblem] = useState<Problem>();
  const now = useNow();
  const revoke = async (id: string): Promise<void> => {
    const answer = await send('DELETE', `/api/tokens/${encodeURIComponent(id)}`);
    setProblem(answer.ok ? undefined : answer.problem);
    await tokens.reload();
  };
  return (
    <section class="panel" aria-labelledby="tokens">
      <div class="block flush stack">
        <h2 id="tokens">
          Tokens <small>for the command line and machines, in your name</small>
        </h2>
        {problem === undefined ? null : <ProblemNote problem={problem} />}
        {made === undefined ? null : (
          <p class="secret" role="status">
            <span>
              <b>{made.name}</b>, shown this once: <code class="wrap">{made.secret}</code>
            </span>
            <Copy text={made.secret} label="Copy token" />
          </p>
        )}
        <NewToken
          onMade={(token) => {
            setMade(token);
            void tokens.reload();
          }}
        />
      </div>
      <Loaded resource={tokens} what="tokens">
        {({ items }) =>
          items.length === 0 ? (
            <p class="block small soft">You have none.</p>
          ) : (
            <Table columns={COLUMNS}>
              {items.map((token) => (
                <Tr key={token.id}>
                  <Td class="first wrap">
                    {token.name}
                    <small>{token.id}</small>
                  </Td>
                  <Td>{token.scopes.join(', ')}</Td>
                  <Td class="nowrap" th="ends">
                    {whenOf(token.expiresAt, now)}
                  </Td>
                  <Td class="nowrap" th="last used">
                    {token.lastUsedAt === undefined ? 'never' : whenOf(token.lastUsedAt, now)}
                  </Td>
                  <Td class="beside">
                    <button
                      class="btn btn--s"
                      type="button"
                      onClick={() => void revoke(token.id)}
                      aria-label={`Revoke ${token.name}`}
                    >
                      Revoke
                    </button>
                  </Td>
                </Tr>
              ))}
            </Table>
          )
        }
      </Loaded>
    </section>
  );
}

function NewToken({ onMade }: { readonly onMade: (token: TokenMade) => void }) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['read']);
  const [days, setDays] = useState('30');
  const [problem, setProblem] = useState<Problem>();
  const ready = name.trim() !== '' && scopes.length > 0 && Number(days) >= 1 && Number(days) <= 365;
  const make = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!ready) return;
    const answer = await send<TokenMade>('POST', '/api/tokens', { name: name.trim(), scopes, days: Number(days) });
    if (!answer.ok) return setProblem(answer.problem);
    setProblem(undefined);
    setName('');
    onMade(answer.value);
  };
  return (
    <details>
      <summary>New token</summary>
      <form class="form" onSubmit={(event) => void make(event)}>
        <label class="field">
          <span>Name</span>
          <input class="input" maxLength={64} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <fieldset class="choices">
          <legend class="sr">May</legend>
          {SCOPES.map((scope) => (
            <label class="choice" key={scope}>
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={(event) =>
                  setScopes(event.currentTarget.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
                }
              />
              {scope}
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span>Days, 1 to 365</span>
          <input
            class="input"
            type="number"
            min={1}
            max={365}
            value={days}
            onInput={(event) => setDays(event.currentTarget.value)}
          />
        </label>
        {problem === undefined ? null : <ProblemNote problem={problem} />}
        <div class="row">
          <button class="btn btn--s" type="submit" aria-disabled={ready ? undefined : 'true'}>
            Make token
          </button>
        </div>
      </form>
    </details>
  );
}
