import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readScenario } from '../../src/scenario/readScenario.ts';
import { runScenario } from '../../src/scenario/runScenario.ts';

const FOLDER = import.meta.dirname;
const files = readdirSync(FOLDER).filter((name) => /^[^_].*\.yaml$/.test(name));
const options = {
  model: { kind: 'rules' as const },
  seed: 1,
  repeat: 1,
  promptsDir: path.join(FOLDER, '..', '..', 'prompts'),
  beside: (name: string) => readFileSync(path.join(FOLDER, name), 'utf8'),
};

describe('scenarios', () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThan(80);
  });

  it.each(files)('%s', { timeout: 60_000 }, async (file) => {
    const read = readScenario(readFileSync(path.join(FOLDER, file), 'utf8'), file);
    if (!read.ok) throw new Error(read.error);
    expect(file).toBe(`${read.value.id}.yaml`);
    const { result, failures } = await runScenario(read.value, options);
    expect({ result, failures }).toEqual({ result: 'passed', failures: [] });
  });
});
