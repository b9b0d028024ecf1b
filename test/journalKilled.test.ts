import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { recordOf } from '../src/audit/fileVerifier.ts';
import { checkFolder } from '../src/faces/cli/audit/journalFolder.ts';
import { journalChains } from '../src/schema/journalName.ts';
import { seededIds } from '../src/testing/seededIds.ts';

const SEED = 1 + Math.floor(Math.random() * 1_000_000);
const KILLS = 5;
const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-journal-killed-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A process that writes as fast as it can, a new file every few records, killed after so many acknowledged ones. */
async function life(from: number, until: number): Promise<[number, string][]> {
  const program = path.join(import.meta.dirname, 'crash', 'journalProcess.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, dir, String(from)]);
  let said = '';
  let wrong = '';
  child.stderr.on('data', (chunk: Buffer) => {
    wrong += chunk.toString();
  });
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split('\n').length > until) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect(wrong).toBe('');
  return said
    .slice(0, said.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [Number(line.split(' ')[0]), line.split(' ')[1] ?? '']);
}

describe(`a journal under kill -9 while it goes on from file to file (seed ${SEED})`, () => {
  it('keeps every acknowledged record, in a chain that is sound after each death', async () => {
    const { random } = seededIds(SEED);
    const acknowledged = new Map<string, number>();
    let next = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const done = await life(next, 20 + Math.floor(random() * 60));
      for (const [n, hash] of done) acknowledged.set(hash, n);
      next = (done.at(-1)?.[0] ?? next) + 2;
      const { chains, heads } = await checkFolder({ dir, source: '' }, () => true);
      // A death between two files leaves the chain at the seal, or one file further.
      expect(chains.map(({ faults }) => faults)).toEqual([[]]);
      const [chain] = journalChains(readdirSync(dir));
      const kept = (chain?.files ?? []).flatMap((file) => readFileSync(path.join(dir, file), 'utf8').split('\n'));
      const oldest = kept.flatMap((line) => recordOf(line) ?? []).find(({ kind }) => kind === 'phase')?.data['n'];
      const lost = [...acknowledged].filter(([hash, n]) => n >= Number(oldest) && !heads.has(hash));
      expect(lost).toEqual([]);
    }
    expect(acknowledged.size).toBeGreaterThan(KILLS * 15);
    expect(readdirSync(dir).length).toBeGreaterThan(15);
  }, 120_000);
});
