import { useState } from 'preact/hooks';
import type { JournalPage as Journal, JournalRecord } from '../../src/schema/api/records.ts';
import { useDesk } from '../api/context.ts';
import { useNow, useResource } from '../api/hooks.ts';
import { usePages } from '../api/usePages.ts';
import { counted, shortHash } from '../lib/format.ts';
import { href } from '../lib/route.ts';
import { clockOf, whenOf } from '../lib/time.ts';
import { Copy, Hash } from '../ui/copy.tsx';
import { Filters } from '../ui/filters.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { More } from '../ui/more.tsx';
import { Table, Td, Tr } from '../ui/table.tsx';
import { Tag } from '../ui/tag.tsx';

const KINDS = [
  'call',
  'phase',
  'intent',
  'applied',
  'verified',
  'vote',
  'raise',
  'allowance',
  'hold',
  'blueprint',
  'model',
  'observed',
  'held',
  'said',
  'alert',
  'access',
  'opened',
  'torn',
  'sealed',
  'continued',
  'dropped',
];
const COLUMNS = [
  { title: 'Record', class: 'num' },
  { title: 'Time' },
  { title: 'Subject' },
  { title: 'Kind' },
  { title: 'What' },
  { title: 'Hash', class: 'skip-narrow' },
];

export function JournalPage({ query }: { readonly query: Readonly<Record<string, string>> }) {
  const asked = { service: query['service'] ?? '', kind: query['kind'] ?? '' };
  const search = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== '')).toString();
  const path = `/api/journal${search === '' ? '' : `?${search}`}`;
  const { me } = useDesk();
  const kinds = me.role === 'viewer' ? KINDS.filter((kind) => kind !== 'access') : KINDS;
  const page = useResource<Journal>(path, ['decisions', 'approvals']);
  return (
    <>
      <div class="head">
        <h1>Journal</h1>
        <p>Every proposal, verdict, vote, change and undo, written before its effect</p>
        {me.role === 'viewer' ? null : <TakeAlong files={page.data?.files ?? []} />}
      </div>
      <Loaded resource={page} what="the journal">
        {(data) => (
          <>
            <Chain chain={data.chain} again={() => void page.reload()} />
            <Filters
              values={asked}
              choices={[{ name: 'kind', label: 'Kind', all: 'All kinds', options: kinds }]}
              onChange={(next) => {
                location.hash = href(['journal'], next);
              }}
            />
            <Records key={path} first={data} path={path} />
          </>
        )}
      </Loaded>
    </>
  );
}

/** The whole file, byte for byte: whoever has it verifies it without us. */
function TakeAlong({ files }: { readonly files: NonNullable<Journal['files']> }) {
  if (files.length === 0) return null;
  return (
    <div class="end">
      <details class="drop">
        <summary class="btn btn--s">Export with proof</summary>
        <div class="panel block drop-body">
          <ul class="menu-s">
            {files.map(({ file, records, sound }) => (
              <li key={file}>
                <a href={`/api/journal/export?file=${encodeURIComponent(file)}`} download={file}>
                  {file}
                </a>{' '}
                <span class="dim">
                  {counted(records, 'record')}
                  {sound ? '' : ', not sound'}
                </span>
              </li>
            ))}
          </ul>
          <p class="small soft gap-s wrap">
            In a folder of its own it is verified without this gateway by{' '}
            <code>fairlead audit verify --offline --data DIR</code> and judged again by{' '}
            <code>fairlead audit replay --offline --data DIR</code>. That you took it is written down.
          </p>
        </div>
      </details>
    </div>
  );
}

const SEGMENTS = 19;

function Chain({ chain, again }: { readonly chain: Journal['chain']; readonly again: () => void }) {
  return (
    <section class="panel chain" aria-labelledby="chain" data-chain={chain.sound ? 'sound' : 'broken'}>
      <div>
        <h2 id="chain">
          <Tag tone={chain.sound ? 'allowed' : 'forbidden'} icon={chain.sound ? 'allowed' : 'forbidden'} fill>
            {chain.sound ? 'Chain intact' : 'Chain broken'}
          </Tag>
        </h2>
        <p class="small soft gap-s wrap">
          {counted(chain.records, 'record')} recomputed at {clockOf(chain.at)}. {chain.text}{' '}
          {chain.head === undefined ? null : (
            <>
              Head <Hash hash={chain.head} what="head hash" />
            </>
          )}
        </p>
      </div>
      <button class="btn btn--s" type="button" onClick={again}>
        Verify again
      </button>
      <svg
        class="links"
        role="img"
        aria-label={chain.sound ? 'All records are linked' : 'A link of the chain is broken'}
      >
        <line x1={0} x2="100%" y1={8} y2={8} />
        {Array.from({ length: SEGMENTS }, (_, index) => (
          <svg key={index} x={`${((index * 96.4) / (SEGMENTS - 1)).toFixed(2)}%`} overflow="visible">
            <rect y={2} width="3.6%" height={12} rx={3} class={chain.sound ? undefined : 'cut'} />
          </svg>
        ))}
        <text x={0} y={29}>
          genesis
        </text>
        <text x="100%" y={29} text-anchor="end">
          head
        </text>
      </svg>
    </section>
  );
}

function Records({ first, path }: { readonly first: Journal; readonly path: string }) {
  const [chosen, setChosen] = useState<JournalRecord>();
  const now = useNow();
  const { items, more, problem } = usePages<JournalRecord>(
    first,
    (cursor) => `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`,
  );
  if (items.length === 0)
    return <Empty title="No record fits">The journal itself is whole; nothing in it is of this kind.</Empty>;
  const keyOf = ({ file, seq }: JournalRecord): string => `${file} ${seq}`;
  return (
    <>
      <section class="panel" aria-label="Records">
        <Table columns={COLUMNS} extra="log">
          {items.map((record) => (
            <Tr key={keyOf(record)} at={chosen !== undefined && keyOf(chosen) === keyOf(record)}>
              <Td class="num mono skip-phone">{record.seq.toLocaleString('en-GB')}</Td>
              <Td class="nowrap dim beside">{whenOf(record.at, now)}</Td>
              <Td>
                <button class="name plain-button" type="button" data-row onClick={() => setChosen(record)}>
                  {record.subject === '' ? 'fleet' : record.subject}
                </button>
              </Td>
              <Td class="soft late">{record.kind}</Td>
              <Td class="wide wrap">{record.text}</Td>
              <Td class="mono dim nowrap skip-phone skip-narrow hash">
                {record.hash.replace('sha256:', '').slice(0, 8)}
              </Td>
            </Tr>
          ))}
        </Table>
        <More more={more} problem={problem} what="records" />
      </section>
      {chosen === undefined ? null : <Whole record={chosen} />}
    </>
  );
}

function Whole({ record }: { readonly record: JournalRecord }) {
  return (
    <section class="panel record" aria-labelledby="rec">
      <div class="block flush">
        <h2 id="rec" tabIndex={-1} ref={(heading) => heading?.scrollIntoView({ block: 'nearest' })}>
          Record {record.seq.toLocaleString('en-GB')}{' '}
          <small>
            {record.kind} in {record.file}, hash {shortHash(record.hash)}
          </small>
          <span class="end">
            {record.replay === undefined ? null : (
              <Tag
                tone={record.replay.agrees ? 'allowed' : 'forbidden'}
                icon={record.replay.agrees ? 'verified' : 'failed'}
              >
                {record.replay.text}
              </Tag>
            )}
            <Copy text={record.json} label="Copy record" />
          </span>
        </h2>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by key */}
      <pre tabIndex={0} role="group" aria-label="Record as written">
        {record.json}
      </pre>
    </section>
  );
}
