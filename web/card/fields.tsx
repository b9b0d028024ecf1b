import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import type { Answering } from './useAnswer.ts';

/** What this risk asks of a person before they may approve. */
export function Fields({ card, answer }: { readonly card: ApprovalCard; readonly answer: Answering }) {
  const { typed, comment } = card.asks;
  return (
    <>
      {typed === undefined ? null : (
        <label class="field later">
          <span>
            Type <code>{typed}</code> to approve
          </span>
          <input
            class="input"
            type="text"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            maxLength={253}
            value={answer.typed}
            data-missing={answer.typed === typed ? undefined : ''}
            onInput={(event) => answer.type(event.currentTarget.value)}
          />
        </label>
      )}
      {comment ? (
        <label class="field later">
          <span>Why is it right? (required)</span>
          <textarea
            class="input"
            rows={3}
            maxLength={1000}
            value={answer.comment}
            data-missing={answer.comment.trim() === '' ? '' : undefined}
            onInput={(event) => answer.write(event.currentTarget.value)}
          />
        </label>
      ) : null}
    </>
  );
}
