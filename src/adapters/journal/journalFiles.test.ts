import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { FolderOfJournals } from './journalFiles.ts';

const dirs: string[] = [];
const folder = (): string => {
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-journals-'));
  dirs.push(dir);
  return dir;
};
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});

describe('the journals of a folder', () => {
  it('are its *.jsonl by name, line by line, and nothing else', async () => {
    const dir = folder();
    writeFileSync(path.join(dir, 'executor-b.jsonl'), '{"a":1}\n');
    writeFileSync(path.join(dir, 'controller-a.jsonl'), '{"b":1}\n{"b":2}\n');
    writeFileSync(path.join(dir, 'users.json'), 'secret');
    expect(await new FolderOfJournals(dir).read()).toEqual({
      ok: true,
      value: [
        { file: 'controller-a.jsonl', lines: ['{"b":1}', '{"b":2}', ''] },
        { file: 'executor-b.jsonl', lines: ['{"a":1}', ''] },
      ],
    });
  });

  it('that have not grown are not read again, and those that have are', async () => {
    const dir = folder();
    for (const name of ['a', 'b']) writeFileSync(path.join(dir, `${name}.jsonl`), '{}\n');
    const files = new FolderOfJournals(dir);
    const first = await files.read();
    appendFileSync(path.join(dir, 'b.jsonl'), '{"more":1}\n');
    const second = await files.read();
    if (!first.ok || !second.ok) throw new Error('unread');
    expect(second.value[0]?.lines).toBe(first.value[0]?.lines);
    expect(second.value[1]?.lines).toEqual(['{}', '{"more":1}', '']);
  });

  it('are of each writer in the order of their records', async () => {
    const dir = folder();
    for (const name of ['a.jsonl', 'a_000000000110.jsonl', 'a_000000000009.jsonl', 'b.next', 'b_000000000001.jsonl']) {
      writeFileSync(path.join(dir, name), '{}\n');
    }
    writeFileSync(path.join(dir, 'a.next'), '{}\n');
    const read = await new FolderOfJournals(dir).read();
    expect(read.ok ? read.value.map(({ file }) => file) : read.error).toEqual([
      'a_000000000009.jsonl',
      'a_000000000110.jsonl',
      'a.jsonl',
      'b_000000000001.jsonl',
      'b.next',
    ]);
  });

  it('are the newest of each where all are too large', async () => {
    const dir = folder();
    const sizes = {
      'a.jsonl': 10,
      'a_000000000009.jsonl': 30,
      'a_000000000005.jsonl': 1,
      'b.jsonl': 21,
      'b_000000000001.jsonl': 3,
    };
    for (const [name, mebibytes] of Object.entries(sizes)) {
      writeFileSync(path.join(dir, name), '');
      truncateSync(path.join(dir, name), mebibytes * 2 ** 20);
    }
    const read = await new FolderOfJournals(dir).read();
    expect(read.ok ? read.value.map(({ file, earlierUnread }) => [file, earlierUnread]) : read.error).toEqual([
      ['a_000000000009.jsonl', true],
      ['a.jsonl', undefined],
      ['b_000000000001.jsonl', undefined],
      ['b.jsonl', undefined],
    ]);
  });

  it('are an error when the folder is gone, or when they are too large to be looked at here', async () => {
    expect(await new FolderOfJournals(path.join(folder(), 'none')).read()).toMatchObject({ ok: false });
    const dir = folder();
    writeFileSync(path.join(dir, 'a.jsonl'), '');
    truncateSync(path.join(dir, 'a.jsonl'), 65 * 1024 * 1024);
    expect(await new FolderOfJournals(dir).read()).toMatchObject({
      ok: false,
      error: expect.stringContaining('fairlead audit verify'),
    });
  });
});
