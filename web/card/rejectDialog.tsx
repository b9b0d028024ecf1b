import { useState } from 'preact/hooks';
import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { changeText } from '../ui/change.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ProblemNote } from '../ui/note.tsx';
import type { Answering } from './useAnswer.ts';

const REASONS = ['Not real traffic', 'Cause is elsewhere', 'Too risky now', 'Other'] as const;

/** A reason is part of the answer: the agent reads it and does not ask for the same again at once. */
export function RejectDialog({
  card,
  answer,
  onClose,
}: {
  readonly card: ApprovalCard;
  readonly answer: Answering;
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState<string>(REASONS[0]);
  const [words, setWords] = useState('');
  const lacking = reason === 'Other' && words.trim() === '';
  const reject = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (lacking || answer.doing.kind === 'sending') return;
    const said = words.trim();
    const text = reason === 'Other' ? said : said === '' ? reason : `${reason}: ${said}`;
    if (await answer.reject(text.slice(0, 1000))) onClose();
  };
  return (
    <Dialog
      title={`Reject ${changeText(card.operation, card.before, card.after)} on ${card.service}`}
      onClose={onClose}
    >
      <p class="small soft">Nothing changes. The agent reads your reason and does not ask for this again at once.</p>
      <form onSubmit={(event) => void reject(event)}>
        <fieldset class="choices">
          <legend class="sr">Reason</legend>
          {REASONS.map((one) => (
            <label class="choice" key={one}>
              <input type="radio" name="why" checked={reason === one} onChange={() => setReason(one)} />
              {one}
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span>In your words{reason === 'Other' ? ' (required)' : ''}</span>
          <textarea
            class="input"
            rows={3}
            maxLength={900}
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </label>
        {answer.doing.kind === 'failed' ? <ProblemNote problem={answer.doing.problem} /> : null}
        <div class="row row--end">
          <button class="btn btn--quiet" type="button" onClick={onClose}>
            Back
          </button>
          <button class="btn btn--go" type="submit" aria-disabled={lacking ? 'true' : undefined}>
            Reject request
          </button>
        </div>
      </form>
    </Dialog>
  );
}
