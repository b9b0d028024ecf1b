import { appendFile, mkdtemp, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyLines } from '../../audit/verifyLines.ts';
import type { JournalEntry, JournalRecord } from '../../schema/journal.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { FileJournal } from './fileJournal.ts';

let dir = '';
const openJournals: FileJournal[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(async () => {
  for (const journal of openJournals.splice(0)) await journal.close();
  await rm(dir, { recursive: true, force: true });
});

async function opened(redact: (value: unknown) => unknown = (value) => value, writer = 'executor-a') {
  const result = await FileJournal.open({ dir, writer, clock: new ManualClock(), redact, version: '0' });
  if (!result.ok) throw new Error(result.error.message);
  openJournals.push(result.value);
  return result.value;
}
const entry = (n: number, data: Record<string, unknown> = {}): JournalEntry => ({
  kind: 'phase',
  subject: `web-${n}`,
  data: { n, ...data },
});
const lines = async (): Promise<string[]> => (await readFile(join(dir, 'executor-a.jsonl'), 'utf8')).split('\n');
const records = async (): Promise<JournalRecord[]> =>
  (await lines()).filter((line) => line !== '').map((line) => JSON.parse(line) as JournalRecord);

describe('FileJournal', () => {
  it('chains records in call order, also when many are appended at once', async () => {
    const journal = await opened();
    const heads = await Promise.all(Array.from({ length: 50 }, (_, n) => journal.append(entry(n))));
    const report = verifyLines(await lines());
    expect(report).toMatchObject({ ok: true, records: 51, faults: [], torn: [] });
    expect((await records()).slice(1).map((record) => record.subject)).toEqual(heads.map((_, n) => `web-${n}`));
    expect(heads.every((head) => head.ok && report.heads.has(head.value))).toBe(true);
    expect(journal.head()).toBe(report.head);
  });

  it('goes on from the last record after a restart', async () => {
    const first = await opened();
    await first.append(entry(1));
    await first.close();
    const second = await opened();
    await second.append(entry(2));
    const report = verifyLines(await lines());
    expect(report).toMatchObject({ ok: true, records: 4 });
    expect((await records()).map((record) => record.kind)).toEqual(['opened', 'phase', 'opened', 'phase']);
  });

  it('keeps file and folder to the owner', async () => {
    dir = join(dir, 'data');
    const journal = await opened();
    expect((await stat(journal.path)).mode & 0o777).toBe(0o600);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  it('takes secrets out before hashing', async () => {
    const journal = await opened((value) => JSON.parse(JSON.stringify(value).replaceAll('hunter2', '[redacted]')));
    await journal.append(entry(1, { deep: [{ words: 'password hunter2' }] }));
    expect(await readFile(journal.path, 'utf8')).not.toContain('hunter2');
    expect(verifyLines(await lines()).ok).toBe(true);
  });

  it.each([
    { left: 'a cut line', tail: '{"at":17,"data":{"n":' },
    { left: 'a cut line that a second crash left its newline behind', tail: '{"at":17,"da\n{"at":18' },
    { left: 'a block of zeros', tail: '\0'.repeat(70_000) },
  ])('closes $left with a record that names it, and verify calls it torn', async ({ tail }) => {
    const first = await opened();
    await first.append(entry(1));
    await first.close();
    await appendFile(first.path, tail);
    expect(verifyLines(await lines())).toMatchObject({ ok: true, records: 2 });
    expect(verifyLines(await lines()).torn.every((line) => !line.closed)).toBe(true);
    const second = await opened();
    await second.append(entry(2));
    const report = verifyLines(await lines());
    expect(report).toMatchObject({ ok: true, records: 5, faults: [] });
    expect(report.torn.length).toBeGreaterThan(0);
    expect(report.torn.every((line) => line.closed)).toBe(true);
  });

  it('keeps a whole record that lost only its newline', async () => {
    const first = await opened();
    await first.append(entry(1));
    await first.close();
    const { size } = await stat(first.path);
    await truncate(first.path, size - 1);
    await (await opened()).append(entry(2));
    expect(verifyLines(await lines())).toMatchObject({ ok: true, records: 4, torn: [] });
  });

  it('finds the last record behind one longer than a read block', async () => {
    const first = await opened();
    await first.append(entry(1, { long: 'ü'.repeat(200_000) }));
    await first.close();
    await (await opened()).append(entry(2));
    expect(verifyLines(await lines())).toMatchObject({ ok: true, records: 4 });
  });

  it('fails appends while another hand writes the file, and says so', async () => {
    const journal = await opened();
    await appendFile(journal.path, 'something\n');
    const failed = await journal.append(entry(1));
    expect(failed).toMatchObject({ ok: false, error: { code: 'JournalUnwritable' } });
    expect(failed.ok ? '' : failed.error.message).toMatch(/another process wrote to it/);
  });

  it('fails on a full disk and works again by itself once there is room', async () => {
    const journal = await opened();
    await journal.append(entry(1));
    const kept = `${journal.path}.kept`;
    await rename(journal.path, kept);
    await symlink('/dev/full', journal.path);
    await appendFile(kept, '{"cut');
    await journal.append(entry(2));
    const full = await journal.append(entry(3));
    expect(full.ok ? '' : full.error.message).toMatch(/ENOSPC/);
    await rename(kept, journal.path);
    expect((await journal.append(entry(4))).ok).toBe(true);
    expect(verifyLines(await lines())).toMatchObject({ ok: true, records: 4, torn: [{ line: 3, closed: true }] });
  });

  it('starts on a full disk, fails its appends, and works once there is room', async () => {
    await symlink('/dev/full', join(dir, 'executor-a.jsonl'));
    const journal = await opened();
    expect((await journal.append(entry(1))).ok).toBe(false);
    await rm(journal.path);
    expect((await journal.append(entry(2))).ok).toBe(true);
    expect(verifyLines(await lines())).toMatchObject({ ok: true, records: 2 });
  });

  it('refuses a second writer of the same file, in this process and in another living one', async () => {
    await opened();
    const same = await FileJournal.open({ dir, writer: 'executor-a', clock: new ManualClock(), redact: (v) => v });
    expect(same).toMatchObject({ ok: false, error: { code: 'JournalUnwritable' } });
    await writeFile(join(dir, 'executor-b.lock'), JSON.stringify({ pid: process.ppid, host: hostname(), started: '' }));
    const other = await FileJournal.open({ dir, writer: 'executor-b', clock: new ManualClock(), redact: (v) => v });
    expect(other.ok ? '' : other.error.message).toContain(`process ${process.ppid} writes it`);
  });

  it.each([
    { stale: 'a process that is gone', lock: JSON.stringify({ pid: 2 ** 22 - 1, host: hostname(), started: '' }) },
    { stale: 'a pid that was used again', lock: JSON.stringify({ pid: process.ppid, host: hostname(), started: '1' }) },
    {
      stale: 'an earlier life of the same pid',
      lock: JSON.stringify({ pid: process.pid, host: hostname(), started: '1' }),
    },
    { stale: 'nobody (no lock content)', lock: '' },
  ])('takes over a lock of $stale', async ({ lock }) => {
    await writeFile(join(dir, 'executor-a.lock'), lock);
    const journal = await opened();
    expect((await journal.append(entry(1))).ok).toBe(true);
  });

  it('says what to do about a lock from another host', async () => {
    await writeFile(join(dir, 'executor-a.lock'), JSON.stringify({ pid: 1, host: 'elsewhere', started: '1' }));
    const result = await FileJournal.open({ dir, writer: 'executor-a', clock: new ManualClock(), redact: (v) => v });
    expect(result.ok ? '' : result.error.message).toMatch(/elsewhere.*delete .*executor-a\.lock/);
  });

  it('refuses a writer name that is no file name', async () => {
    const result = await FileJournal.open({ dir, writer: '../x', clock: new ManualClock(), redact: (v) => v });
    expect(result.ok).toBe(false);
  });

  it('refuses what JSON cannot say for that record alone, and the chain goes on', async () => {
    const journal = await opened();
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const [bad, good] = await Promise.all([
      journal.append(entry(1, cyclic)),
      journal.append(entry(2, { nan: Number.NaN })),
    ]);
    expect(bad.ok).toBe(false);
    expect(good.ok).toBe(true);
    expect(verifyLines(await lines())).toMatchObject({ ok: true, records: 2 });
  });

  it('is closed once closed', async () => {
    const journal = await opened();
    await journal.close();
    expect((await journal.append(entry(1))).ok).toBe(false);
  });
});
