import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Resource } from '../api/hooks.ts';
import { clockOf } from '../lib/time.ts';
import { Mark } from './icon.tsx';
import { Note, ProblemNote } from './note.tsx';

const BONES_AFTER_MS = 300;

/** Nothing for 300 ms, then still bones; what was read once stays when a later read fails, and says how old it is. */
export function Loaded<T>({
  resource,
  what,
  children,
}: {
  readonly resource: Resource<T>;
  readonly what: string;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { data, problem, readAt, reload } = resource;
  if (data === undefined) {
    if (problem !== undefined) return <ProblemNote problem={problem} retry={() => void reload()} />;
    return <Bones what={what} />;
  }
  return (
    <>
      {problem === undefined ? null : (
        <Note tone="restricted" icon="unknown" status className="halted">
          <b>This is how it stood at {clockOf(readAt ?? 0)}.</b> {problem.message} {problem.fix ?? ''}
        </Note>
      )}
      {children(data)}
    </>
  );
}

function Bones({ what }: { readonly what: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const due = setTimeout(() => setLate(true), BONES_AFTER_MS);
    return () => clearTimeout(due);
  }, []);
  return (
    <div class={late ? 'panel block stack' : undefined} role="group" aria-busy="true" aria-label={`Loading ${what}`}>
      {late ? (
        <>
          <span class="bone bone--m" />
          <span class="bone bone--l" />
          <span class="bone bone--s" />
          <span class="bone bone--l" />
        </>
      ) : null}
    </div>
  );
}

/** Empty says when something last happened, so that it is not mistaken for broken. */
export function Empty({
  title,
  page = false,
  children,
}: {
  readonly title: string;
  /** It is all there is on the page. */
  readonly page?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="panel empty">
      <Mark />
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      <p class="small">{children}</p>
    </div>
  );
}
