import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyLines } from '../../audit/verifyLines.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { FileJournal } from './fileJournal.ts';
import { receiveJournals, sendJournals } from './journalStream.ts';

let from = '';
let to = '';
beforeEach(async () => {
  from = await mkdtemp(path.join(tmpdir(), 'journals-from-'));
  to = await mkdtemp(path.join(tmpdir(), 'journals-to-'));
});
afterEach(async () => {
  for (const dir of [from, to]) await rm(dir, { recursive: true, force: true });
});

async function* pieces(text: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
}
async function sent(dir: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of sendJournals(dir)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('journals as a stream', () => {
  it.each([1, 7, 1_000_000])('arrive byte for byte in pieces of %i, and nothing else of the folder', async (size) => {
    await writeFile(path.join(from, 'executor-a_000000000003.jsonl'), 'old\n');
    await writeFile(path.join(from, 'executor-a.jsonl'), 'ü\0\n');
    await writeFile(path.join(from, 'executor-b.jsonl'), '');
    await writeFile(path.join(from, 'gateway.key'), 'secret');
    const files = await receiveJournals(pieces(await sent(from), size), to);
    expect(files.map(({ file, bytes }) => [file, bytes])).toEqual([
      ['executor-a_000000000003.jsonl', 4],
      ['executor-a.jsonl', 4],
      ['executor-b.jsonl', 0],
    ]);
    expect((await readdir(to)).toSorted()).toEqual(files.map(({ file }) => file).toSorted());
    for (const { file } of files)
      expect(await readFile(path.join(to, file))).toEqual(await readFile(path.join(from, file)));
  });

  it('leave out the line that is being written', async () => {
    await writeFile(path.join(from, 'executor-a.jsonl'), 'whole\nhal');
    await receiveJournals(pieces(await sent(from), 100), to);
    expect(await readFile(path.join(to, 'executor-a.jsonl'), 'utf8')).toBe('whole\n');
  });

  it('are of one moment while the writer goes on from file to file', async () => {
    const clock = new ManualClock();
    const made = await FileJournal.open({ dir: from, writer: 'a', clock, redact: (value) => value, maxBytes: 3_000 });
    if (!made.ok) throw new Error(made.error.message);
    let stop = false;
    const writing = (async () => {
      for (let n = 0; !stop && n < 2_000; n++) await made.value.append({ kind: 'phase', subject: '', data: { n } });
    })();
    for (let n = 0; n < 5; n++) {
      const files = await receiveJournals(pieces(await sent(from), 5_000), to);
      let after: ReturnType<typeof verifyLines>['end'] | undefined;
      for (const { file } of files) {
        const report = verifyLines((await readFile(path.join(to, file), 'utf8')).split('\n'), after);
        expect(report.faults).toEqual([]);
        after = report.end;
        await rm(path.join(to, file));
      }
    }
    stop = true;
    await writing;
    await made.value.close();
  });

  it('cut anywhere are refused', async () => {
    await writeFile(path.join(from, 'executor-a.jsonl'), 'some\n');
    const whole = await sent(from);
    for (let end = 0; end < whole.length; end += 1) {
      await expect(receiveJournals(pieces(whole.subarray(0, end), 50), to)).rejects.toThrow(/cut before its end/);
      for (const file of await readdir(to)) await rm(path.join(to, file));
    }
  });

  it.each([
    ['a name that leads elsewhere', '{"file":"../evil.jsonl","bytes":0}'],
    ['a hidden name', '{"file":".bashrc.jsonl","bytes":0}'],
    ['a name of no journal', '{"file":"authorized_keys","bytes":0}'],
    ['a name that draws', '{"file":"a\\u001b[2J.jsonl","bytes":0}'],
    ['no size', '{"file":"a.jsonl"}'],
    ['less than nothing', '{"file":"a.jsonl","bytes":-1}'],
    ['another count at the end', '{"end":1}'],
    ['no object', '7'],
    ['no JSON', 'tar?'],
    ['a header without end', 'x'.repeat(10_000)],
  ])('with %s are refused, and nothing is written', async (_, line) => {
    const text = Buffer.from(`{"format":"fairlead-journals/1"}\n${line}\n{"end":0}\n`);
    await expect(receiveJournals(pieces(text, 5_000), to)).rejects.toThrow(/no stream of journals/);
    expect(await readdir(to)).toEqual([]);
  });

  it('never take the place of a file', async () => {
    await writeFile(path.join(to, 'a.jsonl'), 'mine');
    const text = Buffer.from('{"format":"fairlead-journals/1"}\n{"file":"a.jsonl","bytes":1}\nx{"end":1}\n');
    await expect(receiveJournals(pieces(text, 100), to)).rejects.toThrow(/EEXIST/);
    expect(await readFile(path.join(to, 'a.jsonl'), 'utf8')).toBe('mine');
  });
});
