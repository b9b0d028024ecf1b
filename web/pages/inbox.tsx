import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApprovalList, ApprovalSummary } from '../../src/schema/api/approvals.ts';
import { useDesk } from '../api/context.ts';
import { useNow, useResource } from '../api/hooks.ts';
import { counted, inWords } from '../lib/format.ts';
import { keyOf, settledRows } from '../lib/queueOrder.ts';
import { href } from '../lib/route.ts';
import { lengthOf, whenOf } from '../lib/time.ts';
import { changeText } from '../ui/change.tsx';
import { Countdown } from '../ui/countdown.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { say } from '../ui/say.tsx';
import { RiskMeter } from '../ui/tag.tsx';
import { AskLess } from './askLess.tsx';
import { DecidedTable } from './decidedTable.tsx';

export function InboxPage() {
  const { open } = useDesk();
  const [all, setAll] = useState(false);
  const decided = useResource<ApprovalList>('/api/approvals?state=decided', ['approvals']);
  const items = open.data?.items ?? [];
  const mine = items.filter((item) => item.mine);
  return (
    <>
      <div class="head">
        <h1>Approvals</h1>
        <p>Soonest to expire first</p>
        <div class="end">
          <span class="seg" role="group" aria-label="Whose">
            <button type="button" aria-pressed={!all} onClick={() => setAll(false)}>
              Mine {mine.length}
            </button>
            <button type="button" aria-pressed={all} onClick={() => setAll(true)}>
              All {items.length}
            </button>
          </span>
        </div>
      </div>
      <Loaded resource={open} what="approvals">
        {() => <Queue key={String(all)} items={all ? items : mine} all={all} last={decided.data?.items[0]} />}
      </Loaded>
      <p class="keys">
        <span>
          <kbd>J</kbd> <kbd>K</kbd> move
        </span>
        <span>
          <kbd>Enter</kbd> open and decide
        </span>
        <span>
          <kbd>?</kbd> all keys
        </span>
        <span>Nothing is approved from the list: you see the change first.</span>
      </p>
      <div class="head section">
        <h2>Decided lately</h2>
      </div>
      <Loaded resource={decided} what="decided requests">
        {(list) => (
          <div class="two">
            <DecidedTable first={list} />
            <div class="stack">
              <HowWeDecide stats={list.stats} />
              <AskLess offers={list.askLess ?? []} />
            </div>
          </div>
        )}
      </Loaded>
    </>
  );
}

function Queue({
  items,
  all,
  last,
}: {
  readonly items: readonly ApprovalSummary[];
  readonly all: boolean;
  readonly last: ApprovalSummary | undefined;
}) {
  const sorted = items.toSorted((a, b) => Date.parse(a.decideBy) - Date.parse(b.decideBy));
  const [shown, setShown] = useState<readonly string[]>([]);
  // Rows that are gone stay, greyed, with what they said when they were last seen: nothing jumps under a pointer.
  const seen = useRef(new Map<string, ApprovalSummary>());
  for (const item of sorted) seen.current.set(keyOf(item), item);
  const { rows, fresh } = settledRows(shown, sorted);
  useEffect(() => {
    if (shown.length === 0 && sorted.length > 0) setShown(sorted.map(keyOf));
  }, [shown, sorted]);
  useEffect(() => {
    if (fresh > 0) say(counted(fresh, 'new request', 'new requests'));
  }, [fresh]);
  if (rows.length === 0) return <Nothing all={all} last={last} />;
  return (
    <>
      {fresh === 0 ? null : (
        <button class="btn btn--s new-row" type="button" onClick={() => setShown(sorted.map(keyOf))}>
          {fresh} new
        </button>
      )}
      <section class="panel" aria-label={all ? 'Waiting' : 'Waiting for you'}>
        <ul class="queue">
          {rows.map(({ key, item }) => {
            const known = item ?? seen.current.get(key);
            return known === undefined ? null : <Row key={key} item={known} gone={item === undefined} />;
          })}
        </ul>
      </section>
    </>
  );
}

function Row({ item, gone }: { readonly item: ApprovalSummary; readonly gone: boolean }) {
  return (
    <li class={gone ? 'gone' : undefined}>
      <RiskMeter risk={item.risk} />
      <div class="body">
        <a class="what" href={href(['approvals', item.namespace, item.name])} data-row>
          {item.service} <span>{changeText(item.operation, item.before, item.after)}</span>
        </a>
        <p class="why">
          {item.why} Rule: {item.rule}.
        </p>
      </div>
      <p class="votes">{gone ? 'Not open any more' : votesText(item)}</p>
      <p class="left">
        {gone ? (
          'answered'
        ) : (
          <>
            <span class="sr">expires in </span>
            <Countdown until={item.decideBy} what={`${item.service} ${item.before} to ${item.after}`} /> then rejected
          </>
        )}
      </p>
    </li>
  );
}

function votesText({ votes, quorum, mine, approvers }: ApprovalSummary): string {
  if (!mine) return `Asks ${approvers.join(', ')}`;
  if (votes > 0) return `${votes} of ${quorum} votes given`;
  return `${inWords(quorum)} ${quorum === 1 ? 'vote' : 'votes'} needed`;
}

function Nothing({ all, last }: { readonly all: boolean; readonly last: ApprovalSummary | undefined }) {
  const now = useNow();
  const answered = last?.answeredAfterMs === undefined ? undefined : Date.parse(last.askedAt) + last.answeredAfterMs;
  return (
    <Empty title={all ? 'Nothing waits for anybody' : 'Nothing waits for you'}>
      {answered === undefined ? 'No request was answered yet.' : `Last answer ${whenOf(answered, now)}.`} New requests
      appear here by themselves.
    </Empty>
  );
}

function HowWeDecide({ stats }: { readonly stats: ApprovalList['stats'] }) {
  return (
    <section class="panel block">
      <h2>
        How we decide <small>7 days</small>
      </h2>
      <dl class="facts facts--tight">
        <dt>Waiting now</dt>
        <dd>
          <b>{stats.pending ?? 'not known'}</b>
          {stats.oldestPendingMs === undefined ? '' : `, oldest ${lengthOf(stats.oldestPendingMs)}`}
        </dd>
        <dt>Requests</dt>
        <dd>
          <b>{stats.asked}</b>, {(Math.round((stats.asked / 7) * 10) / 10).toString()} a day
        </dd>
        <dt>Median time to decide</dt>
        <dd>
          <b>{stats.medianMsToDecide === undefined ? 'none yet' : lengthOf(stats.medianMsToDecide)}</b>
        </dd>
        <dt>Nine of ten within</dt>
        <dd>
          <b>{stats.ninetiethMsToDecide === undefined ? 'none yet' : lengthOf(stats.ninetiethMsToDecide)}</b>
        </dd>
        <dt>Decided in under 3 s</dt>
        <dd>
          <b>{stats.underThreeSeconds}</b>
        </dd>
        <dt>Approved</dt>
        <dd>
          <b>{stats.approved}</b>, {stats.undone} undone
        </dd>
        <dt>Rejected</dt>
        <dd>
          <b>{stats.rejected}</b>
        </dd>
        <dt>Expired unanswered</dt>
        <dd>
          <b>{stats.expired}</b>
        </dd>
      </dl>
    </section>
  );
}
