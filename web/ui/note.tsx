import type { ComponentChildren } from 'preact';
import type { Problem } from '../api/client.ts';
import { Icon, type IconName } from './icon.tsx';
import type { Tone } from './tag.tsx';

/** One sentence that matters, with its sign. `status`: read out when it appears. */
export function Note({
  tone,
  icon,
  status = false,
  id,
  className = '',
  children,
}: {
  readonly tone?: Tone;
  readonly icon: IconName;
  readonly status?: boolean;
  readonly id?: string;
  readonly className?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div
      class={`note${tone === undefined ? '' : ` is-${tone}`} ${className}`}
      id={id}
      role={status ? 'status' : undefined}
    >
      <Icon name={icon} />
      <p>{children}</p>
    </div>
  );
}

/** What broke, what it means, what to do. */
export function ProblemNote({ problem, retry }: { readonly problem: Problem; readonly retry?: () => void }) {
  return (
    <div class="stack">
      <Note tone="forbidden" icon="failed" status>
        <b>{sentence(problem.message)}</b> {problem.fix ?? ''}
      </Note>
      {retry === undefined ? null : (
        <div class="row">
          <button class="btn btn--s" type="button" onClick={retry}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
