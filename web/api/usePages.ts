import { useState } from 'preact/hooks';
import { get, type Problem } from './client.ts';

interface Paged<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/** Further pages behind a first one that is kept fresh elsewhere. `path` makes the address of a page from its cursor. */
export function usePages<T>(
  first: Paged<T>,
  path: (cursor: string) => string,
): {
  readonly items: readonly T[];
  readonly more: (() => Promise<void>) | undefined;
  readonly problem: Problem | undefined;
} {
  const [later, setLater] = useState<readonly Paged<T>[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const cursor = later.length === 0 ? first.next : later.at(-1)?.next;
  const more = async (): Promise<void> => {
    if (cursor === undefined) return;
    const answer = await get<Paged<T>>(path(cursor));
    setProblem(answer.ok ? undefined : answer.problem);
    if (answer.ok) setLater([...later, answer.value]);
  };
  const items = [...first.items, ...later.flatMap((page) => page.items)];
  return { items, more: cursor === undefined ? undefined : more, problem };
}
