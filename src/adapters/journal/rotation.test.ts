import { cp, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChainReport, chainReport, type FileReport } from '../../audit/chainReport.ts';
import { type Link, recordOf } from '../../audit/fileVerifier.ts';
import { verifyLines } from '../../audit/verifyLines.ts';
import type { JournalEntry, JournalRecord } from '../../schema/journal.ts';
import { journalChains } from '../../schema/journalName.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { FileJournal } from './fileJournal.ts';
import type { JournalKeep } from './keep.ts';

const WRITER = 'executor-a';
const CURRENT = `${WRITER}.jsonl`;
const HOUR = 3_600_000;

let dir = '';
let clock = new ManualClock();
const open: FileJournal[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rotation-'));
  clock = new ManualClock();
});
afterEach(async () => {
  for (const journal of open.splice(0)) await journal.close();
  await rm(dir, { recursive: true, force: true });
});

async function opened(keep: JournalKeep = {}, maxBytes = 2_000): Promise<FileJournal> {
  const made = await FileJournal.open({ dir, writer: WRITER, clock, redact: (value) => value, maxBytes, keep });
  if (!made.ok) throw new Error(made.error.message);
  open.push(made.value);
  return made.value;
}
const entry = (n: number): JournalEntry => ({ kind: 'phase', subject: `web-${n}`, data: { n } });
async function append(journal: FileJournal, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n++) expect(await journal.append(entry(n))).toMatchObject({ ok: true });
}
const files = async (): Promise<string[]> => journalChains(await readdir(dir)).flatMap((chain) => chain.files);
const linesOf = async (file: string): Promise<string[]> => (await readFile(join(dir, file), 'utf8')).split('\n');

async function checked(): Promise<ChainReport> {
  const reports: FileReport[] = [];
  let after: Link | undefined;
  for (const file of await files()) {
    const report = verifyLines(await linesOf(file), after);
    after = report.end;
    reports.push({ file, report });
  }
  return chainReport(reports);
}
async function records(): Promise<JournalRecord[]> {
  const lines = await Promise.all((await files()).map(linesOf));
  return lines.flat().flatMap((line) => recordOf(line) ?? []);
}
const told = async (): Promise<unknown[]> =>
  (await records()).filter(({ kind }) => kind === 'phase').map(({ data }) => data['n']);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('a journal that is full', () => {
  it('is sealed and kept, and the chain goes on in a new file that names its head', async () => {
    const journal = await opened();
    await append(journal, 1, 30);
    const [first = '', second = ''] = await files();
    const report = await checked();
    expect(report).toMatchObject({ ok: true, begins: 0, faults: [], head: journal.head() });
    expect(report.files.length).toBeGreaterThan(3);
    expect(await told()).toEqual(upTo(30));
    const sealed = JSON.parse((await linesOf(first)).at(-2) ?? '') as JournalRecord;
    const begun = JSON.parse((await linesOf(second))[0] ?? '') as JournalRecord;
    expect(sealed).toMatchObject({ kind: 'sealed', data: { file: first } });
    expect(begun).toMatchObject({
      kind: 'continued',
      seq: sealed.seq + 1,
      prev: sealed.hash,
      data: { file: first, seq: sealed.seq, head: sealed.hash },
    });
    expect(first).toBe(`${WRITER}_${String(sealed.seq).padStart(12, '0')}.jsonl`);
  });

  it('acknowledges every record of many at once with its own hash', async () => {
    const journal = await opened();
    const heads = await Promise.all(upTo(200).map((n) => journal.append(entry(n))));
    const hashes = (await records()).filter(({ kind }) => kind === 'phase').map(({ hash }) => hash);
    expect(heads.map((head) => (head.ok ? head.value : ''))).toEqual(hashes);
    expect((await checked()).ok).toBe(true);
  });

  it('goes on after a restart, in the file that was begun', async () => {
    const first = await opened();
    await append(first, 1, 20);
    await first.close();
    await append(await opened(), 21, 40);
    expect(await checked()).toMatchObject({ ok: true });
    expect(await told()).toEqual(upTo(40));
  });

  it('stays one file where no size is given', async () => {
    await append(await opened({}, Number.POSITIVE_INFINITY), 1, 30);
    expect(await files()).toEqual([CURRENT]);
  });
});

/** A journal just before its first change of files and just after it, from which each moment between is made. */
async function aroundChange(): Promise<{ before: string; after: string; sealed: string; count: number }> {
  const journal = await opened({}, 3_000);
  let count = 0;
  let before = '';
  while ((await files()).length < 2) {
    before = await readFile(join(dir, CURRENT), 'utf8');
    count += 1;
    await append(journal, count, count);
  }
  await journal.close();
  const [sealedName = ''] = await files();
  const sealed = await readFile(join(dir, sealedName), 'utf8');
  const after = `${(await linesOf(CURRENT))[0]}\n`;
  for (const file of await readdir(dir)) await rm(join(dir, file));
  return { before, after, sealed, count: count - 1 };
}
type Moment = (made: Awaited<ReturnType<typeof aroundChange>>, name: string) => Readonly<Record<string, string>>;
const NEXT = `${WRITER}.next`;
const MOMENTS: readonly (readonly [string, Moment])[] = [
  ['the new file was half written', ({ before, after }) => ({ [CURRENT]: before, [NEXT]: after.slice(0, 90) })],
  ['the new file stood beside the old one', ({ before, after }) => ({ [CURRENT]: before, [NEXT]: after })],
  [
    'the seal had its first byte',
    ({ before, after, sealed }) => ({ [CURRENT]: sealed.slice(0, before.length + 1), [NEXT]: after }),
  ],
  [
    'the seal was half written',
    ({ before, after, sealed }) => ({ [CURRENT]: sealed.slice(0, (before.length + sealed.length) / 2), [NEXT]: after }),
  ],
  ['the seal lacked its newline', ({ after, sealed }) => ({ [CURRENT]: sealed.slice(0, -1), [NEXT]: after })],
  ['the seal was written', ({ after, sealed }) => ({ [CURRENT]: sealed, [NEXT]: after })],
  ['the old file had its name', ({ after, sealed }, name) => ({ [name]: sealed, [NEXT]: after })],
  ['the old file had its name, and the new one was lost', ({ sealed }, name) => ({ [name]: sealed })],
  ['the old file had its name, and the new one was empty', ({ sealed }, name) => ({ [name]: sealed, [CURRENT]: '' })],
  [
    'the old file had its name, and the new one was torn',
    ({ after, sealed }, name) => ({ [name]: sealed, [CURRENT]: after.slice(0, 50) }),
  ],
  ['both had their names', ({ after, sealed }, name) => ({ [name]: sealed, [CURRENT]: after })],
];

describe('a crash while files change', () => {
  it.each(MOMENTS)('when %s loses no record and leaves a chain that is mended', async (when, moment) => {
    const made = await aroundChange();
    const last = JSON.parse(made.sealed.trimEnd().split('\n').at(-1) ?? '') as JournalRecord;
    for (const [file, text] of Object.entries(moment(made, String(last.data['file'])))) {
      await writeFile(join(dir, file), text);
    }
    // Found as it was left: sound, but for a new file that is gone altogether, which nobody can tell from a theft.
    expect((await checked()).ok).toBe(!when.endsWith('was lost'));
    const journal = await opened({}, 3_000);
    await append(journal, made.count + 1, made.count + 30);
    expect(await checked()).toMatchObject({ ok: true, faults: [], head: journal.head() });
    expect(await told()).toEqual(upTo(made.count + 30));
    expect((await readdir(dir)).filter((file) => file === NEXT)).toEqual([]);
    expect((await files()).length).toBeGreaterThan(2);
  });

  it('never takes the place of a file that is there', async () => {
    const { sealed } = await aroundChange();
    const name = String((JSON.parse(sealed.trimEnd().split('\n').at(-1) ?? '') as JournalRecord).data['file']);
    await writeFile(join(dir, name), sealed);
    await writeFile(join(dir, CURRENT), sealed);
    const made = await FileJournal.open({ dir, writer: WRITER, clock, redact: (value) => value });
    expect(made.ok ? '' : made.error.message).toMatch(/is there already: move it away/);
    expect(await readFile(join(dir, name), 'utf8')).toBe(sealed);
  });

  it('on a disk without room for a new file goes on in the old one', async () => {
    const journal = await opened();
    await symlink('/dev/full', join(dir, NEXT));
    await append(journal, 1, 20);
    expect(await files()).toEqual([CURRENT]);
    expect(await checked()).toMatchObject({ ok: true });
  });
});

describe('what a check of several files finds', () => {
  const edit = async (file: string, change: (text: string) => string): Promise<void> =>
    writeFile(join(dir, file), change(await readFile(join(dir, file), 'utf8')));
  const swap = async (a: string, b: string): Promise<void> => {
    await rename(join(dir, a), join(dir, 'aside'));
    await rename(join(dir, b), join(dir, a));
    await rename(join(dir, 'aside'), join(dir, b));
  };
  it.each<[string, (names: string[]) => Promise<unknown>, string, RegExp]>([
    [
      'one from the middle is gone',
      ([, b = '']) => rm(join(dir, b)),
      'dropped',
      /^records \d+ to \d+ are missing before/,
    ],
    ['the first is gone', ([a = '']) => rm(join(dir, a)), 'dropped', /no record says that it was deleted/],
    [
      'the last is gone',
      (all) => rm(join(dir, all.at(-1) ?? '')),
      'dropped',
      /the file that was begun after it is not here/,
    ],
    ['two were swapped', ([a = '', b = '']) => swap(a, b), 'reordered', /./],
    [
      'one was edited',
      ([, b = '']) => edit(b, (text) => text.replace('"n":', '"n":1')),
      'altered',
      /no longer has its own hash/,
    ],
    [
      'one was cut at its end',
      ([, b = '']) => edit(b, (text) => `${text.trimEnd().split('\n').slice(0, -2).join('\n')}\n`),
      'dropped',
      /its seal/,
    ],
    [
      'one was cut at its beginning',
      ([, b = '']) => edit(b, (text) => text.slice(text.indexOf('\n') + 1)),
      'dropped',
      /is missing before/,
    ],
    [
      'one stands there twice',
      ([a = '', b = '']) => cp(join(dir, a), join(dir, b)),
      'repeated',
      /first in an earlier file/,
    ],
  ])('%s', async (_, harm, code, message) => {
    await append(await opened(), 1, 30);
    await harm(await files());
    const report = await checked();
    expect(report.ok).toBe(false);
    expect(
      report.faults
        .filter((fault) => fault.code === code)
        .map((fault) => fault.message)
        .join('\n'),
    ).toMatch(message);
  });

  it('a file of another chain in its place', async () => {
    await append(await opened(), 1, 30);
    const [, second = ''] = await files();
    const mine = dir;
    dir = await mkdtemp(join(tmpdir(), 'rotation-'));
    await append(await opened(), 101, 130);
    await rename(join(dir, second), join(mine, second));
    await rm(dir, { recursive: true });
    dir = mine;
    const { faults } = await checked();
    expect(faults.map(({ message }) => message)).toContainEqual(expect.stringMatching(/was chained to another record/));
  });
});

describe('full files that are over their time', () => {
  it('go by age, which is on record before, and the chain then begins later and is sound', async () => {
    const journal = await opened({ ageMs: 10 * HOUR });
    await append(journal, 1, 20);
    const old = (await files()).slice(0, -1);
    await clock.advance(30 * HOUR);
    await append(journal, 21, 21);
    const left = await files();
    expect(left.filter((file) => old.includes(file))).toEqual([]);
    const report = await checked();
    expect(report).toMatchObject({ ok: true, faults: [] });
    expect(report.begins).toBeGreaterThan(10);
    const dropped = (await records()).filter(({ kind }) => kind === 'dropped');
    expect(dropped.map(({ data }) => data['file'])).toEqual(old);
  });

  it('go by number, oldest first', async () => {
    const journal = await opened({ files: 2 });
    await append(journal, 1, 60);
    expect(await files()).toHaveLength(3);
    expect(await checked()).toMatchObject({ ok: true, faults: [] });
    await rm(join(dir, (await files())[0] ?? ''));
    expect(await checked()).toMatchObject({ ok: false });
  });

  it('stay where nothing says how long', async () => {
    const journal = await opened();
    await append(journal, 1, 20);
    const before = await files();
    await clock.advance(1_000 * 24 * HOUR);
    await append(journal, 21, 21);
    expect(await files()).toEqual(expect.arrayContaining(before));
  });

  it('stay, with all after them, when one does not end with its own seal', async () => {
    const journal = await opened();
    await append(journal, 1, 20);
    await journal.close();
    const [first = ''] = await files();
    await writeFile(join(dir, first), 'what is this\n');
    const before = await files();
    await opened({ files: 0 });
    expect(await files()).toEqual(expect.arrayContaining(before));
  });
});
