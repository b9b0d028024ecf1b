import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentHash } from '../../schema/blueprint/effective.ts';
import { FULL } from '../../schema/blueprint/fixtures.ts';
import { loadBlueprint } from '../../schema/blueprint/load.ts';
import { folderFiles } from './folderFiles.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-files-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const TEXT = FULL.replace(/max_replicas: +10\b/, 'max_replicas:   10   # as the load test of May says');
const NAME = loadBlueprint(TEXT, 'f').ok ? (/name: (\S+)/.exec(TEXT)?.[1] ?? '') : '';
const hashOf = (text: string): string => {
  const loaded = loadBlueprint(text, 'f');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return documentHash(loaded.value.spec);
};
const put = (name: string, text: string): string => {
  const file = path.join(dir, name);
  writeFileSync(file, text, { mode: 0o640 });
  return file;
};
const raise = (text: string, over = {}) => ({
  namespace: 'shop',
  name: NAME,
  hash: hashOf(text),
  from: 10,
  to: 12,
  version: { from: '1.0.0', to: '1.1.0' },
  ...over,
});

describe('a raise in a folder of blueprints', () => {
  it('changes two values of one file and not one other byte', async () => {
    const file = put('web.yaml', TEXT);
    const other = put('other.yaml', TEXT.replace(`name: ${NAME}`, 'name: other'));
    expect(await folderFiles(dir, 'shop').raise(raise(TEXT))).toEqual({ ok: true, value: 'written' });
    const expected = TEXT.replace('max_replicas:   10 ', 'max_replicas:   12 ').replace('1.0.0', '1.1.0');
    expect(readFileSync(file, 'utf8')).toBe(expected);
    expect(expected).not.toBe(TEXT);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readFileSync(other, 'utf8')).toContain('name: other');
    expect(readFileSync(other, 'utf8')).toContain('1.0.0');
    expect(readdirSync(dir).sort()).toEqual(['other.yaml', 'web.yaml']);
  });

  it('shows the same change before it is made, and writes nothing for that', async () => {
    const file = put('web.yaml', TEXT);
    const shown = await folderFiles(dir, 'shop').preview?.(raise(TEXT));
    const lines = shown?.ok === true && shown.value !== 'absent' ? shown.value : [];
    const changed = lines.filter(({ sign }) => sign !== ' ').map(({ sign, text }) => `${sign}${text.trim()}`);
    expect(changed).toEqual([
      expect.stringMatching(/^-version: 1\.0\.0/),
      expect.stringMatching(/^\+version: 1\.1\.0/),
      '-max_replicas:   10   # as the load test of May says',
      '+max_replicas:   12   # as the load test of May says',
    ]);
    expect(lines.length).toBeGreaterThan(changed.length);
    expect(readFileSync(file, 'utf8')).toBe(TEXT);
  });

  it('is done when it was done: by a gateway that died after it, or by one beside this one', async () => {
    const file = put('web.yaml', TEXT);
    await folderFiles(dir, 'shop').raise(raise(TEXT));
    const { mtimeMs, ino } = statSync(file);
    expect(await folderFiles(dir, 'shop').raise(raise(TEXT))).toEqual({ ok: true, value: 'written' });
    expect([statSync(file).mtimeMs, statSync(file).ino]).toEqual([mtimeMs, ino]);
  });

  it('keeps the quotes of a version that has some', async () => {
    const quoted = TEXT.replace(/version: 1\.0\.0/, 'version: "1.0.0"');
    const file = put('web.yaml', quoted);
    await folderFiles(dir, 'shop').raise(raise(quoted));
    expect(readFileSync(file, 'utf8')).toContain('version: "1.1.0"');
  });

  it.each([
    ['was edited since it was approved', TEXT.replace('70%', '65%'), 'is not what was approved any more'],
    ['has another maximum by now', TEXT.replace('  10 ', '  11 '), 'is not what was approved any more'],
  ])('leaves a file alone that %s', async (_, text, words) => {
    const file = put('web.yaml', text);
    const raised = await folderFiles(dir, 'shop').raise(raise(TEXT));
    expect(raised).toMatchObject({ ok: false, error: expect.stringContaining(words) });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('leaves a value alone that stands for another one too', async () => {
    const shared = TEXT.replace('min_replicas: 2', 'min_replicas: &n 10').replace(
      'max_replicas:   10',
      'max_replicas: *n',
    );
    const file = put('web.yaml', shared);
    const raised = await folderFiles(dir, 'shop').raise(raise(shared));
    expect(raised).toMatchObject({ ok: false, error: expect.stringContaining('plain scalars') });
    expect(readFileSync(file, 'utf8')).toBe(shared);
  });

  it('says when no file holds the blueprint, and when two do', async () => {
    expect(await folderFiles(dir, 'shop').raise(raise(TEXT))).toEqual({ ok: true, value: 'absent' });
    put('a.yaml', TEXT);
    expect(await folderFiles(dir, 'elsewhere').raise(raise(TEXT))).toEqual({ ok: true, value: 'absent' });
    put('b.yaml', TEXT);
    expect(await folderFiles(dir, 'shop').raise(raise(TEXT))).toMatchObject({ ok: false, error: /both hold/ });
  });
});
