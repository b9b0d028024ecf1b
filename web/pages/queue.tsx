import { useState } from 'preact/hooks';
import type { QueueState } from '../../src/schema/api/records.ts';
import { type Problem, send } from '../api/client.ts';
import { useDesk } from '../api/context.ts';
import { useNow, useResource } from '../api/hooks.ts';
import { whenOf } from '../lib/time.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Note, ProblemNote } from '../ui/note.tsx';
import { Table, Td, Tr } from '../ui/table.tsx';

const COLUMNS = [
  { title: 'When' },
  { title: 'Job' },
  { title: 'Error' },
  { title: 'Tries', class: 'num' },
  { title: 'Do' },
];

/** Notices, reminders and escalations. Approvals do not live here: without the queue they are decided as usual. */
export function QueuePage() {
  const queue = useResource<QueueState>('/api/queue', ['queue']);
  return (
    <>
      <div class="head">
        <h1>Notices</h1>
        <p>Reminders, escalations and messages. Requests are kept and decided without them.</p>
      </div>
      <Loaded resource={queue} what="the queue">
        {(data) => (
          <div class="stack">
            <State state={data} />
            <Dead dead={data.dead} reload={queue.reload} />
          </div>
        )}
      </Loaded>
    </>
  );
}

function State({ state }: { readonly state: QueueState }) {
  const counts = Object.entries(state.counts);
  return (
    <section class="panel block stack" aria-labelledby="queue">
      <h2 id="queue">Queue</h2>
      {state.state === 'up' ? (
        <Note tone="allowed" icon="allowed">
          <b>The queue answers.</b> {state.text}
        </Note>
      ) : (
        <Note
          tone={state.state === 'down' ? 'forbidden' : 'restricted'}
          icon={state.state === 'down' ? 'failed' : 'unknown'}
        >
          <b>{state.state === 'down' ? 'The queue does not answer: notices are late.' : 'No queue is configured.'}</b>{' '}
          {state.text}
        </Note>
      )}
      {counts.length === 0 ? null : (
        <p class="strip">
          {counts.map(([name, count]) => (
            <span key={name}>
              <b>{count}</b> {name}
            </span>
          ))}
        </p>
      )}
    </section>
  );
}

function Dead({ dead, reload }: { readonly dead: QueueState['dead']; readonly reload: () => Promise<void> }) {
  const { me } = useDesk();
  const now = useNow();
  const [problem, setProblem] = useState<Problem>();
  const retry = async (id: string): Promise<void> => {
    const answer = await send('POST', `/api/queue/dead/${encodeURIComponent(id)}/retry`);
    setProblem(answer.ok ? undefined : answer.problem);
    await reload();
  };
  return (
    <section class="panel" aria-labelledby="dead">
      <div class="block flush">
        <h2 id="dead">
          Given up <small>after the last try; nobody was told</small>
        </h2>
        {problem === undefined ? null : <ProblemNote problem={problem} />}
      </div>
      {dead.length === 0 ? (
        <p class="block small soft">None. Every notice was delivered or is still tried.</p>
      ) : (
        <Table columns={COLUMNS}>
          {dead.map((job) => (
            <Tr key={job.id}>
              <Td class="nowrap dim beside">{whenOf(job.at, now)}</Td>
              <Td class="first">
                <b>{job.job}</b>
                <small class="wrap">{job.subject}</small>
              </Td>
              <Td class="wide soft wrap">{job.error}</Td>
              <Td class="num" th="tries">
                {job.attempts}
              </Td>
              <Td class="late">
                <button
                  class="btn btn--s"
                  type="button"
                  aria-disabled={me.role === 'admin' ? undefined : 'true'}
                  aria-label={`Try again: ${job.job} of ${job.subject}`}
                  onClick={() => (me.role === 'admin' ? void retry(job.id) : undefined)}
                >
                  Try again
                </button>
              </Td>
            </Tr>
          ))}
        </Table>
      )}
      {dead.length > 0 && me.role !== 'admin' ? (
        <p class="block small soft">Trying again needs the role admin.</p>
      ) : null}
    </section>
  );
}
