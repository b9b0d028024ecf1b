import { useEffect, useRef } from 'preact/hooks';
import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { useDesk } from '../api/context.ts';
import { href } from '../lib/route.ts';
import { clockOf } from '../lib/time.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { say } from '../ui/say.tsx';
import { endingOf } from './ending.ts';
import type { Answering } from './useAnswer.ts';

type Step = ApprovalCard['receipt'][number];
const ICON: Readonly<Record<Step['state'], IconName>> = {
  done: 'verified',
  now: 'spin',
  waiting: 'clock',
  failed: 'failed',
};

/** What became of the answer, step by step; for an answer of somebody else, who it was. */
export function Receipt({ card, sent }: { readonly card: ApprovalCard; readonly sent: Answering['sent'] }) {
  const { me, open } = useDesk();
  const heading = useRef<HTMLHeadingElement>(null);
  const mine = card.given.findLast(({ by, counts }) => by === me.name && counts);
  const title = titleOf(card, mine !== undefined);
  useEffect(() => {
    if (sent !== undefined) heading.current?.focus();
    else say(title);
  }, [sent, title]);
  const next = open.data?.items.find((item) => item.mine && item.name !== card.name);
  const ending = endingOf(card);
  return (
    <section class="panel answers answers--done" id="answers" tabIndex={-1} aria-labelledby="answer">
      <h2 id="answer" tabIndex={-1} ref={heading}>
        {title}{' '}
        {mine === undefined ? null : (
          <small>
            {clockOf(mine.at)} · signed · {mine.by}
          </small>
        )}
      </h2>
      {card.phase === 'Pending' ? (
        <p class="small soft">
          {card.votes} of {card.quorum} votes. Nothing happens before the last one.
        </p>
      ) : ending === undefined || ending.text === '' ? null : (
        <p class="small soft wrap">{ending.text}</p>
      )}
      {card.receipt.length === 0 ? null : (
        <ol class="steps">
          {card.receipt.map((step) => (
            <StepLine key={step.step} step={step} />
          ))}
        </ol>
      )}
      <div class="row">
        <a class="btn btn--s" href={href(['decisions', card.namespace, card.decision])}>
          Follow
        </a>
        <a
          class="btn btn--s btn--quiet"
          href={next === undefined ? href(['approvals']) : href(['approvals', next.namespace, next.name])}
        >
          {next === undefined ? 'All requests' : 'Next request'}
        </a>
      </div>
    </section>
  );
}

function StepLine({ step }: { readonly step: Step }) {
  return (
    <li
      data-done={step.state === 'done' ? '' : undefined}
      data-failed={step.state === 'failed' ? '' : undefined}
      aria-current={step.state === 'now' ? 'step' : undefined}
    >
      <Icon name={ICON[step.state]} />
      <span class="wrap">
        <b>{step.step}</b> {step.text}
      </span>
      {step.at === undefined ? null : <time dateTime={step.at}>{clockOf(step.at)}</time>}
    </li>
  );
}

function titleOf(card: ApprovalCard, mine: boolean): string {
  if (card.phase === 'Pending') return 'Your vote stands';
  if (!mine) return endingOf(card)?.title ?? card.phase;
  if (card.phase === 'Rejected') return 'Rejected by you';
  return card.phase === 'Approved' || card.phase === 'Consumed'
    ? 'Approved by you'
    : (endingOf(card)?.title ?? card.phase);
}
