import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { exampleFiles } from '../../scripts/records/exampleFiles.ts';
import { EXAMPLES } from '../../scripts/records/examples.ts';
import { replay } from '../../src/audit/replay.ts';
import { JournalRecord } from '../../src/schema/journal.ts';
import { journalHash } from '../../src/schema/journalHash.ts';
import { CircuitBreakerSpec, CircuitBreakerStatus, DecisionSpec, DecisionStatus } from '../../src/schema/records.ts';
import { ROOT } from './pages.ts';

const FOLDER = path.join(ROOT, 'examples');
const SHAPES: Readonly<Record<string, { readonly spec: z.ZodType; readonly status: z.ZodType }>> = {
  Decision: { spec: DecisionSpec, status: DecisionStatus },
  CircuitBreaker: { spec: CircuitBreakerSpec, status: CircuitBreakerStatus },
};

type Part = Readonly<Record<string, unknown>>;
const read = (file: string): string => readFileSync(path.join(FOLDER, file), 'utf8');

/** The objects or records of a file. */
function partsOf(value: Part | readonly Part[]): readonly Part[] {
  if (Array.isArray(value)) return value;
  const whole = value as Part;
  return whole['kind'] === 'List' ? (whole['items'] as Part[]) : [whole];
}

/** What its schema says against a part; a field that the schema does not know counts as well. */
function faults(part: Part): readonly string[] {
  const known = (schema: z.ZodType, value: unknown, name: string): string[] => {
    const parsed = schema.safeParse(value);
    if (!parsed.success) return [`${name}: ${parsed.error.message}`];
    return JSON.stringify(sorted(parsed.data)) === JSON.stringify(sorted(value)) ? [] : [`${name}: unknown fields`];
  };
  if (part['apiVersion'] === undefined) {
    const record = JournalRecord.safeParse(part).data;
    const isItself = record === undefined || journalHash(record) === record.hash;
    return [...known(JournalRecord, part, 'record'), ...(isItself ? [] : ['its hash is another'])];
  }
  const shape = SHAPES[String(part['kind'])];
  if (shape === undefined) return [`kind ${part['kind']}: there is no schema here`];
  return [...known(shape.spec, part['spec'], 'spec'), ...known(shape.status, part['status'], 'status')];
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sorted(field)]),
  );
}

describe('examples/', () => {
  let made: ReadonlyMap<string, string>;
  beforeAll(async () => {
    made = await exampleFiles();
  }, 120_000);

  it('holds what the product writes today, byte for byte (npm run examples)', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual([...made.keys()].toSorted());
    for (const [file, text] of made) expect(text, file).toBe(read(file));
  });
});

describe.each(EXAMPLES)('examples/$name.json', ({ name, about }) => {
  const text = read(`${name}.json`);
  const parts = partsOf(JSON.parse(text));

  it('holds objects and records that pass their schemas, records with their own hashes', () => {
    expect(parts.length).toBeGreaterThan(0);
    expect(parts.flatMap(faults)).toEqual([]);
  });

  it('holds verdicts that the gate gives again', () => {
    const calls = parts.filter(({ kind }) => kind === 'call').map((part) => JournalRecord.parse(part));
    expect(replay(calls)).toEqual({ agreed: calls.length, disagreements: [] });
    if (name.startsWith('governance-')) expect(calls).toHaveLength(1);
  });

  it('shows what its line in the README sets as code', () => {
    const words = [...about.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
    const names = EXAMPLES.map((example) => example.name);
    expect(words.filter((code) => !text.includes(code) && !names.includes(code))).toEqual([]);
  });
});

describe('a part of an example', () => {
  const [record = {}] = partsOf(JSON.parse(read('audit-approval.json')));
  const decision = JSON.parse(read('decision-autonomous.json')) as Part;

  it.each([
    { when: 'a record was altered', part: { ...record, at: 1 }, says: 'its hash is another' },
    {
      when: 'a status has a field of no schema',
      part: { ...decision, status: { ...Object(decision['status']), x: 1 } },
      says: 'status: unknown fields',
    },
    { when: 'a spec lacks its tool', part: { ...decision, spec: {} }, says: /^spec: / },
    { when: 'it is of no kind of ours', part: { ...decision, kind: 'Pod' }, says: 'kind Pod: there is no schema here' },
  ])('is found wrong when $when', ({ part, says }) => {
    expect(faults(part)).toContainEqual(typeof says === 'string' ? says : expect.stringMatching(says));
  });
});
