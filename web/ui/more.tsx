import type { Problem } from '../api/client.ts';
import { ProblemNote } from './note.tsx';

export function More({
  more,
  problem,
  what,
}: {
  readonly more: (() => Promise<void>) | undefined;
  readonly problem: Problem | undefined;
  readonly what: string;
}) {
  if (more === undefined && problem === undefined) return null;
  return (
    <div class="more-row">
      {problem === undefined ? null : <ProblemNote problem={problem} />}
      {more === undefined ? null : (
        <button class="btn btn--s" type="button" onClick={() => void more()}>
          Older {what}
        </button>
      )}
    </div>
  );
}
