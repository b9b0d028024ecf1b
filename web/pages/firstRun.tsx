import { useState } from 'preact/hooks';
import { type Problem, send } from '../api/client.ts';
import { Gatehouse } from '../ui/gatehouse.tsx';
import { Note, ProblemNote } from '../ui/note.tsx';

const SHORTEST = 12;

/** A one-time link: sets the password of the person it was made for, and logs them in. */
export function FirstRun({ token, onDone }: { readonly token: string; readonly onDone: () => Promise<void> }) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const fault = faultOf(password, again);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy || fault !== undefined) return;
    setBusy(true);
    const answer = await send('POST', '/api/first-run', { token, password });
    setBusy(false);
    setProblem(answer.ok ? undefined : answer.problem);
    if (answer.ok) await onDone();
  };
  if (token === '') {
    return (
      <Gatehouse title="This link is not whole">
        <Note tone="restricted" icon="unknown">
          <b>The one-time word is missing.</b> Copy the whole link as it was printed, or ask an admin for a new one.
        </Note>
      </Gatehouse>
    );
  }
  return (
    <Gatehouse title="Choose your password">
      <p class="soft">This link works once. Length is what helps: a sentence is fine.</p>
      <form class="gap" onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>Password, at least {SHORTEST} characters</span>
          <input
            class="input"
            type="password"
            autocomplete="new-password"
            maxLength={256}
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>The same again</span>
          <input
            class="input"
            type="password"
            autocomplete="new-password"
            maxLength={256}
            aria-describedby="again"
            value={again}
            onInput={(event) => setAgain(event.currentTarget.value)}
          />
          <small class="dim" id="again">
            {fault ?? 'Both are the same.'}
          </small>
        </label>
        {problem === undefined ? null : <ProblemNote problem={problem} />}
        <button class="btn btn--go" type="submit" aria-disabled={fault === undefined && !busy ? undefined : 'true'}>
          Set password and sign in
        </button>
      </form>
    </Gatehouse>
  );
}

function faultOf(password: string, again: string): string | undefined {
  if (password.length < SHORTEST) return `${SHORTEST - password.length} more characters.`;
  return password === again ? undefined : 'The two differ.';
}
