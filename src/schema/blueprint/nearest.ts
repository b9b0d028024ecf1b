/**
 * The candidate that a person most likely meant, or undefined when none is near: at most a third of the letters differ
 * (counting swapped neighbours once), or one is the beginning of the other, or it alone has all the words that were written
 * (`latency_p95` for `latency_target_p95`).
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  const wanted = normal(word).slice(0, 64);
  for (const candidate of candidates) {
    const other = normal(candidate);
    const distance =
      wanted.length >= 4 && (other.startsWith(wanted) || wanted.startsWith(other)) ? 1 : edits(wanted, other);
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  if (best !== undefined && best.distance <= Math.max(1, Math.floor(wanted.length / 3))) return best.candidate;
  return wordsOf(wanted).length < 2 ? undefined : holding(word, candidates);
}

/** The only candidate that has all the words that were written, each whole: `min_replicas` for `min`. */
export function holding(word: string, candidates: readonly string[]): string | undefined {
  const words = wordsOf(word.slice(0, 64));
  if (words.join('').length < 3) return undefined;
  const [only, ...others] = candidates.filter((candidate) => words.every((part) => wordsOf(candidate).includes(part)));
  return others.length === 0 ? only : undefined;
}

const wordsOf = (text: string): string[] =>
  normal(text)
    .split('_')
    .filter((part) => part !== '');

// minReplicas, MIN-REPLICAS and min_replicas are one word written by different habits.
const normal = (word: string): string =>
  word
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();

/** Optimal string alignment distance: insertions, deletions, replacements, and swaps of neighbours. */
export function edits(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(above, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replaced, at(above, j) + 1, at(row, j - 1) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, at(before, j - 2) + 1);
      row.push(least);
    }
    before = above;
    above = row;
  }
  return at(above, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
