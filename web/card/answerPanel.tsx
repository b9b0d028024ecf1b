import { useRef, useState } from 'preact/hooks';
import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { useDesk } from '../api/context.ts';
import { useNow } from '../api/hooks.ts';
import { raiseText } from '../lib/outcome.ts';
import { withUnit } from '../ui/change.tsx';
import { Note, ProblemNote } from '../ui/note.tsx';
import { AnswerButton } from './answerButton.tsx';
import { EvaluateAgain } from './evaluateAgain.tsx';
import { Fields } from './fields.tsx';
import { Receipt } from './receipt.tsx';
import { RejectDialog } from './rejectDialog.tsx';
import type { Answering, Choice } from './useAnswer.ts';

interface Props {
  readonly card: ApprovalCard;
  readonly answer: Answering;
  readonly stale: boolean;
}

/** The answers are ink on paper, same height: the panel does not vote. Once given, it turns into a receipt. */
export function AnswerPanel(props: Props) {
  const { card, answer, stale } = props;
  const { me } = useDesk();
  const stands = card.given.findLast(({ by, counts }) => by === me.name && counts);
  if (card.phase !== 'Pending' || (stands !== undefined && !stale)) return <Receipt card={card} sent={answer.sent} />;
  if (stale) return <EvaluateAgain card={card} answer={answer} />;
  if (answer.doing.kind === 'holding') {
    return <Holding choice={answer.doing.choice} until={answer.doing.until} onBack={answer.takeBack} />;
  }
  return <Answers {...props} />;
}

function Answers({ card, answer }: Props) {
  const { me } = useDesk();
  const [open, setOpen] = useState(false);
  const [rejecting, setRejecting] = useState(false);
  const panel = useRef<HTMLElement>(null);
  const raise = card.raise !== undefined && card.raise.ownedBy === undefined && card.may.raise;
  const takable = card.alternatives.filter(({ possible, advice }) => possible && !advice);
  const taken = takable.find(({ index }) => index === answer.alternative);
  const approve = (choice: Choice): void => {
    if (answer.off === undefined) {
      answer.approve(choice);
      return;
    }
    // What is missing is asked for where it is given, also where the panel is folded.
    setOpen(true);
    requestAnimationFrame(() => panel.current?.querySelector<HTMLElement>('[data-missing]')?.focus());
  };
  const take = (): void => {
    if (taken !== undefined) return void answer.take();
    const first = document.querySelector<HTMLElement>('[data-alternative]');
    first?.scrollIntoView({ block: 'center' });
    first?.focus();
  };
  const groups = me.groups.filter((group) => card.approvers.includes(group));
  const already = card.given.filter(({ counts, vote }) => counts && vote === 'approve').map(({ by }) => by);
  return (
    <section
      class="panel answers"
      id="answers"
      tabIndex={-1}
      aria-labelledby="answer"
      ref={panel}
      data-open={open ? '' : undefined}
      data-answers
    >
      <h2 id="answer">
        Your answer{' '}
        <small>
          {me.name}
          {groups.length === 0 ? '' : `, for ${groups.join(', ')}`}
          {already.length === 0 ? '' : `. Agreed already: ${already.join(', ')}`}
        </small>
      </h2>
      <Fields card={card} answer={answer} />
      {answer.off === undefined ? null : (
        <Note icon="lock" id="off">
          {answer.off}
        </Note>
      )}
      {answer.doing.kind === 'failed' ? <ProblemNote problem={answer.doing.problem} /> : null}
      <AnswerButton
        go
        letter="a"
        off={answer.off !== undefined}
        text={answer.doing.kind === 'sending' ? answer.doing.words : 'Approve once'}
        consequence={onceText(card)}
        onPress={() => approve('once')}
      />
      {raise ? (
        <AnswerButton
          later
          letter="b"
          off={answer.off !== undefined}
          text="Approve and raise blueprint"
          consequence={card.raise === undefined ? '' : `Lasting: ${raiseText(card.raise)}.`}
          onPress={() => approve('update_blueprint')}
        />
      ) : null}
      <AnswerButton
        letter="r"
        off={!card.may.reject}
        text="Reject…"
        consequence="Nothing changes. The agent reads why."
        onPress={() => (card.may.reject ? setRejecting(true) : undefined)}
      />
      {takable.length === 0 ? null : (
        <AnswerButton
          later
          letter="l"
          off={!card.may.reject}
          text={taken === undefined ? 'Take an alternative' : `Take: ${taken.title}`}
          consequence={`${takable.length} ready, judged by the gate.`}
          onPress={take}
        />
      )}
      <button
        class="btn more"
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        aria-label={open ? 'Fewer answers' : 'More answers'}
      >
        {open ? 'Less' : 'More'}
      </button>
      {rejecting ? <RejectDialog card={card} answer={answer} onClose={() => setRejecting(false)} /> : null}
    </section>
  );
}

function onceText(card: ApprovalCard): string {
  const what = `${withUnit(card.operation, card.after)} now`;
  return card.raise === undefined ? `${what}, this once.` : `${what}, the blueprint stays ${card.raise.from}.`;
}

function Holding({
  choice,
  until,
  onBack,
}: {
  readonly choice: Choice;
  readonly until: number;
  readonly onBack: () => void;
}) {
  const left = Math.max(0, Math.ceil((until - useNow()) / 1_000));
  return (
    <section class="panel answers answers--one" id="answers" tabIndex={-1} aria-labelledby="answer">
      <h2 id="answer">
        {choice === 'once' ? 'Approving once' : 'Approving and raising the blueprint'} <small>sent in {left} s</small>
      </h2>
      <button class="btn" type="button" ref={(button) => button?.focus()} onClick={onBack}>
        Take it back
      </button>
    </section>
  );
}
