import type { DiffLine } from '../../src/schema/api/approvals.ts';

const MOST_LINES = 600;

/** Lines of two texts: what left, what came, and `around` lines of context. Longest common subsequence; long texts are compared whole. */
export function lineDiff(before: string, after: string, around = 2): DiffLine[] {
  const [left, right] = [before.split('\n'), after.split('\n')];
  if (left.length > MOST_LINES || right.length > MOST_LINES) {
    return [...left.map((text) => line('-', text)), ...right.map((text) => line('+', text))];
  }
  return near(walk(left, right, lengths(left, right)), around);
}

function lengths(left: readonly string[], right: readonly string[]): number[][] {
  const table = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const row = table[i];
      if (row === undefined) continue;
      row[j] = left[i] === right[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1));
    }
  }
  return table;
}

function walk(left: readonly string[], right: readonly string[], table: readonly number[][]): DiffLine[] {
  const out: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      out.push(line(' ', left[i] ?? ''));
      i += 1;
      j += 1;
    } else if (j >= right.length || (i < left.length && at(table, i + 1, j) >= at(table, i, j + 1))) {
      out.push(line('-', left[i] ?? ''));
      i += 1;
    } else {
      out.push(line('+', right[j] ?? ''));
      j += 1;
    }
  }
  return out;
}

/** Unchanged lines far from any change are left out; a gap is marked. */
function near(lines: readonly DiffLine[], around: number): DiffLine[] {
  const kept = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some(({ sign }) => sign !== ' '),
  );
  return lines.flatMap((one, index) => {
    if (kept[index]) return [one];
    return index > 0 && kept[index - 1] ? [line(' ', '…')] : [];
  });
}

const at = (table: readonly number[][], i: number, j: number): number => table[i]?.[j] ?? 0;
const line = (sign: DiffLine['sign'], text: string): DiffLine => ({ sign, text });
