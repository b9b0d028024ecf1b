import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaults } from '../../scripts/reference/blueprint.ts';
import { blocksOf, withoutDefault } from '../../scripts/reference/blueprintFields.ts';
import { table } from '../../scripts/reference/markdown.ts';
import { referencePages } from '../../scripts/reference/referencePages.ts';
import { decide } from '../../src/policy/decide.ts';
import { BlueprintFile } from '../../src/schema/blueprint/document.ts';
import { FINDING_CODES } from '../../src/schema/findingCodes.ts';
import { parseDuration } from '../../src/schema/units.ts';
import { randomInput } from '../naive/randomInput.ts';
import { ROOT } from './pages.ts';

const PAGES = referencePages();

describe('the reference', () => {
  it.each(PAGES)('%s is what npm run gen writes', (file, text) => {
    expect(readFileSync(path.join(ROOT, file), 'utf8')).toBe(text);
  });

  it('is all of its folder, and its first page leads to every other', () => {
    const files = PAGES.map(([file]) => path.basename(file));
    expect(readdirSync(path.join(ROOT, 'docs/reference')).toSorted()).toEqual(files.toSorted());
    const [, index = ''] = PAGES[0] ?? [];
    const linked = [...index.matchAll(/\]\(([^)]+\.md)\)/g)].map(([, file]) => file);
    expect(['README.md', ...linked].toSorted()).toEqual(files.toSorted());
  });

  it.each(PAGES)('%s begins with what it answers and where it comes from, and has no empty cell', (_, text) => {
    expect(text).toMatch(/^# [^\n]+\n\n\S/);
    expect(text.slice(0, 1_000)).toContain('enerated');
    expect(text.slice(0, 1_000)).toContain('`npm run gen`');
    expect(text.split('\n').filter((line) => /^\|(.*\|)? *\|/.test(line))).toEqual([]);
  });

  it('refuses to leave a cell empty', () => {
    expect(() => table(['Field', 'Means'], [['`a`', ' ']])).toThrow('no Means in the row of `a`');
  });
});

describe('a default that a description names', () => {
  it('is the one in force', () => {
    const inForce = defaults();
    const named = blocksOf(BlueprintFile, inForce).flatMap(({ fields }) => fields);
    const differing = named.flatMap(({ path: field, silent }) => {
      const value = inForce.get(field)?.split(':')[0];
      // The one is the name of the document, the other follows from its objectives.
      if (value === undefined || ['spec.target.name', 'verification.checks'].includes(field)) return [];
      const isSame = silent.includes(value) || (parseDuration(value) ?? Number.NaN) === parseDuration(silent);
      const said = value === 'none' ? /not watched|never|none/.test(silent) : isSame;
      return said ? [] : [`${field}: ${silent}, in force: ${value}`];
    });
    expect(differing).toEqual([]);
    expect(named.filter(({ path: field }) => inForce.has(field)).length).toBeGreaterThan(20);
  });

  it.each([
    ['Aim. Default 70%.', 'Aim.', '70%'],
    ['Aim. Default: 8/7 of it (80% at 7.5).', 'Aim.', '8/7 of it (80% at 7.5)'],
    ['Objective. Absent: not watched.', 'Objective.', 'not watched'],
    ['The default is no sentence here.', 'The default is no sentence here.', undefined],
  ])('is told apart: %s', (text, means, fallback) => {
    expect(withoutDefault(text)).toEqual({ means, ...(fallback !== undefined && { fallback }) });
  });
});

describe('the codes of findings', () => {
  const CASES = 2_000;
  const found = new Map<string, Set<string>>();
  for (let seed = 1; seed <= CASES; seed += 1) {
    for (const { rule, code, effect } of decide(randomInput(seed)).verdict.findings) {
      const key = `${rule} ${code}`;
      found.set(key, (found.get(key) ?? new Set()).add(effect));
    }
  }
  const known = new Map(
    Object.entries(FINDING_CODES).flatMap(([rule, codes]) =>
      Object.entries(codes).map(([code, [effect]]): [string, string] => [`${rule} ${code}`, effect]),
    ),
  );

  it(`stand by the rule that gives them, with what they do, over ${CASES} generated inputs`, () => {
    const wrong = [...found].flatMap(([key, effects]) =>
      [...effects]
        .filter((effect) => known.get(key)?.split(' or ').includes(effect) !== true)
        .map((e) => `${key} ${e}`),
    );
    expect(wrong).toEqual([]);
  });

  it('are given, but for those that such inputs hardly come to', () => {
    const rare = ['G0 UnknownRead', 'G16 TooLongToRecord', 'G22 NoData'];
    expect([...known.keys()].filter((key) => !found.has(key) && !rare.includes(key))).toEqual([]);
  });
});
