import { send } from '../api/client.ts';
import { useDesk } from '../api/context.ts';
import { fullOf } from '../lib/time.ts';
import { Theme } from '../ui/theme.tsx';
import { Tokens } from './tokens.tsx';
import { Users } from './users.tsx';

/** Oneself, one's tokens, and for an admin everybody. */
export function PeoplePage({ onSignedOut }: { readonly onSignedOut: () => void }) {
  const { me } = useDesk();
  const out = async (): Promise<void> => {
    await send('POST', '/api/logout');
    onSignedOut();
  };
  return (
    <>
      <div class="head">
        <h1>People</h1>
        <div class="end">
          <button class="btn btn--s" type="button" onClick={() => void out()}>
            Sign out
          </button>
        </div>
      </div>
      <div class="stack">
        <section class="panel block" aria-labelledby="you">
          <h2 id="you">You</h2>
          <dl class="facts">
            <dt>Name</dt>
            <dd class="wrap">{me.name}</dd>
            <dt>Role</dt>
            <dd>{me.role}</dd>
            <dt>Groups</dt>
            <dd class="wrap">{me.groups.length === 0 ? 'none: you can approve nothing' : me.groups.join(', ')}</dd>
            {me.until === undefined ? null : (
              <>
                <dt>Signed in until</dt>
                <dd>{fullOf(me.until)}, or earlier when idle</dd>
              </>
            )}
            <dt>Cluster</dt>
            <dd class="wrap">
              {me.cluster.name}, <code>{me.cluster.uid}</code>
            </dd>
            <dt>Version</dt>
            <dd>{me.version}</dd>
            <dt>Look</dt>
            <dd>
              <Theme />
            </dd>
          </dl>
        </section>
        <Tokens />
        {me.role === 'admin' ? <Users /> : null}
      </div>
    </>
  );
}
