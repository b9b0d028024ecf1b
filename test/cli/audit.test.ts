import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileJournal, type FileJournalOptions } from '../../src/adapters/journal/fileJournal.ts';
import { decide } from '../../src/policy/decide.ts';
import type { JournalEntry } from '../../src/schema/journal.ts';
import { calmInput } from '../../src/testing/gateInput.ts';
import { ManualClock } from '../../src/testing/manualClock.ts';
import { cli } from './cli.ts';

const input = calmInput({});
const { verdict } = decide(input);
const phase = (n: number): JournalEntry => ({ kind: 'phase', subject: `web-${n}`, data: { n } });

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-audit-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

async function write(...entries: JournalEntry[]): Promise<string> {
  return writeFiles({}, ...entries);
}

async function writeFiles(
  kept: Pick<FileJournalOptions, 'maxBytes' | 'keep'>,
  ...entries: JournalEntry[]
): Promise<string> {
  const clock = new ManualClock();
  const opened = await FileJournal.open({ dir, writer: 'executor-a', clock, redact: (v) => v, ...kept });
  if (!opened.ok) throw new Error(opened.error.message);
  for (const entry of entries) expect(await opened.value.append(entry)).toMatchObject({ ok: true });
  await opened.value.close();
  return opened.value.path;
}

const change = (file: string, edit: (lines: string[]) => string[]): void =>
  writeFileSync(file, edit(readFileSync(file, 'utf8').split('\n')).join('\n'));

describe('fairlead audit verify', () => {
  it('finds an untouched journal sound and counts its records', async () => {
    await write(phase(1), phase(2));
    const { code, out, err } = await cli('audit', 'verify', '--data', dir, '--offline');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/executor-a\.jsonl: sound, 3 records, head [0-9a-f]{12}/);
  });

  it.each<[string, (lines: string[]) => string[]]>([
    ['altered', (lines) => lines.map((line) => line.replace('web-1', 'web-9'))],
    ['dropped', (lines) => lines.toSpliced(1, 1)],
    ['reordered', ([a = '', b = '', c = '', ...rest]) => [a, c, b, ...rest]],
  ])('finds a record %s, names the line, and exits 1', async (_, edit) => {
    change(await write(phase(1), phase(2), phase(3)), edit);
    const { code, out } = await cli('audit', 'verify', '--data', dir);
    expect(code).toBe(1);
    expect(out).toMatch(/NOT SOUND[\s\S]*line \d+: /);
  });

  it('takes a last line torn by a crash for what it is', async () => {
    const file = await write(phase(1), phase(2));
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -20));
    const { code, out } = await cli('audit', 'verify', '--data', dir);
    expect(out).toMatch(/torn by a crash/);
    expect(code).toBe(0);
  });

  it('reads a chain over all its files, and says where one begins whose earlier ones were deleted', async () => {
    const many = Array.from({ length: 30 }, (_, n) => phase(n));
    await writeFiles({ maxBytes: 2_000, keep: { files: 2 } }, ...many);
    const sound = await cli('audit', 'verify', dir);
    expect(sound).toMatchObject({ code: 0, err: '' });
    expect(sound.out).toMatch(
      /executor-a\.jsonl: sound, \d+ records in 3 files, head [0-9a-f]{12}\n {2}begins at record \d+; earlier files are not here\n/,
    );
    const [first = ''] = readdirSync(dir).filter((file) => file.includes('_'));
    rmSync(path.join(dir, first));
    const stolen = await cli('audit', 'verify', dir);
    expect(stolen.code).toBe(1);
    expect(stolen.out).toMatch(
      /NOT SOUND[\s\S]*line 1: dropped: the file before it, executor-a_\d+\.jsonl, is not here/,
    );
  });

  it.each([
    { where: 'KUBECONFIG names one', env: '/home/ada/prod.yaml', flags: [], says: '/home/ada/prod.yaml' },
    { where: 'none is named', env: '', flags: [], says: 'FILE' },
    { where: 'only files are to be looked at', env: '/home/ada/prod.yaml', flags: ['--offline'], says: 'FILE' },
  ])(
    'asks no cluster without --kubeconfig, and says what is not found so, where $where',
    async ({ env, flags, says }) => {
      vi.stubEnv('KUBECONFIG', env);
      await write(phase(1));
      const { code, out } = await cli('audit', 'verify', '--data', dir, ...flags);
      expect(code).toBe(0);
      expect(out).toContain(
        `cluster: not asked; a cut tail or a missing journal behind executed changes is found with --kubeconfig ${says}\n`,
      );
    },
  );

  it('says the same as JSON', async () => {
    change(await write(phase(1)), (lines) => lines.toSpliced(0, 1));
    const { code, out } = await cli('audit', 'verify', '--data', dir, '-o', 'json');
    expect({ code, ...(JSON.parse(out) as object) }).toMatchObject({
      code: 1,
      ok: false,
      journals: [{ file: 'executor-a.jsonl' }],
    });
  });
});

describe('fairlead audit replay', () => {
  it('agrees with the verdicts on record', async () => {
    await write({ kind: 'call', subject: 'a', data: { input, verdict } }, phase(1));
    const { code, out } = await cli('audit', 'replay', '--data', dir);
    expect({ code, out }).toEqual({ code: 0, out: '1 recorded verdicts came out the same again, 0 did not\n' });
  });

  it('names the record whose verdict the gate does not give, and exits 1', async () => {
    await write({ kind: 'call', subject: 'a', data: { input, verdict: { ...verdict, authority: 'forbidden' } } });
    const { code, out } = await cli('audit', 'replay', '--data', dir);
    expect(code).toBe(1);
    expect(out).toMatch(/1 did not\n {2}executor-a record 1 \(a\): /);
  });

  it('proves nothing of a journal that was changed, though every verdict comes out the same', async () => {
    change(await write({ kind: 'call', subject: 'a', data: { input, verdict } }, phase(1)), (lines) =>
      lines.map((line) => line.replace('web-1', 'web-9')),
    );
    const { code, out } = await cli('audit', 'replay', '--data', dir);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^executor-a\.jsonl: NOT SOUND\ntherefore .*fairlead audit verify .*\n1 recorded verdicts .* 0 did not\n$/,
    );
    const json = JSON.parse((await cli('audit', 'replay', '--data', dir, '-o', 'json')).out) as object;
    expect(json).toMatchObject({ ok: false, agreed: 1, disagreements: [], unsound: ['executor-a.jsonl: NOT SOUND'] });
  });

  it('counts the lines that are no records', async () => {
    const file = await write(phase(1));
    writeFileSync(file, `${readFileSync(file, 'utf8')}nonsense\n`);
    const { code, out } = await cli('audit', 'replay', '--data', dir);
    expect(out).toMatch(/1 lines are no records; fairlead audit verify/);
    expect(code).toBe(1);
    change(file, (lines) => [...lines.slice(0, -3), (lines.at(-3) ?? '').slice(0, -20)]);
    expect(await cli('audit', 'replay', '--data', dir), 'torn by a crash').toMatchObject({
      code: 0,
      out: expect.stringMatching(/1 lines are no records/),
    });
  });
});

describe.each(['verify', 'replay'])('fairlead audit %s', (command) => {
  it('fails where it sees no journal: a check that saw nothing must not pass', async () => {
    const empty = await cli('audit', command, '--data', dir);
    expect(empty).toMatchObject({ code: 1, out: '' });
    expect(empty.err).toMatch(/holds no journal/);
    const absent = await cli('audit', command, '--data', path.join(dir, 'absent'));
    expect(absent).toMatchObject({ code: 1, out: '' });
    expect(absent.err).toMatch(/absent cannot be read: there is no such folder; --data names/);
    expect(existsSync(path.join(dir, 'absent'))).toBe(false);
  });
});
