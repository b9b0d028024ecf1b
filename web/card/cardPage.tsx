import { useEffect } from 'preact/hooks';
import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { useDesk } from '../api/context.ts';
import { type Resource, useResource } from '../api/hooks.ts';
import { keyOf } from '../lib/queueOrder.ts';
import { href } from '../lib/route.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Alternatives } from './alternatives.tsx';
import { AnswerPanel } from './answerPanel.tsx';
import { Expiry } from './expiry.tsx';
import { Hero } from './hero.tsx';
import { Moved, MovedNote } from './moved.tsx';
import { Past, Who } from './past.tsx';
import { Permit } from './permit.tsx';
import { Risks, Rules } from './risks.tsx';
import { useAnswer } from './useAnswer.ts';
import { WhatChanges } from './whatChanges.tsx';
import { Why } from './why.tsx';

/** The world moves without an event of ours (a metric, a rollout): an open card is looked at again on its own. */
const LOOK_AGAIN_MS = 10_000;

export function CardPage({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const card = useResource<ApprovalCard>(
    `/api/approvals/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`,
    ['approvals', 'decisions', 'services', 'breakers'],
  );
  const { reload } = card;
  useEffect(() => {
    const due = setInterval(() => void reload(), LOOK_AGAIN_MS);
    return () => clearInterval(due);
  }, [reload]);
  return (
    <>
      <CardHead namespace={namespace} name={name} />
      <Loaded resource={card} what="the request">
        {(data) => <Card card={data} resource={card} />}
      </Loaded>
    </>
  );
}

function CardHead({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const { open } = useDesk();
  const mine = (open.data?.items ?? []).filter((item) => item.mine);
  const sorted = mine.toSorted((a, b) => Date.parse(a.decideBy) - Date.parse(b.decideBy));
  const at = sorted.findIndex((item) => keyOf(item) === `${namespace}/${name}`);
  const others = sorted.filter((_, index) => index !== at);
  const next = sorted[at + 1] ?? others[0];
  const before = sorted[at - 1];
  return (
    <div class="head">
      <nav class="crumb" aria-label="Breadcrumb">
        <a href={href(['approvals'])}>Approvals</a>
        <span aria-hidden="true">/</span>
        <span aria-current="page" class="wrap">
          {name}
        </span>
      </nav>
      <div class="end">
        {at === -1 ? null : (
          <span class="tiny dim">
            {at + 1} of {sorted.length}
          </span>
        )}
        {before === undefined ? null : (
          <a class="btn btn--quiet btn--s" href={href(['approvals', before.namespace, before.name])} data-key="k">
            Previous<kbd aria-hidden="true">K</kbd>
          </a>
        )}
        {next === undefined ? null : (
          <a class="btn btn--quiet btn--s" href={href(['approvals', next.namespace, next.name])} data-key="j">
            Next<kbd aria-hidden="true">J</kbd>
          </a>
        )}
      </div>
    </div>
  );
}

function Card({ card, resource }: { readonly card: ApprovalCard; readonly resource: Resource<ApprovalCard> }) {
  const answer = useAnswer(card, resource);
  const open = card.phase === 'Pending';
  const stale = open && card.stale.length > 0;
  const body = (
    <>
      <Hero card={card} stale={stale} />
      <WhatChanges card={card} onSeen={answer.diffSeen} />
      <Why card={card} stale={stale} readAt={resource.readAt} />
      <Risks card={card} />
      <Rules card={card} />
      <Alternatives card={card} answer={answer} stale={stale} />
      <Past card={card} />
      <Who card={card} />
    </>
  );
  return (
    <div class="card">
      <div class="col stack">
        {stale ? (
          <>
            <MovedNote />
            <Moved card={card} />
            <div class="was stack col">{body}</div>
          </>
        ) : (
          body
        )}
      </div>
      <div class="rail">
        {open ? <Expiry card={card} stale={stale} /> : null}
        <AnswerPanel card={card} answer={answer} stale={stale} />
        <Permit card={card} stale={stale} />
      </div>
    </div>
  );
}
