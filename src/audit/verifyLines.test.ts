import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../schema/journal.ts';
import { journalHash } from '../schema/journalHash.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { MemoryJournal } from '../testing/memoryJournal.ts';
import { verifyAgainstCluster } from './verifyAgainstCluster.ts';
import { verifyLines } from './verifyLines.ts';

async function journalOf(count: number): Promise<JournalRecord[]> {
  const journal = new MemoryJournal(new ManualClock());
  for (let n = 0; n < count; n++) await journal.append({ kind: 'phase', subject: `web-${n}`, data: { n } });
  return journal.records;
}
const text = (records: readonly JournalRecord[]): string[] => [...records.map((record) => JSON.stringify(record)), ''];
const rehashed = (record: JournalRecord, change: Partial<JournalRecord>): JournalRecord => {
  const altered = { ...record, ...change };
  return { ...altered, hash: journalHash(altered) };
};
const at = (records: readonly JournalRecord[], index: number): JournalRecord => {
  const record = records[index];
  if (record === undefined) throw new RangeError(`no record ${index}`);
  return record;
};

describe('verifyLines', () => {
  it('accepts an untouched journal and knows its head', async () => {
    const records = await journalOf(5);
    expect(verifyLines(text(records))).toMatchObject({
      ok: true,
      records: 5,
      faults: [],
      torn: [],
      head: at(records, 4).hash,
    });
  });

  it.each<{ done: string; change: (records: JournalRecord[]) => JournalRecord[]; code: string }>([
    { done: 'a value was changed', change: (r) => r.with(2, { ...at(r, 2), data: { n: 99 } }), code: 'altered' },
    {
      done: 'a value was changed and hashed again',
      change: (r) => r.with(2, rehashed(at(r, 2), { data: {} })),
      code: 'altered',
    },
    { done: 'the time was changed', change: (r) => r.with(2, { ...at(r, 2), at: 5 }), code: 'altered' },
    { done: 'a record was taken out', change: (r) => r.toSpliced(2, 1), code: 'dropped' },
    { done: 'the beginning was cut off', change: (r) => r.slice(2), code: 'dropped' },
    { done: 'two records changed places', change: (r) => [at(r, 0), at(r, 2), at(r, 1), at(r, 3)], code: 'reordered' },
    { done: 'a record stands twice', change: (r) => r.toSpliced(3, 0, at(r, 2)), code: 'repeated' },
    {
      done: 'a record of another writer was put in',
      change: (r) => r.with(4, rehashed(at(r, 4), { writer: 'x' })),
      code: 'altered',
    },
  ])('finds that $done', async ({ change, code }) => {
    const report = verifyLines(text(change(await journalOf(5))));
    expect(report.ok).toBe(false);
    expect(report.faults[0]?.code).toBe(code);
  });

  it('calls a line altered that is no record and that no record calls torn', async () => {
    const lines = text(await journalOf(5));
    lines.splice(2, 0, '{"at":1,');
    expect(verifyLines(lines)).toMatchObject({ ok: false, faults: [{ line: 3, code: 'altered' }] });
  });

  it('finds every single-character change of any record', async () => {
    const lines = text(await journalOf(4));
    fc.assert(
      fc.property(fc.nat(3), fc.nat(), fc.constantFrom('0', '1', 'a', '"', '}'), (row, column, character) => {
        const line = lines[row] ?? '';
        const place = column % line.length;
        fc.pre(line[place] !== character);
        const report = verifyLines(lines.with(row, line.slice(0, place) + character + line.slice(place + 1)));
        expect(report.ok).toBe(false);
      }),
    );
  });

  it('has nothing against an empty file', () => {
    expect(verifyLines([''])).toMatchObject({ ok: true, records: 0 });
  });
});

describe('verifyAgainstCluster', () => {
  const change = (log: string) => ({
    namespace: 'shop',
    name: 'web',
    change: {
      id: 'web-1.1',
      decision: 'web-1',
      did: 'scale 2 to 3',
      before: '2',
      after: '3',
      at: '',
      log,
      undo: false,
    },
  });

  /** Four records, then the intent of that change. */
  async function intentOf(id: string): Promise<JournalRecord[]> {
    const journal = new MemoryJournal(new ManualClock());
    for (let n = 0; n < 4; n++) await journal.append({ kind: 'phase', subject: `web-${n}`, data: { n } });
    await journal.append({ kind: 'intent', subject: 'web-1', data: { change: { id } } });
    return journal.records;
  }

  it('finds a cut tail behind an executed change, in whichever journal it was', async () => {
    const records = await intentOf('web-1.1');
    const head = at(records, 4).hash;
    const whole = verifyLines(text(records));
    const cut = verifyLines(text(records.slice(0, 4)));
    expect(cut.ok).toBe(true);
    expect(verifyAgainstCluster([cut, whole], [change(head)]).ok).toBe(true);
    const report = verifyAgainstCluster(cut, [change(head)]);
    expect(report).toMatchObject({ ok: false, faults: [{ code: 'cutTail', changeId: 'web-1.1' }] });
  });

  it.each([
    ['the intent of another change', 4, 'the intent of web-9.1'],
    ['no intent', 3, 'no intent'],
  ])('finds an annotation that names %s as its own', async (_, index, words) => {
    const records = await intentOf('web-9.1');
    const report = verifyAgainstCluster(verifyLines(text(records)), [change(at(records, index).hash)]);
    expect(report).toMatchObject({ ok: false, faults: [{ code: 'otherIntent', changeId: 'web-1.1' }] });
    expect(report.faults[0]?.message).toContain(`the record that it names is ${words}`);
  });

  it('lists an undo made without a log and holds nothing against it', async () => {
    const report = verifyAgainstCluster(verifyLines(['']), [change('unlogged')]);
    expect(report).toEqual({ ok: true, faults: [], unlogged: ['web-1.1'] });
  });
});
