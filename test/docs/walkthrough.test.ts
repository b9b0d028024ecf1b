import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ROOT } from './pages.ts';

const MOST_FILES = 8;
/** About 600: the functions on the way, whole. */
const MOST_LINES = 680;

const ROW = /^\| \d+ \| \[[^\]]+\]\(\.\.\/([^)]+)\) \| ([^|]+) \|/gm;
const page = readFileSync(path.join(ROOT, 'docs', 'WALKTHROUGH.md'), 'utf8');
const rows = [...page.matchAll(ROW)].map(([, file = '', named = '']) => ({
  file,
  functions: [...named.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
}));

/** Lines of each function or method of a file. */
function functionsOf(file: string): ReadonlyMap<string, number> {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lines = new Map<string, number>();
  const walk = (node: ts.Node): void => {
    if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && node.name !== undefined) {
      const lineOf = (at: number): number => source.getLineAndCharacterOfPosition(at).line;
      lines.set(node.name.getText().replace('#', ''), lineOf(node.end) - lineOf(node.getStart()) + 1);
    }
    ts.forEachChild(node, walk);
  };
  walk(source);
  return lines;
}

describe('the walkthrough', () => {
  it('goes through eight files at the most, and names what is there', () => {
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ file }) => file)).size).toBeLessThanOrEqual(MOST_FILES);
    for (const { file, functions } of rows)
      expect([...functionsOf(file).keys()], file).toEqual(expect.arrayContaining(functions));
  });

  it('is read in one sitting', () => {
    const lines = rows.flatMap(({ file, functions }) => functions.map((name) => functionsOf(file).get(name) ?? 0));
    expect(lines.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(MOST_LINES);
  });
});
