import { useEffect, useRef } from 'preact/hooks';
import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { counted } from '../lib/format.ts';
import { raiseText } from '../lib/outcome.ts';
import { Copy } from '../ui/copy.tsx';
import { Diff } from '../ui/diff.tsx';
import { Note } from '../ui/note.tsx';

/** Is it the right object, and only that? `onSeen`: the diff was on the screen. */
export function WhatChanges({ card, onSeen }: { readonly card: ApprovalCard; readonly onSeen: () => void }) {
  const { target, uid, resourceVersion, diff } = card.changes;
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = place.current?.querySelector('.diff');
    if (element == null) return undefined;
    const seen = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) onSeen();
      },
      // What lies under a phone's answer bar was not seen.
      { threshold: 0.6, rootMargin: '0px 0px -140px 0px' },
    );
    seen.observe(element);
    return () => seen.disconnect();
  }, [onSeen]);
  const changed = diff.filter(({ sign }) => sign === '+').length;
  const [kind = '', object = target] = target.includes(' ') ? target.split(' ', 2) : ['Deployment', target];
  return (
    <section class="panel block" aria-labelledby="what" ref={place}>
      <h2 id="what">
        What changes <small>{changed === 1 ? 'one field, nothing else' : counted(changed, 'line')}</small>
      </h2>
      <Diff
        lines={diff}
        label={`Field diff of the ${kind}`}
        head={
          <>
            {kind} <b>{object}</b>
          </>
        }
        end={
          <>
            uid {uid.slice(0, 4)}…{uid.slice(-4)} · rv {resourceVersion} <Copy text={uid} label="Copy uid" />
          </>
        }
      />
      {card.raise === undefined ? null : <Raise raise={card.raise} service={card.service} />}
    </section>
  );
}

function Raise({ raise, service }: { readonly raise: NonNullable<ApprovalCard['raise']>; readonly service: string }) {
  const { from, to, diff, ownedBy, fileDiff } = raise;
  return (
    <details>
      <summary>
        {ownedBy === undefined ? 'Only if you also raise the blueprint' : 'To raise the blueprint in its repository'}:{' '}
        {raiseText(raise)}
      </summary>
      {ownedBy === undefined ? null : (
        <Note icon="lock">
          <b>{ownedBy} applies this blueprint.</b> A change here would be taken back, so approving is once only. For the
          next time, put this into its repository:
        </Note>
      )}
      <div class="gap-s">
        <Diff
          lines={fileDiff ?? diff}
          label="Diff of the blueprint"
          head={
            <>
              Blueprint <b>{service}</b> {from} → {to}
            </>
          }
        />
      </div>
    </details>
  );
}
