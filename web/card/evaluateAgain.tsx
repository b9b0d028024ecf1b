import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { useDesk } from '../api/context.ts';
import { ProblemNote } from '../ui/note.tsx';
import { AnswerButton } from './answerButton.tsx';
import type { Answering } from './useAnswer.ts';

/** The world moved: what is left is to look again, or to close it. */
export function EvaluateAgain({ card, answer }: { readonly card: ApprovalCard; readonly answer: Answering }) {
  const { me } = useDesk();
  const may = me.role !== 'viewer';
  return (
    <section class="panel answers answers--one" id="answers" tabIndex={-1} aria-labelledby="answer">
      <h2 id="answer">
        Your answer <small>{me.name}</small>
      </h2>
      {answer.doing.kind === 'failed' ? <ProblemNote problem={answer.doing.problem} /> : null}
      <AnswerButton
        go
        letter="e"
        off={!may}
        text={answer.doing.kind === 'sending' ? answer.doing.words : 'Evaluate again'}
        consequence="Reads fresh state and runs every rule. You get a new request with a new digest, or none if it is no longer needed."
        onPress={() => (may ? void answer.evaluate() : undefined)}
      />
      {card.may.reject ? (
        <AnswerButton
          letter="x"
          off={false}
          text="Close it"
          consequence="Recorded as rejected by you: the world moved. The agent may ask again when limits are breached again."
          onPress={() => void answer.reject('Closed: the world moved since this was asked.')}
        />
      ) : null}
    </section>
  );
}
