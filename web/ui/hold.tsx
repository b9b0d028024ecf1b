import { useState } from 'preact/hooks';
import { type Problem, send } from '../api/client.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { ProblemNote } from './note.tsx';
import { say } from './say.tsx';

/** `fleet`, `namespaces/shop` or `services/shop/checkout`. */
export type HoldScope = string;

/** One press, no question: to stop must never wait. */
export function PauseButton({
  scope,
  label,
  long,
  small = false,
  may,
  onDone,
}: {
  readonly scope: HoldScope;
  readonly label: string;
  readonly long?: string;
  readonly small?: boolean;
  readonly may: boolean;
  readonly onDone: () => void;
}) {
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const pause = async (): Promise<void> => {
    if (!may || busy) return;
    setBusy(true);
    const answer = await send('POST', `/api/${scope}/pause`, { action: 'pause' });
    setBusy(false);
    setProblem(answer.ok ? undefined : answer.problem);
    if (!answer.ok) return;
    say('Paused');
    onDone();
  };
  return (
    <>
      <button
        class={small ? 'btn btn--s' : 'btn halt'}
        type="button"
        aria-disabled={may ? undefined : 'true'}
        title={may ? undefined : 'Pausing needs the role operator'}
        onClick={() => void pause()}
      >
        <Icon name="paused" />
        <span>
          {label}
          {long === undefined ? null : <span class="long"> {long}</span>}
        </span>
      </button>
      {problem === undefined ? null : (
        <Dialog title="Not paused" onClose={() => setProblem(undefined)}>
          <ProblemNote problem={problem} />
          <div class="row row--end gap">
            <button class="btn" type="button" onClick={() => setProblem(undefined)}>
              Close
            </button>
            <button class="btn btn--go" type="button" onClick={() => void pause()}>
              Try again
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** Resuming asks why: it lets changes happen again. */
export function ResumeDialog({
  scope,
  what,
  action = 'resume',
  onClose,
  onDone,
}: {
  readonly scope: HoldScope;
  readonly what: string;
  readonly action?: 'resume' | 'release-breaker';
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const ready = reason.trim() !== '';
  const resume = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!ready) return;
    const answer = await send('POST', `/api/${scope}/resume`, { action, reason: reason.trim() });
    if (!answer.ok) return setProblem(answer.problem);
    say(`${what}: resumed`);
    onDone();
    onClose();
  };
  return (
    <Dialog title={action === 'resume' ? `Resume ${what}` : `Release the breaker of ${what}`} onClose={onClose}>
      <p class="small soft">Changes can happen again at once. Your name and reason go into the journal.</p>
      <form onSubmit={(event) => void resume(event)}>
        <label class="field">
          <span>Why is it right now? (required)</span>
          <textarea
            class="input"
            rows={3}
            maxLength={500}
            required
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        {problem === undefined ? null : <ProblemNote problem={problem} />}
        <div class="row row--end">
          <button class="btn btn--quiet" type="button" onClick={onClose}>
            Back
          </button>
          <button class="btn btn--go" type="submit" aria-disabled={ready ? undefined : 'true'}>
            Resume
          </button>
        </div>
      </form>
    </Dialog>
  );
}
