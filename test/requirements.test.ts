import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { REQUIREMENTS } from './requirements.ts';

const ROOT = path.join(import.meta.dirname, '..');
const ID = /\bGATE-(?:[A-Z]\d{0,2}-)?\d+\b/g;

const citations = ['src', 'test'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => {
      const text = readFileSync(path.join(ROOT, folder, file), 'utf8');
      return [...text.matchAll(ID)].map(([id]) => ({ id, file: path.join(folder, file) }));
    }),
);
const known = new Set<string>(Object.keys(REQUIREMENTS));

describe('requirements', () => {
  it('sees the tests it reads', () => {
    expect(citations.length).toBeGreaterThan(known.size);
  });

  it('are each cited by a test', () => {
    const cited = new Set(citations.map(({ id }) => id));
    expect(
      [...known].filter((id) => !cited.has(id)),
      'ids that stand in the name of no test',
    ).toEqual([]);
  });

  it('are the only ones cited', () => {
    expect(
      citations.filter(({ id }) => !known.has(id)),
      'ids that test/requirements.ts does not have',
    ).toEqual([]);
  });

  it('are one sentence each, with a source', () => {
    const odd = Object.values(REQUIREMENTS).filter((text) => !/^[A-Z0-9k].+[.] \([^)]+\)$/.test(text));
    expect(odd, 'Sentence. (where it comes from)').toEqual([]);
  });
});
