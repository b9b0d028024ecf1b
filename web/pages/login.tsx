import { useState } from 'preact/hooks';
import { type Problem, send } from '../api/client.ts';
import { Gatehouse } from '../ui/gatehouse.tsx';
import { Note, ProblemNote } from '../ui/note.tsx';

export function Login({ ended, onDone }: { readonly ended: boolean; readonly onDone: () => Promise<void> }) {
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy || !(event.currentTarget instanceof HTMLFormElement)) return;
    const form = new FormData(event.currentTarget);
    setBusy(true);
    const answer = await send('POST', '/api/login', { name: text(form, 'name'), password: text(form, 'password') });
    setBusy(false);
    setProblem(answer.ok ? undefined : answer.problem);
    if (answer.ok) await onDone();
  };
  return (
    <Gatehouse title="Sign in to Fairlead">
      <p class="soft">Your name goes on every answer you give.</p>
      {ended ? (
        <Note tone="deferred" icon="clock" status className="gap">
          <b>You were signed out.</b> Anything you had not sent was not sent. You come back to where you were.
        </Note>
      ) : null}
      <form class="gap" onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>Name</span>
          <input
            class="input"
            name="name"
            type="text"
            autocomplete="username"
            autocapitalize="none"
            maxLength={64}
            required
          />
        </label>
        <label class="field">
          <span>Password</span>
          <input
            class="input"
            name="password"
            type="password"
            autocomplete="current-password"
            aria-describedby="pw"
            maxLength={256}
            required
          />
          <small class="dim" id="pw">
            Five tries, then a pause.
          </small>
        </label>
        {problem === undefined ? null : <ProblemNote problem={problem} />}
        <button class="btn btn--go" type="submit" aria-disabled={busy ? 'true' : undefined}>
          {busy ? 'Signing in' : 'Sign in'}
        </button>
      </form>
    </Gatehouse>
  );
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
