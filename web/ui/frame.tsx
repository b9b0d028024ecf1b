import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useDesk } from '../api/context.ts';
import { useLine } from '../api/hooks.ts';
import { serverNow } from '../lib/clock.ts';
import { href } from '../lib/route.ts';
import { clockOf, whenOf } from '../lib/time.ts';
import { Help } from './help.tsx';
import { PauseButton, ResumeDialog } from './hold.tsx';
import { Icon, type IconName, Mark } from './icon.tsx';
import { watchKeys } from './keys.ts';
import { Note } from './note.tsx';

const NAV: readonly (readonly [page: string, word: string, icon: IconName, only: string | undefined])[] = [
  ['approvals', 'Approvals', 'inbox', undefined],
  ['services', 'Services', 'services', undefined],
  ['decisions', 'Decisions', 'decisions', undefined],
  ['journal', 'Journal', 'audit', undefined],
  ['blueprints', 'Blueprints', 'blueprint', 'only-desk'],
  ['breakers', 'Breakers', 'breakers', 'only-desk'],
  ['queue', 'Notices', 'clock', 'only-desk'],
  ['people', 'People', 'lock', 'only-desk'],
  ['more', 'More', 'more', 'only-phone'],
];

/** Side rail on a desk, top bar and tabs on a phone; pause is on every page. */
export function Frame({
  page,
  asks,
  children,
}: {
  readonly page: string;
  readonly asks: boolean;
  readonly children: ComponentChildren;
}) {
  const { me, open, breakers } = useDesk();
  const line = useLine();
  const [help, setHelp] = useState(false);
  useEffect(() => watchKeys(() => setHelp(true)), []);
  const waiting = open.data?.items.filter(({ mine }) => mine).length ?? 0;
  return (
    <>
      <Skip to="main" text="Skip to content" />
      {asks ? <Skip to="answers" text="Skip to your answer" /> : null}
      <div class={asks ? 'app asks' : 'app'} data-live={line.live ? 'ok' : 'lost'}>
        <header class="side">
          <a class="brand" href={href(['services'])} aria-label="Fairlead, services">
            <Mark />
            <span>Fairlead</span>
          </a>
          <p class="scope">
            <Icon name="lock" small />
            <span>
              <span class="sr">Cluster </span>
              <b>{me.cluster.name}</b>
            </span>
          </p>
          <nav class="nav" aria-label="Main">
            {NAV.map(([to, word, icon, only]) => (
              <a key={to} href={href([to])} aria-current={to === page ? 'page' : undefined} class={only}>
                <Icon name={icon} />
                {word}
                {to === 'approvals' && waiting > 0 ? (
                  <span class="count">
                    {waiting}
                    <span class="sr"> waiting</span>
                  </span>
                ) : null}
              </a>
            ))}
          </nav>
          <PauseButton
            scope="fleet"
            label="Pause"
            long="all agents"
            may={me.role !== 'viewer'}
            onDone={() => void breakers.reload()}
          />
          <div class="me">
            <LiveWord />
            <a href={href(['people'])}>{me.name}</a>
            <span>{me.groups.length === 0 ? me.role : `${me.role} in ${me.groups.join(', ')}`}</span>
          </div>
        </header>
        <main class="main" id="main" tabIndex={-1}>
          <div class="page page--wide">
            <FleetHold />
            {children}
          </div>
        </main>
      </div>
      {help ? <Help onClose={() => setHelp(false)} /> : null}
    </>
  );
}

/** The hash is the page's address here, so a skip link moves the focus itself. */
function Skip({ to, text }: { readonly to: string; readonly text: string }) {
  return (
    <a
      class="skip"
      href={`#${to}`}
      onClick={(event) => {
        event.preventDefault();
        const found = document.getElementById(to);
        found?.focus();
        found?.scrollIntoView({ block: 'start' });
      }}
    >
      {text}
    </a>
  );
}

/** The dot and its word tell the truth. */
function LiveWord() {
  const line = useLine();
  const words = useRef('Connecting');
  if (line.live) words.current = 'Live';
  else if (line.heardAt !== undefined) words.current = `Reconnecting, last heard ${clockOf(line.heardAt)}`;
  return (
    <span class="live" data-live={line.live ? 'ok' : 'lost'} role="status">
      {words.current}
    </span>
  );
}

function FleetHold() {
  const { me, breakers } = useDesk();
  const [asking, setAsking] = useState(false);
  const holds = breakers.data?.holds.filter(({ namespace }) => namespace === undefined) ?? [];
  const [first] = holds;
  if (first === undefined) return null;
  return (
    <>
      <Note tone="deferred" icon="paused" status className="halted">
        <b>All agents are {first.kind === 'stop' ? 'stopped' : 'paused'}</b> since {whenOf(first.at, serverNow())} by{' '}
        {first.by}
        {first.reason === '' ? '' : `: ${first.reason}`}. They watch and write down, and change nothing.{' '}
        {me.role === 'viewer' ? null : (
          <button type="button" onClick={() => setAsking(true)}>
            Resume…
          </button>
        )}
      </Note>
      {asking ? (
        <ResumeDialog
          scope="fleet"
          what="all agents"
          onClose={() => setAsking(false)}
          onDone={() => void breakers.reload()}
        />
      ) : null}
    </>
  );
}
