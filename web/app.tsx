import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ApprovalList } from '../src/schema/api/approvals.ts';
import type { BreakerList } from '../src/schema/api/lists.ts';
import type { Me } from '../src/schema/api/people.ts';
import { get, type Problem, rememberCsrf, whenSignedOut } from './api/client.ts';
import { DeskProvider } from './api/context.ts';
import { useResource } from './api/hooks.ts';
import { listen } from './api/live.ts';
import { type Place, placeOf, safeReturn } from './lib/route.ts';
import { FirstRun } from './pages/firstRun.tsx';
import { Login } from './pages/login.tsx';
import { Page } from './pages/page.tsx';
import { Frame } from './ui/frame.tsx';
import { Gatehouse } from './ui/gatehouse.tsx';
import { ProblemNote } from './ui/note.tsx';
import { Speaker } from './ui/say.tsx';

type Session =
  | { readonly kind: 'looking' }
  | { readonly kind: 'out'; readonly ended: boolean }
  | { readonly kind: 'in'; readonly me: Me }
  | { readonly kind: 'unknown'; readonly problem: Problem };

export function App() {
  const place = usePlace();
  const [session, setSession] = useState<Session>({ kind: 'looking' });
  const look = useCallback(async () => {
    const answer = await get<Me>('/api/me');
    if (answer.ok) {
      rememberCsrf(answer.value.csrf);
      setSession({ kind: 'in', me: answer.value });
    } else if (answer.problem.status !== 401) setSession({ kind: 'unknown', problem: answer.problem });
  }, []);
  useEffect(() => {
    // Somebody who was in and is out now is told so, and comes back to where they were.
    // Several reads of one page say so; the first is the one that knows.
    whenSignedOut(() =>
      setSession((before) => (before.kind === 'out' ? before : { kind: 'out', ended: before.kind === 'in' })),
    );
    void look();
  }, [look]);
  if (place.page === 'first-run') {
    return <FirstRun token={place.query['token'] ?? ''} onDone={() => enter('#/approvals', look)} />;
  }
  switch (session.kind) {
    case 'looking':
      return null;
    case 'unknown':
      return (
        <Gatehouse title="Fairlead">
          <ProblemNote problem={session.problem} retry={() => void look()} />
        </Gatehouse>
      );
    case 'out':
      return (
        <Login ended={session.ended} onDone={() => enter(safeReturn(place.query['back'] ?? location.hash), look)} />
      );
    case 'in':
      return <Desk me={session.me} place={place} onSignedOut={() => setSession({ kind: 'out', ended: false })} />;
  }
}

async function enter(to: string, look: () => Promise<void>): Promise<void> {
  if (location.hash !== to) location.hash = to;
  await look();
}

function Desk({
  me,
  place,
  onSignedOut,
}: {
  readonly me: Me;
  readonly place: Place;
  readonly onSignedOut: () => void;
}) {
  useEffect(() => listen(), []);
  const open = useResource<ApprovalList>('/api/approvals?state=open', ['approvals']);
  const breakers = useResource<BreakerList>('/api/breakers', ['breakers']);
  const asks = place.page === 'approvals' && place.rest.length === 2;
  return (
    <DeskProvider value={{ me, open, breakers }}>
      <Frame page={place.page} asks={asks}>
        <Page place={place} onSignedOut={onSignedOut} />
      </Frame>
      <Speaker />
    </DeskProvider>
  );
}

function usePlace(): Place {
  const [place, setPlace] = useState(placeOf(location.hash));
  useEffect(() => {
    const moved = (): void => {
      setPlace(placeOf(location.hash));
      scrollTo(0, 0);
    };
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return place;
}
