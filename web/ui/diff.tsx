import type { ComponentChildren } from 'preact';
import type { DiffLine } from '../../src/schema/api/approvals.ts';

const CLASS = { '+': 'add', '-': 'del', ' ': 'ctx' } as const;

/** Lines that carry their sign as text; colour only repeats it. */
export function Diff({
  lines,
  label,
  head,
  end,
}: {
  readonly lines: readonly DiffLine[];
  readonly label: string;
  readonly head?: ComponentChildren;
  readonly end?: ComponentChildren;
}) {
  return (
    <div class="diff">
      {head === undefined ? null : (
        <header>
          <span>{head}</span>
          {end === undefined ? null : <span class="end mono tiny">{end}</span>}
        </header>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reachable by key */}
      <pre tabIndex={0} role="group" aria-label={label}>
        {lines.map(({ sign, text }, index) => (
          <span key={index} class={CLASS[sign]}>
            {text === '' ? ' ' : text}
          </span>
        ))}
      </pre>
    </div>
  );
}
